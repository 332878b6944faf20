/* The day sheet under the hand: cards by arrow keys, one key a step, dragging and moving, booking by a stroke over
 * free time, the strip as a filter, the undo that goes after ten seconds, the now-line.
 * The server decides everything; what is refused springs back. Without script cards, buttons and pages do the same. */
(() => {
  "use strict";

  const sheet = document.querySelector(".sheet");
  const tell = document.querySelector("#sheet-tells");
  if (!sheet || !tell) return;
  const STEP = 5; // minutes
  const FREED = ["is-cancelled", "is-no_show", "is-expired"];
  const MOVABLE = ["is-booked", "is-confirmed", "is-arrived", "is-held"];
  const words = tell.dataset;
  const two = (number) => String(number).padStart(2, "0");
  const grid = () => sheet.querySelector(".cols");
  const columns = () => [...sheet.querySelectorAll("ol.col")];
  const number = (element, letter) => Number([...element.classList].find((c) => new RegExp(`^${letter}\\d+$`).test(c))?.slice(1) ?? 0);
  const minuteOf = (step) => Number(grid().dataset.first) * 60 + step * STEP;
  const iso = (step) => `${two(Math.floor(minuteOf(step) / 60))}:${two(minuteOf(step) % 60)}`;
  const spoken = (step) => `${((Math.floor(minuteOf(step) / 60) + 11) % 12) + 1}:${two(minuteOf(step) % 60)}`;
  const say = (text) => { tell.textContent = text; };
  const nameOf = (column) => document.querySelector(`#${CSS.escape(column.getAttribute("aria-labelledby"))}`)?.textContent ?? "";
  const offline = () => document.body.hasAttribute("data-offline");

  // --- one tab stop among the cards
  const cards = () => [...sheet.querySelectorAll(".appt")];
  let last = ""; // id of the card that had the focus
  function rove(card) {
    const all = cards();
    const stop = card || document.getElementById(last) || all.find((each) => !each.matches(".is-done, .is-cancelled")) || all[0];
    for (const each of all) each.tabIndex = each === stop ? 0 : -1;
  }
  sheet.addEventListener("focusin", (event) => {
    const card = event.target instanceof Element && event.target.closest(".appt");
    if (!card) return;
    last = card.id;
    rove(card);
  });
  const inOrder = (column) => [...column.querySelectorAll(".appt")].sort((a, b) => number(a.parentElement, "s") - number(b.parentElement, "s"));

  function neighbour(card, key) {
    const column = card.closest("ol.col");
    const own = inOrder(column);
    const at = own.indexOf(card);
    if (key === "ArrowDown") return own[at + 1];
    if (key === "ArrowUp") return own[at - 1];
    if (key === "Home") return own[0];
    if (key === "End") return own[own.length - 1];
    const side = columns();
    const step = key === "ArrowRight" ? 1 : -1;
    for (let n = side.indexOf(column) + step; side[n]; n += step) {
      const found = inOrder(side[n]);
      const start = number(card.parentElement, "s");
      const near = (each) => Math.abs(number(each.parentElement, "s") - start);
      if (found.length) return found.reduce((best, each) => (near(each) < near(best) ? each : best));
    }
    return null;
  }

  // --- one key a step; the server says what may follow what
  const STEPS = { a: "arrived", r: "in_room", p: "with_practitioner", o: "checking_out", d: "done", x: "no_show" };
  const address = (card, deed) => `${words.visits}${card.dataset.visit}/${deed}/`;
  const post = (path, values, target) => window.htmx.ajax("POST", path, { values, target: target || "#visit-dialog-body", swap: target ? "innerHTML" : "none" });

  function onCard(card, key) {
    if (["ArrowDown", "ArrowUp", "ArrowLeft", "ArrowRight", "Home", "End"].includes(key)) {
      neighbour(card, key)?.focus();
    } else if (document.body.dataset.keys === "off") {
      return false;
    } else if (STEPS[key] && "change" in words) {
      if (!offline()) post(address(card, "step"), { to: STEPS[key] });
    } else if (key === "c" && "change" in words) {
      window.location.assign(`${address(card, "cancel")}?back=${encodeURIComponent(window.location.pathname + window.location.search)}`);
    } else if (key === "m" && "change" in words) {
      lift(card);
    } else if (key === "b" && "change" in words && new URL(card.href).searchParams.get("p")) {
      const query = new URLSearchParams({ patient: new URL(card.href).searchParams.get("p") });
      const by = card.closest("ol.col").dataset.practitioner;
      if (by) query.set("practitioner", by);
      document.dispatchEvent(new CustomEvent("desk-book", { detail: { address: `${words.book}?${query}` } }));
    } else {
      return false;
    }
    return true;
  }

  // --- where a visit would stand, and why not
  const pieces = (column, kind) => [...column.querySelectorAll(`li.${kind}`)];
  function lanesOf(column) {
    const lanes = [...column.classList].find((c) => c.startsWith("lanes-"));
    return lanes ? Number(lanes.slice(6)) : 1;
  }
  function meets(item, begin, length) {
    const start = number(item, "s");
    return start < begin + length && begin < start + number(item, "d");
  }
  function reason(column, begin, length, lane, own) {
    const off = pieces(column, "off").find((item) => meets(item, begin, length));
    if (off) {
      const said = pieces(column, "off").filter((item) => number(item, "s") <= number(off, "s") && item.textContent.trim());
      return said.length ? said[said.length - 1].textContent.trim() : words.closed;
    }
    const now = document.querySelector("[data-now]");
    if (column.dataset.day === words.today && now && begin < number(now, "s")) return words.past;
    const taken = pieces(column, "slot").filter((item) => meets(item, begin, length) && item.firstElementChild.dataset.visit !== own
      && !FREED.some((status) => item.firstElementChild.classList.contains(status)));
    if (column.dataset.rooms) {
      const there = taken.find((item) => lanesOf(column) === 1 || number(item, "l") === lane);
      return there ? words.taken.replace("{name}", there.firstElementChild.title) : "";
    }
    return taken.length >= lanesOf(column) ? words.taken.replace("{name}", taken[0].firstElementChild.title) : "";
  }

  // --- the ghost: where the card would be set
  const ghost = document.createElement("li");
  ghost.className = "drop";
  ghost.setAttribute("aria-hidden", "true");
  let held = null; // what is being moved: {card, column, begin, length, lane, from}

  function draw() {
    const { column, begin, length, lane, card } = held;
    held.why = reason(column, begin, length, lane, card?.dataset.visit);
    ghost.className = `drop s${begin} d${Math.min(length, 48)}${lanesOf(column) > 1 ? ` l${lane}` : ""}${held.why ? " no" : ""}`;
    ghost.textContent = `${spoken(begin)}–${spoken(begin + length)}${held.why ? ` · ${held.why}` : ""}`;
    if (ghost.parentElement !== column) column.append(ghost);
  }
  function place(column, begin, lane) {
    const steps = Number(grid().dataset.steps);
    const inside = Math.max(0, Math.min(begin, steps - held.length));
    if (column === held.column && inside === held.begin && lane === held.lane && ghost.isConnected) return false;
    Object.assign(held, { column, begin: inside, lane });
    draw();
    return true;
  }
  function letGo() {
    held?.card?.removeAttribute("data-moving");
    sheet.classList.remove("is-moving");
    ghost.remove();
    held = null;
  }
  function take(card) {
    const item = card.parentElement;
    const column = card.closest("ol.col");
    held = { card, column, begin: number(item, "s"), length: number(item, "d"), lane: number(item, "l") || 1 };
    held.from = { column, begin: held.begin, lane: held.lane };
    card.setAttribute("data-moving", "");
    sheet.classList.add("is-moving");
  }
  const movable = (card) => "change" in words && !offline() && MOVABLE.some((status) => card.classList.contains(status));

  function set() {
    const { card, column, begin, lane, why, from } = held;
    const stays = column === from.column && begin === from.begin && lane === from.lane;
    letGo();
    if (stays) return say(words.returned);
    if (why) return say(words.refused.replace("{why}", why));
    const values = { day: column.dataset.day, time: iso(begin), sequence: card.dataset.sequence || "0" };
    if (column.dataset.practitioner) values.practitioner = column.dataset.practitioner;
    if (column.dataset.rooms) values.room = column.dataset.rooms.trim().split(" ")[lane - 1];
    values.back = window.location.pathname + window.location.search;
    say("");
    post(address(card, "move"), values, "#visit-dialog-body");
    return null;
  }

  // --- by keys: m lifts, arrows carry, Enter sets, Escape returns
  function tellPlace() {
    const free = held.why ? words.notfree.replace("{why}", held.why) : words.free;
    say(`${spoken(held.begin)}, ${nameOf(held.column)}${lanesOf(held.column) > 1 ? `, ${held.lane}` : ""}: ${free}`);
  }
  function lift(card) {
    if (!movable(card)) return say(words.fixed);
    take(card);
    held.byKeys = true;
    draw();
    return say(`${words.lifted} ${spoken(held.begin)}, ${nameOf(held.column)}`);
  }
  function carry(key, far) {
    const side = columns();
    const by = { ArrowDown: 1, ArrowUp: -1, PageDown: 12, PageUp: -12 }[key];
    if (by) {
      place(held.column, held.begin + by * (far ? 3 : 1), held.lane);
    } else {
      const step = key === "ArrowRight" ? 1 : -1;
      const lane = held.column.dataset.rooms ? held.lane + step : 0;
      if (lane >= 1 && lane <= lanesOf(held.column)) {
        place(held.column, held.begin, lane);
      } else {
        const next = side[side.indexOf(held.column) + step];
        if (next) place(next, held.begin, step > 0 || !next.dataset.rooms ? 1 : lanesOf(next));
      }
    }
    ghost.scrollIntoView({ block: "nearest", inline: "nearest" });
    tellPlace();
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (held) {
      if (["ArrowDown", "ArrowUp", "ArrowLeft", "ArrowRight", "PageDown", "PageUp"].includes(event.key)) carry(event.key, event.shiftKey);
      else if (event.key === "Enter") set();
      else if (event.key === "Escape") { letGo(); say(words.returned); }
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    const card = event.target instanceof Element && event.target.closest(".sheet .appt");
    if (card && onCard(card, event.key)) {
      event.preventDefault();
      event.stopPropagation();
    }
  }, true);
  sheet.addEventListener("focusout", () => { if (held?.byKeys) letGo(); });

  // --- by hand: a card is dragged, or a stroke over free time books
  let press = null;
  function under(event) {
    const column = document.elementsFromPoint(event.clientX, event.clientY).map((each) => each.closest("ol.col")).find(Boolean);
    if (!column || !sheet.contains(column)) return null;
    const box = column.getBoundingClientRect();
    const step = ((event.clientY - box.top) / box.height) * Number(grid().dataset.steps);
    return { column, step, lane: Math.max(1, Math.ceil(((event.clientX - box.left) / box.width) * lanesOf(column))) };
  }
  sheet.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || event.pointerType === "touch" || held) return;
    const card = event.target.closest(".appt");
    const at = under(event);
    if (!at || (card && !movable(card))) return;
    if (!card && (!at.column.dataset.book || event.target.closest("a, button, .off"))) return;
    press = { card, x: event.clientX, y: event.clientY, column: at.column, lane: at.lane, step: Math.floor(at.step) };
    if (card) press.offset = at.step - number(card.parentElement, "s");
  });
  document.addEventListener("pointermove", (event) => {
    if (!press) return;
    if (!press.going) {
      if (Math.hypot(event.clientX - press.x, event.clientY - press.y) < 5) return;
      press.going = true;
      if (press.card) take(press.card);
      else held = { card: null, column: press.column, begin: press.step, length: 1, lane: press.lane };
      sheet.classList.add("is-moving");
    }
    const box = sheet.getBoundingClientRect();
    if (event.clientY > box.bottom - 30) sheet.scrollTop += 12;
    else if (event.clientY < box.top + 70) sheet.scrollTop -= 12;
    const at = under(event);
    if (!at) return;
    if (press.card) {
      place(at.column, Math.round(at.step - press.offset), at.column.dataset.rooms ? at.lane : 1);
    } else {
      const to = Math.floor(at.step);
      Object.assign(held, { begin: Math.min(press.step, to), length: Math.abs(to - press.step) + 1 });
      draw();
    }
  });
  document.addEventListener("pointerup", () => {
    const done = press;
    press = null;
    if (!done) return;
    if (!done.going) {
      if (!done.card) book(done.column, done.step);
      return;
    }
    window.addEventListener("click", swallow, { capture: true, once: true });
    window.setTimeout(() => window.removeEventListener("click", swallow, { capture: true }), 50);
    if (done.card) return set();
    const { column, begin, length, why } = held;
    letGo();
    if (why) return say(words.refused.replace("{why}", why));
    return book(column, begin, length * STEP);
  });
  document.addEventListener("pointercancel", () => { press = null; letGo(); });
  const swallow = (event) => { event.preventDefault(); event.stopPropagation(); };
  sheet.addEventListener("dragstart", (event) => { if (event.target.closest?.(".appt")) event.preventDefault(); });

  function book(column, step, minutes) {
    const path = `${column.dataset.book}${iso(step)}${minutes ? `&minutes=${minutes}` : ""}`;
    document.dispatchEvent(new CustomEvent("desk-book", { detail: { address: path } }));
  }

  // --- a move that was refused: the card is back, outlined until it has the focus
  document.addEventListener("htmx:afterSettle", (event) => {
    const back = event.target instanceof Element && event.target.querySelector("[data-refused]");
    if (back) document.getElementById(`a${back.dataset.refused}`)?.classList.add("sprang-back");
  });

  // --- the strip filters the sheet
  const main = document.querySelector("#main");
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element && event.target.closest("#strip a");
    if (!link) return;
    event.preventDefault();
    const wanted = new URL(link.href).searchParams.get("status") || "";
    main.dataset.only = main.dataset.only === wanted ? "" : wanted;
    const here = new URL(window.location.href);
    if (main.dataset.only) here.searchParams.set("status", wanted);
    else here.searchParams.delete("status");
    window.history.replaceState(null, "", here);
    mark();
  });
  function mark() {
    for (const link of document.querySelectorAll("#strip a")) {
      const on = main.dataset.only && new URL(link.href).searchParams.get("status") === main.dataset.only;
      if (on) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }

  // --- the undo goes out of sight after ten seconds (not while it is looked at), and for good after five minutes
  function age() {
    const toast = document.querySelector("#undo");
    if (!toast) return;
    toast.dataset.age ??= "0";
    if (!toast.matches(":hover, :focus-within")) toast.dataset.age = String(Number(toast.dataset.age) + 1);
    toast.classList.toggle("vh", Number(toast.dataset.age) >= 10);
    if (Number(toast.dataset.age) >= 300) toast.remove();
  }
  window.setInterval(age, 1000);

  // --- the now-line: counted on from the server's clock, whatever zone the browser is in
  const clock = document.querySelector("#poll")?.dataset.clock;
  const began = Date.now();
  function tick() {
    if (!clock || offline()) return;
    const [hour, minute] = clock.split(":").map(Number);
    const now = hour * 60 + minute + Math.floor((Date.now() - began) / 60000);
    for (const line of document.querySelectorAll("[data-now]")) {
      const since = now - Number(line.dataset.first) * 60;
      const shown = line.querySelector("time");
      line.className = `now s${Math.floor(since / 5)} m${since % 5}${shown ? "" : " now-over"}`;
      if (!shown) continue;
      shown.textContent = `${((Math.floor(now / 60) + 11) % 12) + 1}:${two(now % 60)}`;
      shown.dateTime = `${two(Math.floor(now / 60))}:${two(now % 60)}`;
    }
  }
  window.setInterval(tick, 15000);
  const line = document.querySelector("[data-now]");
  if (line) sheet.scrollTop = Math.max(0, line.offsetTop - sheet.clientHeight / 3);

  rove();
  document.addEventListener("htmx:oobAfterSwap", (event) => {
    if (event.target instanceof Element && event.target.id === "grid") rove();
    mark();
  });
})();
