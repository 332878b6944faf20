/* The travel card, for those who have script: a click on the spine types the segment, and the page returns to the row
 * it was left at. Everything here also works without: the segments are links, the buttons are buttons. */
(() => {
  "use strict";
  const field = document.getElementById("id_new-segment");
  const spine = document.querySelector("[data-spine]");

  function sideOf(link, x) {
    if (link.dataset.side) return link.dataset.side;
    const box = spine.getBoundingClientRect();
    const middle = box.left + (118 / 306) * box.width;
    const reach = (14 / 306) * box.width;
    if (!x || Math.abs(x - middle) < reach || x > box.left + (200 / 306) * box.width) return "";
    return x < middle ? "L" : "R";
  }

  function type(link, side) {
    const short = link.querySelector(".lab").textContent.trim();
    field.value = link.dataset.side || !side ? short : `${short} ${side}`;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    document.getElementById("id_new-pain")?.focus();
  }

  if (field && spine) {
    const links = [...spine.querySelectorAll("a[data-segment]")];
    const only = (chosen) => links.forEach((link) => link.setAttribute("tabindex", link === chosen ? "0" : "-1"));
    only(links.find((link) => link.classList.contains("on")) || links[0]);
    spine.addEventListener("click", (event) => {
      const link = event.target.closest("a[data-segment]");
      if (!link) return;
      event.preventDefault();
      only(link);
      type(link, sideOf(link, event.clientX));
    });
    spine.addEventListener("keydown", (event) => {
      const at = links.indexOf(event.target.closest("a[data-segment]"));
      if (at < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      const side = { l: "L", r: "R", b: "B" }[event.key.toLowerCase()];
      if (!step && !side && event.key !== " ") return;
      event.preventDefault();
      if (step) {
        const next = links[Math.min(links.length - 1, Math.max(0, at + step))];
        only(next);
        next.focus();
      } else {
        type(links[at], side || "");
      }
    });
  }

  // choosing another treatment from the list is the press of its button
  document.querySelector("[data-after]")?.closest("form")?.addEventListener("change", (event) => {
    const button = document.querySelector(`[data-after="${event.target.id}"]`);
    if (event.target.id && button && event.target.value) button.click();
  });

  // after a refusal the eye goes to the row it concerns
  (document.getElementById("refused") || document.querySelector("[aria-invalid=true]") || (location.hash ? document.getElementById("adding") : null))?.scrollIntoView({ block: "center" });
})();
