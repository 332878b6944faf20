/* The spine map for those who have script: a click left or right of the midline marks that side at once, and the parts
 * of the page that changed are swapped in; focus and scroll stay. Everything also works without: the segments are links,
 * the marks are buttons of the form. One tab stop; arrows walk, L R B takes the side, Space finds, Enter adjusts. */
(() => {
  "use strict";
  const form = document.querySelector("form:has(#spinecard)");
  if (!form?.takeTurn) return;
  const PARTS = ["spinecard", "findings", "measuring", "treatments", "state"]; // ids of what a mark may change
  const WIDTH = 306, MIDDLE = 118, REACH = 14, MAP = 200; // units of the drawing, see anatomy/spine_drawing.py
  const AT = { L: [54], R: [182], B: [54, 182], "": [118] }; // where the marks of a side stand
  const VERBS = { " ": "mark_found", Enter: "mark_adjusted", Delete: "mark_clear", Backspace: "mark_clear" };
  const chosen = new Map(); // segment -> side taken by a key

  const map = () => form.querySelector("[data-spine]");
  const links = () => [...(map()?.querySelectorAll("a[data-segment]") || [])];
  const keyOf = (link) => `${link.dataset.segment}.${link.dataset.side}`;

  // --- one press after the other: each is sent with the whole form, so that nothing typed is lost
  const press = (value, again, opens) => form.takeTurn(() => send(value, again, opens)); // see turns.js

  async function send(value, again, opens) {
    const body = new FormData(form);
    body.set("do", value);
    if (opens) body.set(opens, "1");
    let page;
    try {
      const answer = await fetch(form.action, { method: "POST", body, headers: { "Chart-Swap": "1" } });
      page = new DOMParser().parseFromString(await answer.text(), "text/html");
    } catch {
      say(map()?.dataset.failed || "");
      return;
    }
    if (!page.getElementById("spinecard") || page.querySelector(".conflict")) return leave(value);
    swap(page);
    again?.();
    form.dispatchEvent(new CustomEvent("chart:swapped", { bubbles: true }));
  }

  /** Signed meanwhile, two versions, nobody signed in: the page itself says what happened. */
  function leave(value) {
    const button = document.createElement("button");
    Object.assign(button, { name: "do", value, hidden: true });
    form.append(button);
    form.requestSubmit(button);
  }

  function swap(page) {
    const focused = document.activeElement?.id || "";
    for (const id of PARTS) {
      const here = document.getElementById(id), fresh = page.getElementById(id);
      if (!here || !fresh || here.contains(typing())) continue;
      const open = [...here.querySelectorAll("details[open][id]")].map((one) => one.id);
      here.replaceWith(document.importNode(fresh, true));
      open.forEach((one) => document.getElementById(one)?.setAttribute("open", ""));
    }
    for (const name of ["version", "base"]) form.elements[name].value = page.querySelector(`[name=${name}]`).value;
    walk();
    if (focused && document.activeElement === document.body) document.getElementById(focused)?.focus({ preventScroll: true });
  }

  /** The field in which somebody has typed since: its part waits for the next time. */
  function typing() {
    const field = document.activeElement;
    return field?.matches("textarea, input:not([type=radio], [type=checkbox], #quick)") && field.value !== field.defaultValue ? field : null;
  }

  // --- where a click or a key means
  function sideAt(link, x) {
    if (link.dataset.side) return link.dataset.side;
    const box = map().getScreenCTM();
    const at = (x - box.e) / box.a;
    if (!x || Math.abs(at - MIDDLE) < REACH || at > MAP) return at > MAP ? sideOf(link) : "";
    return at < MIDDLE ? "L" : "R";
  }

  function sideOf(link) {
    if (link.dataset.side) return link.dataset.side;
    const taken = chosen.get(link.dataset.segment);
    return taken ?? link.dataset.marked.slice(0, 1);
  }

  function mark(link, verb, side) {
    const key = keyOf(link);
    press(`${verb}:${link.dataset.segment}.${side}`, () => {
      const next = links().find((one) => keyOf(one) === key);
      if (document.activeElement !== document.body && !map().contains(document.activeElement)) return;
      only(next);
      next?.focus({ preventScroll: true });
      say(next?.getAttribute("aria-label") || "");
    });
  }

  function only(link) {
    for (const one of links()) one.setAttribute("tabindex", one === link ? "0" : "-1");
  }

  function walk() {
    const all = links();
    only(all.find((link) => link.classList.contains("on")) || all[0]);
  }

  function say(words) {
    const told = form.querySelector("[data-aim]");
    if (told) told.textContent = words;
  }

  /** Show the side that a key took, before anything is marked. */
  function aim(link, side) {
    chosen.set(link.dataset.segment, side);
    map().querySelectorAll(".mk-aim").forEach((old) => old.remove());
    for (const x of AT[side]) {
      const ring = document.createElementNS(map().namespaceURI, "circle");
      for (const [name, value] of Object.entries({ class: "mk-aim", cx: x, cy: link.dataset.y, r: 9 })) ring.setAttribute(name, value);
      link.append(ring);
    }
    const words = { L: map().dataset.left, R: map().dataset.right, B: map().dataset.both }[side];
    say(`${link.dataset.segment}, ${words}`);
  }

  form.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-segment]");
    if (link) {
      event.preventDefault();
      only(link);
      mark(link, "mark", sideAt(link, event.clientX));
      return;
    }
    const opener = event.target.closest("a[data-opens-part]"); // the part that is folded comes with its fields
    const button = event.target.closest("button[name=do][value^=mark], button[data-swap]");
    if (!opener && !button) return;
    event.preventDefault();
    if (button) press(button.value);
    else press("mark_typed", () => document.querySelector(opener.hash)?.querySelector("input:not([type=hidden])")?.focus(), opener.dataset.opensPart);
  });

  form.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.id === "quick" && event.key === "Enter") {
      event.preventDefault();
      press("mark_typed", () => document.getElementById("quick").focus());
      return;
    }
    const link = event.target.closest("a[data-segment]");
    if (!link) return;
    const all = links(), step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const side = { l: "L", r: "R", b: "B" }[event.key.toLowerCase()];
    if (!step && !side && !VERBS[event.key]) return;
    event.preventDefault();
    event.stopPropagation(); // the page's own single keys rest while the map has the focus
    if (step) {
      const next = all[Math.min(all.length - 1, Math.max(0, all.indexOf(link) + step))];
      only(next);
      next.focus();
    } else if (side) {
      if (!link.dataset.side) aim(link, side);
    } else {
      mark(link, VERBS[event.key], sideOf(link));
    }
  });

  // a grade that is tapped again is taken back
  form.addEventListener("pointerdown", (event) => {
    const radio = event.target.closest(".grid .seg.sm label, [data-untap] .seg label")?.querySelector("input");
    if (radio) radio.dataset.was = radio.checked ? "1" : "";
  });
  form.addEventListener("click", (event) => {
    const radio = event.target.closest(".grid .seg.sm input, [data-untap] .seg input");
    if (!radio?.dataset.was) return;
    radio.checked = false;
    radio.dataset.was = "";
    radio.dispatchEvent(new Event("input", { bubbles: true }));
  });

  walk();
})();
