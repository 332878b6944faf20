/* The travel card, for those who have script: the page returns to the row it was left at. Everything here also works
 * without: the buttons are buttons. The spine map has a script of its own, spine.js. */
(() => {
  "use strict";
  // choosing another treatment from the list is the press of its button
  document.querySelector("[data-after]")?.closest("form")?.addEventListener("change", (event) => {
    const button = document.querySelector(`[data-after="${event.target.id}"]`);
    if (event.target.id && button && event.target.value) button.click();
  });

  // a response says that the row was done today; "All rows" answers for each of them
  const answer = (row, value) => {
    const radio = row.querySelector(`input[name^="response-"][value="${value}"]`);
    if (!radio || radio.disabled) return;
    radio.checked = true;
    radio.dispatchEvent(new Event("change", { bubbles: true }));
  };
  document.addEventListener("change", ({ target }) => {
    if (target.matches("[data-all-rows]")) document.querySelectorAll("[data-treatment]").forEach((row) => answer(row, target.value));
    else if (target.matches('[data-treatment] input[name^="response-"]')) target.closest("[data-treatment]").classList.remove("carried");
  });

  // b, e, w: better, same, worse, for the row in focus
  document.addEventListener("keydown", (event) => {
    const row = event.target instanceof Element && event.target.closest("[data-treatment]");
    const value = { b: "better", e: "same", w: "worse" }[event.key];
    if (!row || !value || event.ctrlKey || event.metaKey || event.altKey || document.body.dataset.keys === "off") return;
    if (event.target.matches("input:not([type=radio]), select, textarea")) return;
    event.preventDefault();
    answer(row, value);
    row.querySelector(`input[name^="response-"][value="${value}"]`)?.dispatchEvent(new Event("input", { bubbles: true }));
  });

  // after a refusal the eye goes to the row it concerns
  (document.getElementById("refused") || document.querySelector("[aria-invalid=true]") || (location.hash ? document.getElementById("adding") : null))?.scrollIntoView({ block: "center" });
})();
