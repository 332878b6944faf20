// The button of an absence counts what the selects say.
(function () {
  "use strict";
  document.querySelectorAll("[data-away]").forEach(function (form) {
    form.addEventListener("change", function () {
      var tally = { move: 0, cancel: 0, call: 0, stay: 0 };
      form.querySelectorAll("select").forEach(function (select) {
        tally[select.value in tally ? select.value : "move"] += 1;
      });
      form.querySelectorAll("[data-tally]").forEach(function (place) {
        place.textContent = tally[place.dataset.tally];
      });
    });
  });
})();
