/* The travel card, for those who have script: the page returns to the row it was left at. Everything here also works
 * without: the buttons are buttons. The spine map has a script of its own, spine.js. */
(() => {
  "use strict";
  // choosing another treatment from the list is the press of its button
  document.querySelector("[data-after]")?.closest("form")?.addEventListener("change", (event) => {
    const button = document.querySelector(`[data-after="${event.target.id}"]`);
    if (event.target.id && button && event.target.value) button.click();
  });

  // after a refusal the eye goes to the row it concerns
  (document.getElementById("refused") || document.querySelector("[aria-invalid=true]") || (location.hash ? document.getElementById("adding") : null))?.scrollIntoView({ block: "center" });
})();
