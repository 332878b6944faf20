/* The public site. Every page works without it.
 *
 *   data-needs-script       shown only when scripts run (carries `hidden`)
 *   data-print              opens the printer's dialog
 *   form data-live          is sent when a choice in it changes; its [data-live-button] is not needed then
 */
(() => {
  "use strict";

  for (const element of document.querySelectorAll("[data-needs-script]")) element.hidden = false;

  document.addEventListener("click", (event) => {
    if (event.target instanceof Element && event.target.closest("[data-print]")) window.print();
  });

  for (const form of document.querySelectorAll("form[data-live]")) {
    for (const button of form.querySelectorAll("[data-live-button]")) button.hidden = true;
    form.addEventListener("change", (event) => {
      if (event.target.matches("input, select")) form.requestSubmit(form.querySelector("[data-live-button]"));
    });
  }
})();
