/* The intake with script: a tap on the drawing ticks the list, arrows follow the choice, lists grow, "None of these"
 * stands alone, and a save that finds no line keeps the page as it is and says so.
 * Without script every page works the same, only with more typing. Nothing is kept in the browser's storage.
 *
 *   form[data-saves]     is sent in the background; the server's answer takes the page on, or stands in its place
 *   #lost                the words that show when it could not be sent, with a button [data-try-again]
 */
(() => {
  "use strict";
  const PATIENCE = 25000; // milliseconds until a line that does not answer counts as lost

  // --- the drawing mirrors the list of places; a tap on a part ticks its place
  function mirrorDrawing(drawing) {
    const name = drawing.dataset.body;
    const boxes = new Map();
    for (const box of document.querySelectorAll(`input[name="${CSS.escape(name)}"]`)) boxes.set(box.value, box);
    const parts = [...drawing.querySelectorAll("[data-place]")].filter((part) => boxes.has(part.dataset.place));
    const mirror = () => {
      for (const part of parts) part.classList.toggle("on", boxes.get(part.dataset.place).checked);
      drawArrows(drawing, parts, boxes);
    };
    for (const part of parts) {
      part.classList.add("tap");
      part.addEventListener("click", () => {
        const box = boxes.get(part.dataset.place);
        box.checked = !box.checked;
        const group = box.closest("details");
        if (group && box.checked) group.open = true;
        box.dispatchEvent(new Event("input", { bubbles: true }));
        mirror();
      });
    }
    for (const box of boxes.values()) box.addEventListener("change", mirror);
    for (const target of document.querySelectorAll("select[data-spreads]")) target.addEventListener("change", mirror);
    mirror();
  }

  // --- an arrow from a ticked place to where it spreads; the same curve as clinic/anatomy/body_marks.py
  const BEND = 0.22, MOST_BEND = 26, BARB = 6.5, COS = 0.82, SIN = 0.57;
  const MIDLINE = { front: 80, back: 248 };
  const xy = (x, y) => `${x.toFixed(1)} ${y.toFixed(1)}`;

  function curve([x1, y1], [x2, y2], midline) {
    const long = Math.hypot(x2 - x1, y2 - y1) || 1;
    const bend = Math.min(long * BEND, MOST_BEND);
    let across = (-(y2 - y1) / long) * bend, down = ((x2 - x1) / long) * bend;
    if (across * ((x1 + x2) / 2 - midline) < 0) [across, down] = [-across, -down];
    const bx = (x1 + x2) / 2 + across, by = (y1 + y2) / 2 + down;
    const back = Math.hypot(bx - x2, by - y2) || 1;
    const ux = ((bx - x2) / back) * BARB, uy = ((by - y2) / back) * BARB;
    const one = xy(x2 + ux * COS - uy * SIN, y2 + ux * SIN + uy * COS);
    const other = xy(x2 + ux * COS + uy * SIN, y2 - ux * SIN + uy * COS);
    return `M${xy(x1, y1)}Q${xy(bx, by)} ${xy(x2, y2)}M${one}L${xy(x2, y2)}L${other}`;
  }

  function drawArrows(drawing, parts, boxes) {
    const paths = [];
    for (const target of document.querySelectorAll("select[data-spreads]")) {
      const from = target.dataset.spreads;
      if (!target.value || !boxes.get(from)?.checked) continue;
      const starts = parts.filter((part) => part.dataset.place === from);
      const ends = parts.filter((part) => part.dataset.place === target.value);
      const routes = starts.flatMap((start) => ends.map((end) => [start, end]));
      const order = ([start, end]) => (start.dataset.view === end.dataset.view ? 0 : 2) + (start.dataset.view === "back" ? 0 : 1);
      const [route] = routes.sort((one, other) => order(one) - order(other));
      if (!route) continue;
      const [start, end] = route.map((part) => part.dataset.at.split(" ").map(Number));
      const path = document.createElementNS(drawing.querySelector("svg").namespaceURI, "path");
      path.setAttribute("class", route[0].dataset.view === route[1].dataset.view ? "rad" : "rad far");
      path.setAttribute("d", curve(start, end, MIDLINE[route[0].dataset.view]));
      paths.push(path);
    }
    drawing.querySelector("[data-arrows]").replaceChildren(...paths);
  }

  // --- "None of these" and the other answers exclude each other
  function standAlone(group) {
    group.addEventListener("change", (event) => {
      if (!event.target.checked) return;
      const alone = group.dataset.exclusive;
      for (const box of group.querySelectorAll("input[type=checkbox]")) {
        if ((event.target.value === alone) !== (box.value === alone)) box.checked = false;
      }
    });
  }

  // --- one more line in a list: the last line copied, emptied and counted on
  function letGrow(button) {
    const list = button.parentElement.querySelector("[data-rows]");
    button.hidden = false;
    const blank = (line) => [...line.querySelectorAll("input, select")].every((field) => !field.value);
    for (const line of [...list.querySelectorAll("[data-row]")].slice(Number(list.dataset.least)).reverse()) {
      if (!blank(line)) break;
      line.remove();
    }
    button.addEventListener("click", () => {
      const lines = list.querySelectorAll("[data-row]");
      const count = lines.length;
      if (count >= Number(list.dataset.most)) return;
      if (count + 1 >= Number(list.dataset.most)) button.hidden = true;
      const line = lines[count - 1].cloneNode(true);
      for (const field of line.querySelectorAll("input, select")) {
        field.name = field.name.replace(/-\d+-([a-z0-9_]+)$/, `-${count}-$1`);
        field.value = "";
      }
      line.querySelector(".rownum").textContent = button.dataset.words.replace("{n}", String(count + 1));
      list.append(line);
      line.querySelector("input, select").focus();
    });
  }

  // --- saving: what was typed stays on the page until the server has it
  let waiting = null; // the form whose answers are not with the server yet; in memory only

  async function send(form) {
    if (form.dataset.sending) return;
    form.dataset.sending = "yes";
    form.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        body: new FormData(form),
        headers: { "X-Stays": "yes" },
        signal: AbortSignal.timeout(PATIENCE),
      });
      const goOn = answer.headers.get("X-Go-On");
      if (!goOn && ![200, 404, 409, 422].includes(answer.status)) throw new Error(`status ${answer.status}`);
      const text = goOn ? "" : await answer.text();
      waiting = null;
      if (goOn) goTo(goOn);
      else if (answer.status === 404) window.location.reload(); // the link has ended: its page says so
      else showInstead(text);
    } catch {
      lose(form);
    }
  }

  function goTo(address) {
    const there = new URL(address, window.location.href);
    const isPartOfThisPage = there.hash && there.pathname === window.location.pathname;
    if (!isPartOfThisPage) return window.location.assign(there);
    window.location.hash = there.hash; // by itself this loads nothing
    window.location.reload();
  }

  function showInstead(text) {
    const page = new DOMParser().parseFromString(text, "text/html");
    document.title = page.title;
    document.body.className = page.body.className;
    document.body.replaceChildren(...page.body.children);
    window.scrollTo(0, 0);
    begin();
  }

  function lose(form) {
    waiting = form;
    delete form.dataset.sending;
    form.removeAttribute("aria-busy");
    const words = document.getElementById("lost");
    words.hidden = false;
    words.querySelector("[data-tries]").textContent = new Date().toLocaleTimeString([], { timeStyle: "short" });
    words.scrollIntoView({ block: "start" });
    words.focus({ preventScroll: true });
    form.dispatchEvent(new Event("input", { bubbles: true })); // unsaved again: leaving asks
  }

  document.addEventListener("submit", (event) => {
    if (!(event.target instanceof HTMLFormElement) || !event.target.matches("form[data-saves]")) return;
    event.preventDefault();
    send(event.target);
  });
  document.addEventListener("click", (event) => {
    if (event.target instanceof Element && event.target.closest("[data-try-again]")) waiting?.requestSubmit();
  });
  window.addEventListener("online", () => waiting?.requestSubmit());

  // --- a page begins: when it is loaded, and when an answer stands in its place
  function begin() {
    document.getElementById("errors")?.focus(); // after a refused save the summary is read first
    for (const drawing of document.querySelectorAll("[data-body]")) mirrorDrawing(drawing);
    for (const group of document.querySelectorAll("[data-exclusive]")) standAlone(group);
    for (const button of document.querySelectorAll("[data-add-row]")) letGrow(button);
    for (const button of document.querySelectorAll("main [data-print]")) {
      button.hidden = false;
      button.addEventListener("click", () => window.print());
    }
  }
  begin();
})();
