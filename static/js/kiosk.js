/* The check-in clears itself: after `data-idle` seconds of quiet it asks "Still there?", and after `data-ask` seconds
 * without an answer it begins anew (ask 0: at once). The digits write into the field that was touched last. Everything
 * also works without this file, only nothing is cleared by itself. Nothing is kept in the browser's storage. */
(() => {
  "use strict";
  const body = document.body, { kiosk: start, idle, ask } = body.dataset;
  const still = document.querySelector("#still"), seconds = still?.querySelector("[data-seconds]");
  for (const element of document.querySelectorAll("[data-with-script]")) element.hidden = false;

  // --- clearing
  let timer, left;
  const begin = () => window.location.replace(start);
  const isEmpty = () => ![...document.querySelectorAll(".kiosk-in")].some((field) => field.value) && !document.querySelector("#at-desk, .kiosk-error");
  const isFirst = () => window.location.pathname === start && document.querySelector(".kiosk-find") && isEmpty();

  function quiet() {
    window.clearTimeout(timer);
    timer = window.setTimeout(asked, Number(idle) * 1000);
  }
  function asked() {
    if (isFirst()) return quiet(); // nobody is there
    left = Number(ask);
    if (!left) return begin();
    still.showModal();
    count();
  }
  function count() {
    seconds.textContent = String(left);
    if (left <= 0) return begin();
    left -= 1;
    timer = window.setTimeout(count, 1000);
  }
  still?.addEventListener("close", quiet);
  for (const kind of ["pointerdown", "keydown", "input", "scroll"]) {
    document.addEventListener(kind, () => still?.open || quiet(), { passive: true });
  }
  window.addEventListener("pageshow", (event) => (event.persisted ? begin() : quiet()));

  // --- digits
  const pad = document.querySelector("[data-pad]");
  if (!pad || getComputedStyle(pad).display === "none") return;
  const fields = [...document.querySelectorAll("input[inputmode]")];
  let field = fields[0];
  for (const one of fields) {
    one.inputMode = "none"; // the tablet's own keyboard stays away from what the pad writes
    one.addEventListener("focus", () => (field = one));
    one.addEventListener("input", () => next(one));
  }
  function next(one) {
    const following = fields[fields.indexOf(one) + 1];
    if (one.maxLength <= 4 && one.value.length >= one.maxLength && following?.maxLength <= 4) following.focus();
  }
  pad.addEventListener("click", (event) => {
    const button = event.target instanceof Element && event.target.closest("button");
    if (!button) return;
    if (button.dataset.digit && field.value.length < field.maxLength) field.value += button.dataset.digit;
    else if ("back" in button.dataset) field.value = field.value.slice(0, -1);
    else if ("clear" in button.dataset) for (const one of fields) one.value = "";
    if ("clear" in button.dataset) field = fields[0];
    if (button.dataset.digit) next(field);
  });
})();

/* "None of these" and the rest do not go together. */
document.addEventListener("change", (event) => {
  const group = event.target instanceof Element && event.target.closest("[data-alone]");
  if (!group || !event.target.checked) return;
  const alone = event.target.value === group.dataset.alone;
  for (const box of group.querySelectorAll("input")) {
    if (box !== event.target && (alone || box.value === group.dataset.alone)) box.checked = false;
  }
});
