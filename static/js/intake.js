/* The intake with script: a tap on the drawing ticks the list, lists grow, "None of these" stands alone.
 * Without script every page works the same, only with more typing. Nothing is kept in the browser. */
(() => {
  "use strict";

  // --- after a refused save the summary is read first
  document.getElementById("errors")?.focus();

  // --- the drawing mirrors the list of places; a tap on a part ticks its place
  for (const drawing of document.querySelectorAll("[data-body]")) {
    const boxes = new Map();
    for (const box of document.querySelectorAll(`input[name="${CSS.escape(drawing.dataset.body)}"]`)) boxes.set(box.value, box);
    const parts = [...drawing.querySelectorAll("[data-place]")].filter((part) => boxes.has(part.dataset.place));
    const mirror = () => {
      for (const part of parts) part.classList.toggle("on", boxes.get(part.dataset.place).checked);
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
    mirror();
  }

  // --- "None of these" and the other answers exclude each other
  for (const group of document.querySelectorAll("[data-exclusive]")) {
    group.addEventListener("change", (event) => {
      if (!event.target.checked) return;
      const alone = group.dataset.exclusive;
      for (const box of group.querySelectorAll("input[type=checkbox]")) {
        if ((event.target.value === alone) !== (box.value === alone)) box.checked = false;
      }
    });
  }

  // --- one more line in a list: the last line copied, emptied and counted on
  for (const button of document.querySelectorAll("[data-add-row]")) {
    const list = button.previousElementSibling;
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
})();
