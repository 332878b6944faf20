/* The booking form as a dialog over the sheet: `n`, "Walk-in", a free place or "Book" open it, and the page beneath
 * stays where it is. Without script the same addresses are pages. */
(() => {
  "use strict";

  const dialog = document.querySelector("#book-dialog");
  if (!(dialog instanceof HTMLDialogElement) || !window.htmx) return;
  const page = dialog.dataset.book;

  function open(address) {
    window.htmx.ajax("GET", address, { target: dialog, swap: "innerHTML" });
  }

  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element) || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const link = event.target.closest("a[href]");
    if (!link) return;
    if (link.closest("dialog") && link.hasAttribute("data-closes")) {
      event.preventDefault();
      link.closest("dialog").close();
    } else if (new URL(link.href).pathname === page) {
      event.preventDefault();
      open(link.href);
    }
  });
  document.addEventListener("desk-book", (event) => open(event.detail.address));

  // --- what the server answered: a form to go on with, or done
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target === dialog && dialog.firstElementChild && !dialog.open) {
      dialog.showModal();
      dialog.querySelector("[autofocus]")?.focus();
    }
    const moving = document.querySelector("#visit-dialog");
    if (event.target.id === "visit-dialog-body" && event.target.firstElementChild?.matches("form") && !moving.open) {
      moving.showModal();
    }
  });
  document.addEventListener("desk-booked", () => {
    dialog.close();
    document.body.dispatchEvent(new Event("desk-changed"));
  });
  document.addEventListener("desk-changed", () => document.querySelector("#visit-dialog")?.close());
  dialog.addEventListener("close", () => dialog.replaceChildren());

  // A kind or practitioner that was chosen by hand stays when the patient is found.
  dialog.addEventListener("change", (event) => {
    const untouched = dialog.querySelector("#id_untouched");
    if (untouched) untouched.value = untouched.value.replace(event.target.name, "").trim();
  });

  // A time that is chosen takes the place of a typed one.
  dialog.addEventListener("change", (event) => {
    const typed = dialog.querySelector("#id_time");
    if (typed && event.target instanceof HTMLInputElement && event.target.name === "at" && event.target.value) typed.value = "";
  });
})();
