/* Phrases: "/" at the beginning of a word in S, O, A or P opens the list of that part; typing narrows it, Enter or a
 * click puts the text in and takes the first blank ("…"). A chip under S puts the patient's words of today after what
 * stands there. Without script the phrases stand in a list to read, and a chip is a button of the form. */
(() => {
  "use strict";
  const source = document.querySelector("[data-phrases]");
  const MOST = 8;
  const WORD = /(^|\s)\/([\p{L}\d-]*)$/u;
  let open = null; // { field, list, rows, at }

  const rowsOf = (part) =>
    [...(source?.querySelectorAll(`[data-part="${part}"] dt`) || [])].map((term) => ({
      short: term.textContent.slice(1),
      text: term.nextElementSibling.textContent,
    }));
  const before = (field) => field.value.slice(0, field.selectionStart);

  function close() {
    if (!open) return;
    open.list.remove();
    for (const name of ["aria-activedescendant", "aria-controls"]) open.field.removeAttribute(name);
    open = null;
  }

  function show(field) {
    const typed = before(field).match(WORD)?.[2].toLowerCase();
    const rows = typed === undefined ? [] : rowsOf(field.name).filter((row) => row.short.startsWith(typed) || (typed.length > 1 && row.text.toLowerCase().includes(typed)));
    close();
    if (!rows.length) return;
    const list = document.createElement("ul");
    Object.assign(list, { id: "phrase-list", className: "phraselist", role: "listbox" });
    list.setAttribute("aria-label", source.getAttribute("aria-label"));
    rows.slice(0, MOST).forEach((row, place) => {
      const option = document.createElement("li");
      Object.assign(option, { id: `phrase-${place}`, role: "option" });
      const short = document.createElement("b");
      short.textContent = `/${row.short}`;
      option.append(short, ` ${row.text}`);
      option.addEventListener("pointerdown", (event) => {
        event.preventDefault(); // the field keeps the focus
        put(place);
      });
      list.append(option);
    });
    field.after(list);
    field.setAttribute("aria-controls", list.id);
    open = { field, list, rows, at: 0 };
    choose(0);
  }

  function choose(at) {
    const options = [...open.list.children];
    open.at = (at + options.length) % options.length;
    options.forEach((option, place) => option.setAttribute("aria-selected", String(place === open.at)));
    options[open.at].scrollIntoView({ block: "nearest" });
    open.field.setAttribute("aria-activedescendant", options[open.at].id);
  }

  function put(place) {
    const { field, rows } = open, text = rows[place].text, end = field.selectionStart;
    const start = end - before(field).match(WORD)[2].length - 1;
    close();
    field.setRangeText(text, start, end, "end");
    const blank = text.indexOf("…");
    if (blank >= 0) field.setSelectionRange(start + blank, start + blank + 1);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  for (const field of document.querySelectorAll("textarea[name=subjective], textarea[name=objective], textarea[name=assessment], textarea[name=plan]")) {
    if (!source || !rowsOf(field.name).length) continue;
    field.setAttribute("aria-autocomplete", "list");
    field.setAttribute("aria-haspopup", "listbox");
    field.addEventListener("input", () => show(field));
    field.addEventListener("blur", close);
    field.addEventListener("keydown", (event) => {
      if (!open || event.isComposing || event.ctrlKey || event.metaKey) return;
      const act = {
        ArrowDown: () => choose(open.at + 1),
        ArrowUp: () => choose(open.at - 1),
        Enter: () => put(open.at),
        Tab: () => put(open.at),
        Escape: close,
      }[event.key];
      if (!act) return;
      event.preventDefault();
      event.stopPropagation();
      act();
    });
  }

  document.addEventListener("click", (event) => {
    const chip = event.target instanceof Element && event.target.closest("button[data-put]");
    const field = chip && document.getElementById(chip.dataset.into);
    if (!field) return;
    event.preventDefault();
    field.value = `${field.value.trimEnd()} ${chip.dataset.put}`.trim();
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
    chip.remove();
  });
})();
