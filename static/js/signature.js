/* A signature drawn by finger, pen or mouse. The strokes go into the hidden field beside the pad as points of 0 to
 * 1000 in both directions; without script the pad stays hidden, for the typed name is the signature.
 *
 *   [data-sign]     the box: it holds the pad, the hidden field and the button that clears
 *   [data-print]    opens the printer's dialog
 *   svg[data-pad]   the pad, three times as wide as high; its path.ink shows the strokes
 */
(() => {
  "use strict";
  const SIZE = 1000, WIDE = 3, MOST_POINTS = 3900, MOST_STROKES = 190, NEAR = 4;
  const field = (box) => box.querySelector("input[type=hidden]");

  function strokesIn(box) {
    try {
      const kept = JSON.parse(field(box).value || "[]");
      return Array.isArray(kept) ? kept : [];
    } catch {
      return [];
    }
  }

  const drawn = ([[x, y], ...rest]) => `M${x * WIDE} ${y}` + (rest.map(([a, b]) => `L${a * WIDE} ${b}`).join("") || "h0");
  const show = (box, strokes) => box.querySelector(".ink").setAttribute("d", strokes.map(drawn).join(""));

  function keep(box, strokes) {
    field(box).value = strokes.length ? JSON.stringify(strokes) : "";
    show(box, strokes);
    field(box).dispatchEvent(new Event("input", { bubbles: true })); // unsaved: leaving asks
  }

  const within = (value) => Math.max(0, Math.min(SIZE, Math.round(value)));
  function pointOf(pad, event) {
    const edge = pad.getBoundingClientRect();
    return [within(((event.clientX - edge.left) / edge.width) * SIZE), within(((event.clientY - edge.top) / edge.height) * SIZE)];
  }

  function begin(pad, event) {
    const box = pad.closest("[data-sign]");
    const strokes = strokesIn(box);
    if (event.button !== 0 || !event.isPrimary || strokes.length >= MOST_STROKES) return;
    event.preventDefault();
    let left = MOST_POINTS - strokes.flat().length;
    if (left < 1) return;
    const stroke = [pointOf(pad, event)];
    strokes.push(stroke);
    show(box, strokes);
    pad.setPointerCapture(event.pointerId);
    const move = (moved) => {
      const [x, y] = pointOf(pad, moved), [a, b] = stroke[stroke.length - 1];
      if (Math.abs(x - a) + Math.abs(y - b) < NEAR || stroke.length >= left) return;
      stroke.push([x, y]);
      show(box, strokes);
    };
    const end = () => {
      pad.removeEventListener("pointermove", move);
      for (const name of ["pointerup", "pointercancel", "lostpointercapture"]) pad.removeEventListener(name, end);
      keep(box, strokes);
    };
    pad.addEventListener("pointermove", move);
    for (const name of ["pointerup", "pointercancel", "lostpointercapture"]) pad.addEventListener(name, end);
  }

  document.addEventListener("pointerdown", (event) => {
    const pad = event.target instanceof Element && event.target.closest("[data-pad]");
    if (pad) begin(pad, event);
  });
  document.addEventListener("click", (event) => {
    const box = event.target instanceof Element && event.target.closest("[data-clear]")?.closest("[data-sign]");
    if (box) keep(box, []);
    if (event.target instanceof Element && event.target.closest("[data-print]")) window.print();
  });

  // --- pads and the print button show with script only; a page that came in the background has new ones
  const unhide = () => {
    for (const box of document.querySelectorAll("[data-sign][hidden], [data-print][hidden]")) box.hidden = false;
  };
  new MutationObserver(unhide).observe(document.body, { childList: true });
  unhide();
})();
