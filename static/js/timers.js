/* Therapy timers: seconds that count down, red in the last minute, "Ended 0:20 ago" from zero on, said once aloud.
 * Without it the panel shows the minutes as they were when the page was drawn. */
(() => {
  "use strict";

  const MINUTE = 60;
  const skews = new WeakMap(); // how far the server's clock is ahead of this computer's, for each drawing of the panel
  const running = new Set(); // timers seen running here: only those are told when they ring

  const told = document.createElement("p");
  told.className = "vh";
  told.setAttribute("role", "status");
  document.body.append(told);

  const clock = (seconds) => `${Math.floor(seconds / MINUTE)}:${String(seconds % MINUTE).padStart(2, "0")}`;

  function say(element, words) {
    if (element && element.textContent !== words) element.textContent = words;
  }

  function ring(row) {
    if (running.delete(row.id)) told.textContent = row.dataset.told;
  }

  function show(row, now) {
    const time = row.querySelector("[data-left]");
    const left = Math.ceil((Date.parse(time.dateTime) - now) / 1000);
    if (Number.isNaN(left)) return;
    const rung = left <= 0;
    row.classList.toggle("soon", !rung && left < MINUTE);
    row.classList.toggle("rung", rung);
    row.querySelector("[data-running]").hidden = rung;
    row.querySelector("[data-rung]").hidden = !rung;
    say(time, clock(Math.max(left, 0)));
    say(row.querySelector("[data-ago]"), clock(Math.max(-left, 0)));
    const bar = row.querySelector("progress");
    bar.hidden = false;
    bar.value = Math.min(bar.max, Math.max(0, bar.max - left));
    if (rung) ring(row);
    else running.add(row.id);
  }

  function tick() {
    const panel = document.querySelector("#timers");
    const server = panel?.querySelector("#timers-clock");
    if (!server) return;
    if (!skews.has(server)) skews.set(server, Date.parse(server.textContent) - Date.now());
    const now = Date.now() + skews.get(server);
    panel.querySelectorAll("[data-timer]").forEach((row) => show(row, now));
  }

  tick();
  window.setInterval(tick, 1000);
  document.addEventListener("visibilitychange", tick);
  document.addEventListener("htmx:oobAfterSwap", tick);
})();
