/* The desk: choosing among search hits by keys, single keys on or off, small conveniences.
 * Without it every page works: hits are links and buttons. */
(() => {
  "use strict";

  // --- hits: up and down choose, Enter takes, Escape clears; typing forgets the old hits, so none is taken by mistake
  const boxOf = (input) => document.querySelector(input.getAttribute("hx-target"));
  const isFinder = (element) => element instanceof HTMLInputElement && element.matches("#find-patient, #who");
  const hitsOf = (box) => [...box.querySelectorAll("a.hit, button.hit")];

  function select(box, index) {
    const hits = hitsOf(box);
    hits.forEach((hit, at) => hit.toggleAttribute("data-chosen", at === index));
    hits[index]?.scrollIntoView({ block: "nearest" });
  }

  document.addEventListener("input", (event) => {
    if (isFinder(event.target)) boxOf(event.target)?.replaceChildren();
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    if (!(event.target instanceof Element)) return;
    const boxes = event.target.matches("#search-hits, #pick-hits") ? [event.target] : event.target.querySelectorAll("#pick-hits");
    for (const box of boxes) select(box, 0);
  });

  document.addEventListener("keydown", (event) => {
    if (!isFinder(event.target) || event.isComposing) return;
    const box = boxOf(event.target);
    const hits = box ? hitsOf(box) : [];
    const at = hits.findIndex((hit) => hit.hasAttribute("data-chosen"));
    if (event.key === "Escape") {
      box?.replaceChildren();
      event.target.blur();
    } else if (hits.length && event.key === "ArrowDown") {
      select(box, Math.min(at + 1, hits.length - 1));
    } else if (hits.length && event.key === "ArrowUp") {
      select(box, Math.max(at - 1, 0));
    } else if (hits.length && event.key === "Enter") {
      hits[Math.max(at, 0)].click();
    } else {
      return;
    }
    event.preventDefault();
  });

  document.addEventListener("click", (event) => {
    const box = document.querySelector("#search-hits");
    if (box && event.target instanceof Element && !event.target.closest(".find")) box.replaceChildren();
  });

  // --- a changed date goes there at once; a free time that is chosen fills nothing else
  document.addEventListener("change", (event) => {
    if (event.target instanceof Element && event.target.matches("[data-submits]") && event.target.value) {
      event.target.form.requestSubmit();
    }
    // Typing a time means that time, not one of the free ones offered before.
    if (event.target instanceof HTMLInputElement && event.target.id === "id_time") {
      const typed = document.querySelector("#at-0");
      if (typed) typed.checked = true;
    }
  });

  // --- a refused form: the first field that is wrong has the cursor
  document.querySelector("form .is-invalid")?.focus();
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target instanceof Element) event.target.querySelector("form .is-invalid")?.focus();
  });

  // --- printing
  document.addEventListener("click", (event) => {
    if (event.target instanceof Element && event.target.closest("[data-prints]")) window.print();
  });

  // --- single keys on or off (WCAG 2.1.4): a choice of this browser, kept in a cookie of its own
  const single = document.querySelector("#single-keys");
  const off = document.cookie.split("; ").includes("single_keys=off");
  if (off) document.body.dataset.keys = "off";
  if (single) {
    single.checked = !off;
    single.addEventListener("change", () => {
      document.body.dataset.keys = single.checked ? "on" : "off";
      const kept = single.checked ? "max-age=0" : "max-age=31536000";
      document.cookie = `single_keys=off; path=/; SameSite=Lax; ${kept}`;
    });
  }
})();
