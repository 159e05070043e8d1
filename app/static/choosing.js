// A comfort of the subscribe page: what it offers is of the choices with which it was asked for, and says so.
(function () {
  "use strict";
  var form = document.querySelector("form[data-outdates]");
  var block = document.getElementById(form.dataset.outdates), note = document.getElementById(block.id + "-note");

  function isChanged(field) {
    if (field.tagName === "SELECT") {
      var given = Array.prototype.filter.call(field.options, function (one) { return one.defaultSelected; })[0];
      return field.selectedIndex !== (given ? given.index : 0);
    }
    if (field.type === "checkbox") return field.checked !== field.defaultChecked;
    return field.tagName === "INPUT" && field.type !== "hidden" && field.value !== field.defaultValue;
  }

  function look() {
    var is = Array.prototype.some.call(form.elements, isChanged);
    if (is && note.hidden) document.getElementById("said").textContent = note.querySelector("p").textContent;
    block.classList.toggle("is-outdated", is);
    block.inert = is;
    note.hidden = !is;
  }

  form.addEventListener("input", look);
  form.addEventListener("change", look);
  window.addEventListener("pageshow", look); // a browser may give back what was chosen before
})();
