/* What the open note sends by itself, autosave and marks on the spine, goes one after the other: each carries the version
 * that the one before was answered with. A button waits until what is under way has come back, then it is pressed; it
 * would otherwise send an older version and run into the note's own save. */
(() => {
  "use strict";
  const form = document.querySelector("form[data-takes-turns]");
  if (!form) return;
  let line = Promise.resolve(), standing = 0, pressed = null, leaving = false;

  /** Wait for those before, then do `send`; the next one begins when it has ended. After a button nothing is sent. */
  form.takeTurn = (send) => {
    if (pressed || leaving) return;
    standing += 1;
    line = line.then(send).catch(reportError).finally(() => {
      standing -= 1;
      if (!standing && pressed) release();
    });
  };
  /** Two versions came to light: the button that waits is not pressed, somebody chooses first. */
  form.dropPress = () => {
    pressed?.removeAttribute("aria-busy");
    pressed = null;
  };

  function release() {
    const button = pressed;
    form.dropPress();
    form.requestSubmit(button.form === form ? button : standIn(button));
  }

  /** The parts of the page were swapped meanwhile, and the button with them: another one says the same. */
  function standIn({ name, value }) {
    const button = document.createElement("button");
    Object.assign(button, { name, value, hidden: true });
    form.append(button);
    return button;
  }

  form.addEventListener("submit", (event) => {
    leaving = !standing;
    if (leaving) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    pressed ??= event.submitter || form.querySelector("button[name=do]");
    pressed.setAttribute("aria-busy", "true");
  });
})();
