/* What every page of Vertebra does in the browser. No health data is kept here, in cookies or in browser storage.
 *
 *   data-shortcut-focus="/"      the key puts the cursor there
 *   data-key="n"                 the key clicks the element          (single keys: never inside a field)
 *   data-go="f"                  "g", then the key within two seconds: clicks a link or button, else goes there
 *   data-chord="ctrl+enter"      the chord clicks the element        (also inside a field)
 *   body data-keys="off"         single keys are switched off
 *   data-opens="#id"             opens that <dialog>;  data-closes closes the dialog around it
 *   <time data-since="{n} min" datetime="...">  minutes since then, counted on
 *   body data-offline            the line is lost: minutes stop
 *   <time data-until datetime="...">            minutes and seconds until then, counted down to 0:00
 *   data-dismiss                 removes the [data-message] around it
 *   form data-dirty-guard        the browser asks before typed text is left behind
 *   meta name="csrf-token"       is sent with every htmx request
 */
(() => {
  "use strict";

  // A page that comes back from the browser's memory may belong to a session that has ended: ask the server again.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) window.location.reload();
  });

  // --- keys
  const inField = (element) =>
    element instanceof Element && element.closest("input, select, textarea, [contenteditable]:not([contenteditable=false])") !== null;
  const usable = (element) => !element.disabled && element.getClientRects().length > 0;
  const find = (attribute, value) => {
    const scope = document.querySelector("dialog:modal") || document;
    const hits = scope.querySelectorAll(`[${attribute}="${CSS.escape(value)}"]`);
    return [...hits].find(usable);
  };
  const chordOf = (event) =>
    [(event.ctrlKey || event.metaKey) && "ctrl", event.altKey && "alt", event.shiftKey && "shift", event.key.toLowerCase()]
      .filter(Boolean)
      .join("+");

  let goingUntil = 0; // "g" was pressed: until when the second key counts
  function onSecondKey(event) {
    const target = Date.now() < goingUntil && find("data-go", event.key);
    goingUntil = event.key === "g" ? Date.now() + 2000 : 0;
    if (!target) return false;
    event.preventDefault();
    if (target.matches("a, button")) target.click();
    else target.focus();
    return true;
  }

  function onSingleKey(event) {
    if (document.body.dataset.keys === "off" || inField(event.target) || onSecondKey(event)) return;
    const field = find("data-shortcut-focus", event.key);
    const target = field || find("data-key", event.key);
    if (!target) return;
    event.preventDefault();
    if (field) {
      field.focus();
      field.select?.();
    } else {
      target.click();
    }
  }

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.repeat || event.isComposing) return;
    if (!(event.ctrlKey || event.metaKey || event.altKey)) return onSingleKey(event);
    const target = find("data-chord", chordOf(event));
    if (target) {
      event.preventDefault();
      target.click();
    }
  });

  // --- dialogs and messages
  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element)) return;
    const opener = event.target.closest("[data-opens]");
    const dialog = opener && document.querySelector(opener.dataset.opens);
    if (dialog instanceof HTMLDialogElement) {
      event.preventDefault();
      if (!dialog.open) dialog.showModal();
    }
    if (event.target.closest("[data-closes]")) event.target.closest("dialog")?.close();
    if (event.target.closest("[data-dismiss]")) event.target.closest("[data-message]")?.remove();
  });

  // --- minutes that count on
  function tellMinutes() {
    if (document.body.hasAttribute("data-offline")) return; // what is no longer known does not count on
    for (const time of document.querySelectorAll("time[data-since]")) {
      const began = Date.parse(time.dateTime);
      if (Number.isNaN(began)) continue;
      const minutes = Math.max(0, Math.floor((Date.now() - began) / 60000));
      const words = (time.dataset.since || "{n} min").replace("{n}", String(minutes));
      if (time.textContent !== words) time.textContent = words;
    }
  }
  tellMinutes();
  window.setInterval(tellMinutes, 15000);
  document.addEventListener("visibilitychange", tellMinutes);

  // --- time that is left
  function tellTimeLeft() {
    for (const time of document.querySelectorAll("time[data-until]")) {
      const left = Math.max(0, Math.round((Date.parse(time.dateTime) - Date.now()) / 1000));
      if (Number.isNaN(left)) continue;
      const words = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
      if (time.textContent !== words) time.textContent = words;
    }
  }
  tellTimeLeft();
  window.setInterval(tellTimeLeft, 1000);

  // --- typed text is not lost by leaving
  const dirty = new Set();
  document.addEventListener("input", (event) => {
    const form = event.target instanceof Element && event.target.closest("form[data-dirty-guard]");
    if (form) dirty.add(form);
  });
  document.addEventListener("submit", (event) => dirty.delete(event.target));
  document.addEventListener("vertebra:kept", (event) => dirty.delete(event.target)); // saved without leaving the page
  window.addEventListener("beforeunload", (event) => {
    if ([...dirty].some((form) => form.isConnected)) event.preventDefault();
  });

  // --- htmx
  document.addEventListener("htmx:configRequest", (event) => {
    const token = document.querySelector('meta[name="csrf-token"]')?.content;
    if (token) event.detail.headers["X-CSRFToken"] = token;
  });
  document.addEventListener("htmx:afterSwap", tellMinutes);
  document.addEventListener("htmx:oobAfterSwap", tellTimeLeft);
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.target instanceof Element && event.target.closest("form[data-dirty-guard]");
    if (form && event.detail.successful) dirty.delete(form);
  });
})();
