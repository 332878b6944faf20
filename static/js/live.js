/* The day kept up to date: every 15 seconds the parts of the page that changed are swapped in (#poll asks desk:now).
 * A part in which somebody types, an open menu or a card on the move waits for the next time. When the line is lost
 * or the session has ended a bar says so, and the buttons that would need the server rest. */
(() => {
  "use strict";

  const poll = document.querySelector("#poll");
  const bar = document.querySelector("#line-bar");
  if (!poll || !bar) return;

  // --- the clinic's clock, counted on from the server's, whatever zone the browser is in
  const [hour, minute] = poll.dataset.clock.split(":").map(Number);
  const began = Date.now();
  const clock = () => {
    const now = hour * 60 + minute + Math.floor((Date.now() - began) / 60000);
    return `${((Math.floor(now / 60) + 11) % 12) + 1}:${String(now % 60).padStart(2, "0")}`;
  };
  let heard = clock(); // when the server last answered
  let ended = false;

  // --- what may be swapped now
  const typing = (part) => part.querySelector("input:focus, textarea:focus, select:focus, details[open], dialog[open]");
  const busy = (part) => typing(part) || part.querySelector("[data-moving]") || part.querySelector("[data-hold]");

  document.addEventListener("htmx:configRequest", (event) => {
    if (event.target !== poll) return;
    const parts = [...document.querySelectorAll("[data-part]")].filter((part) => !busy(part));
    const shown = parts.map((part) => `${part.dataset.part}=${part.dataset.version}`);
    event.detail.headers["Desk-Has"] = [`day=${poll.dataset.day}`, ...shown].join(" ");
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    const unseen = document.hidden && event.detail.requestConfig.triggeringEvent === undefined;
    if (event.target === poll && (ended || unseen)) event.preventDefault();
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) document.body.dispatchEvent(new Event("desk-changed"));
  });

  // A part that began to move or to be typed in while the answer was on its way stays as it is.
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    const part = event.detail.target;
    if (part instanceof Element && part.matches("[data-part]") && busy(part)) event.detail.shouldSwap = false;
  });

  // A second click of a double click must not press the next step that has just come to stand there.
  let swapped = 0;
  document.addEventListener("htmx:oobAfterSwap", () => { swapped = Date.now(); });
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element && event.target.closest("button[name=to]");
    if (!button || event.detail < 2 || Date.now() - swapped > 1000) return;
    event.preventDefault();
    event.stopPropagation();
  }, true);

  // --- the line: lost, found, or nobody is signed in any more
  function rest(on) {
    document.body.toggleAttribute("data-offline", on);
    for (const button of document.querySelectorAll("#main button[type=submit], #side button[type=submit]")) {
      if (on && !button.disabled) button.setAttribute("data-rests", "");
      if (on || button.hasAttribute("data-rests")) button.disabled = on;
      if (!on) button.removeAttribute("data-rests");
    }
  }
  function say(words, again) {
    bar.hidden = !words;
    if (bar.firstElementChild.textContent !== words) bar.firstElementChild.textContent = words;
    bar.lastElementChild.hidden = !again;
  }
  const lost = (event) => {
    if (ended) return;
    rest(true);
    say(bar.dataset.lost.replace("{time}", heard), false);
    event.stopPropagation();
  };
  for (const name of ["htmx:sendError", "htmx:timeout"]) document.addEventListener(name, lost);
  window.addEventListener("offline", lost);
  window.addEventListener("online", () => document.body.dispatchEvent(new Event("desk-changed")));

  document.addEventListener("htmx:beforeSwap", (event) => {
    if (!new URL(event.detail.xhr.responseURL || "/", window.location.href).pathname.startsWith("/accounts/")) return;
    event.detail.shouldSwap = false; // the sign-in page is no piece of this one
    ended = true;
    rest(true);
    say(bar.dataset.out, true);
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.target !== poll || !event.detail.successful || ended) return;
    heard = clock();
    if (!document.body.hasAttribute("data-offline")) return;
    rest(false);
    say("", false);
  });
})();
