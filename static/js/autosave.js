/* Autosave of the open note: two seconds after the last change the whole form is sent; what the server kept is no longer
 * asked about when the page is left. Two versions of one text stop it until a button says which stays. No text is stored
 * in the browser. */
(() => {
  "use strict";
  const form = document.querySelector("form[data-autosave]");
  if (!form) return;
  const WAIT = 2000, AGAIN = 10000; // ms
  const bar = document.getElementById("sign");
  const waiting = new Map(); // name of a changed field -> number of the change
  let timer = 0, changes = 0, running = false, stopped = false, savedAt = "";

  const time = () => new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });

  function later(delay) {
    window.clearTimeout(timer);
    if (!stopped) timer = window.setTimeout(save, delay);
  }

  form.addEventListener("input", (event) => {
    if (!event.target.name) return;
    changes += 1;
    waiting.set(event.target.name, changes);
    later(WAIT);
  });
  // a button sends everything itself, once what is under way has come back (turns.js): nothing may arrive after it
  form.addEventListener("submit", () => {
    stopped = true;
    window.clearTimeout(timer);
  });

  function tell(words) {
    const line = bar.querySelector("[data-unsaved]");
    line.hidden = !words;
    line.lastElementChild.textContent = words;
  }

  function wrong(errors) {
    form.querySelectorAll("[data-autowrong]").forEach((told) => told.remove());
    for (const [id, words] of Object.entries(errors)) {
      const field = document.getElementById(id);
      if (!field) continue;
      const told = document.createElement("p");
      told.className = "wrong";
      told.id = `${id}-auto`;
      told.dataset.autowrong = "";
      told.textContent = words;
      field.setAttribute("aria-invalid", "true");
      field.setAttribute("aria-describedby", told.id);
      field.after(told);
    }
  }

  function stand(data) {
    form.elements.version.value = data.version;
    form.elements.base.value = data.base;
  }

  /** What was kept is what the page shows from now on: a field counts as changed by whoever changes it after this. */
  function shows(name, sent) {
    const was = form.elements.namedItem(`initial-${name}`);
    if (was) was.value = sent.get(name) ?? "";
  }

  function kept(data, upTo, sent) {
    stand(data);
    data.kept.forEach((name) => shows(name, sent));
    for (const name of data.kept) if ((waiting.get(name) || 0) <= upTo) waiting.delete(name);
    document.getElementById("state").outerHTML = data.state;
    form.querySelectorAll("[data-autowrong]").forEach((told) => {
      document.querySelector(`[aria-describedby="${told.id}"]`)?.removeAttribute("aria-invalid");
      told.remove();
    });
    savedAt = time();
    tell("");
    if (!waiting.size) form.dispatchEvent(new CustomEvent("vertebra:kept", { bubbles: true }));
  }

  function conflict(data) {
    stopped = true;
    form.dropPress();
    stand(data);
    const box = document.getElementById("conflict");
    box.innerHTML = data.conflict;
    box.scrollIntoView({ block: "center" });
    box.querySelector("button")?.focus({ preventScroll: true });
    tell(bar.dataset.conflict);
  }

  function save() {
    if (running || stopped || !waiting.size) return;
    running = true;
    form.takeTurn(send);
  }

  async function send() {
    const upTo = changes;
    const body = new FormData(form);
    body.set("do", "autosave");
    try {
      const answer = await fetch(form.action, { method: "POST", body, redirect: "manual", headers: { Accept: "application/json" } });
      if (answer.status === 200) kept(await answer.json(), upTo, body);
      else if (answer.status === 409) conflict(await answer.json());
      else if (answer.status === 422) wrong((await answer.json()).errors);
      else if (answer.status === 410) {
        stopped = true;
        tell(bar.dataset.signed);
      } else throw new Error(String(answer.status));
    } catch {
      tell(savedAt ? bar.dataset.since.replace("{t}", savedAt) : bar.dataset.never);
      later(AGAIN);
    } finally {
      running = false;
      if (waiting.size && changes > upTo) later(WAIT);
    }
  }
})();
