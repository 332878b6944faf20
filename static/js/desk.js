/* The desk: choosing among search hits by keys, booking by a click on a free place, the now-line, small conveniences.
 * Without it every page works: hits are links and buttons, "Next free" and "New booking" lead to the form. */
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
    if (event.target instanceof Element && event.target.matches("#search-hits, #pick-hits")) select(event.target, 0);
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

  // --- a click on a free place of the sheet opens the booking form at that time, on the 5-minute grid
  const two = (number) => String(number).padStart(2, "0");
  document.addEventListener("click", (event) => {
    const column = event.target instanceof Element && event.target.closest("ol.col[data-book]");
    if (!column || event.target.closest("a, button, .off")) return;
    const place = column.getBoundingClientRect();
    const step = Math.floor(((event.clientY - place.top) / place.height) * Number(column.dataset.steps));
    const minute = Number(column.dataset.first) * 60 + step * 5;
    window.location.assign(`${column.dataset.book}${two(Math.floor(minute / 60))}:${two(minute % 60)}`);
  });

  // --- the now-line: counted on from the server's clock, whatever zone the browser is in
  const lines = [...document.querySelectorAll("[data-now]")];
  const shown = document.querySelector("[data-now] time");
  if (shown) {
    const [hour, minute] = shown.dateTime.split(":").map(Number);
    const began = Date.now();
    window.setInterval(() => {
      const now = hour * 60 + minute + Math.floor((Date.now() - began) / 60000);
      const since = now - Number(lines[0].dataset.first) * 60;
      lines.forEach((line) => {
        line.className = `now s${Math.floor(since / 5)} m${since % 5}${line.querySelector("time") ? "" : " now-over"}`;
      });
      shown.textContent = `${((Math.floor(now / 60) + 11) % 12) + 1}:${two(now % 60)}`;
      shown.dateTime = `${two(Math.floor(now / 60))}:${two(now % 60)}`;
    }, 15000);
    const sheet = document.querySelector(".sheet");
    if (sheet) sheet.scrollTop = Math.max(0, lines[0].offsetTop - sheet.clientHeight / 3);
  }

  // --- a changed date goes there at once; a free time that is chosen fills nothing else
  document.addEventListener("change", (event) => {
    if (event.target instanceof HTMLInputElement && event.target.matches("[data-submits]") && event.target.value) {
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
})();
