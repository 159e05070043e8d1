// Comforts only: every page works without this file.
(function () {
  "use strict";
  var root = document.documentElement;
  var words = document.body.dataset;

  function keep(name, value) {
    root.setAttribute("data-" + name, value);
    try { localStorage.setItem(name, value); } catch (blocked) { /* the choice then lasts for this page */ }
    showChoices();
  }

  function isDark() {
    var chosen = root.getAttribute("data-theme");
    return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  }

  function isLarge() { return root.getAttribute("data-size") === "large"; }

  function showChoices() {
    each(".js-theme", function (button) { button.setAttribute("aria-pressed", isDark()); });
    each(".js-size", function (button) { button.setAttribute("aria-pressed", isLarge()); });
  }

  function each(selector, act) { Array.prototype.forEach.call(document.querySelectorAll(selector), act); }

  function say(text) {
    var region = document.getElementById("said");
    if (region) region.textContent = text;
  }

  function copied(button, text) {
    var before = button.querySelector("span").textContent;
    button.querySelector("span").textContent = words.copied;
    say(words.copied + " " + text);
    setTimeout(function () { button.querySelector("span").textContent = before; }, 2500);
  }

  function copy(button) {
    var field = button.parentNode.querySelector("input");
    var text = button.dataset.copy || field.value;
    if (navigator.clipboard && window.isSecureContext) {
      navigator.clipboard.writeText(text).then(function () { copied(button, text); });
    } else if (field) { // plain http inside an office network has no clipboard
      field.select();
      if (document.execCommand("copy")) copied(button, text);
    }
  }

  // ---- asking first ------------------------------------------------------------------------------

  function button(text, css, act) {
    var made = document.createElement("button");
    made.type = "button";
    made.className = "button " + css;
    made.textContent = text;
    made.addEventListener("click", act);
    return made;
  }

  function ask(form, submitter) {
    var dialog = document.createElement("dialog");
    var question = document.createElement("p");
    question.id = "question";
    question.textContent = form.dataset.confirm;
    dialog.setAttribute("aria-labelledby", "question");
    var row = document.createElement("div");
    row.className = "row";
    row.appendChild(button(words.no, "", function () { dialog.close(); }));
    row.appendChild(button(form.dataset.confirmYes || words.yes, "button-main", function () {
      form.dataset.confirmed = "1";
      dialog.close();
      form.requestSubmit(submitter || undefined);
    }));
    dialog.appendChild(question);
    dialog.appendChild(row);
    dialog.addEventListener("close", function () { dialog.remove(); });
    document.body.appendChild(dialog);
    dialog.showModal();
  }

  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.dataset.confirm && !form.dataset.confirmed && window.HTMLDialogElement) {
      event.preventDefault();
      ask(form, event.submitter);
      return;
    }
    if (form.method === "get") {
      dropEmpty(form);
      return;
    }
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    setTimeout(function () { setButtons(form, true); }, 0); // later, or the pressed button's value is lost
  });

  function setButtons(form, disabled) {
    Array.prototype.forEach.call(form.querySelectorAll("button:not([type=button])"), function (one) {
      one.disabled = disabled;
    });
  }

  // Coming back with the browser's arrow shows the page as it was left: give its buttons back.
  window.addEventListener("pageshow", function (event) {
    if (!event.persisted) return;
    each("form", function (form) {
      delete form.dataset.sent;
      delete form.dataset.confirmed;
      setButtons(form, false);
      Array.prototype.forEach.call(form.elements, function (field) { field.disabled = false; });
    });
  });

  // ---- filters -----------------------------------------------------------------------------------

  var byPointer = false;
  document.addEventListener("pointerdown", function () { byPointer = true; });
  document.addEventListener("keydown", function () { byPointer = false; });

  function dropEmpty(form) {
    Array.prototype.forEach.call(form.elements, function (field) {
      if (field.name && !field.value) field.disabled = true;
    });
  }

  // With the keyboard a list changes at every arrow: there the button decides.
  document.addEventListener("change", function (event) {
    var form = event.target.form;
    var isChoice = event.target.tagName === "SELECT" || event.target.type === "checkbox";
    if (form && event.target.closest("[data-auto]") && isChoice && byPointer) form.requestSubmit();
  });

  document.addEventListener("click", function (event) {
    var pressed = event.target.closest("button");
    if (!pressed) return;
    if (pressed.classList.contains("js-theme")) keep("theme", isDark() ? "light" : "dark");
    if (pressed.classList.contains("js-size")) keep("size", isLarge() ? "normal" : "large");
    if (pressed.classList.contains("js-copy")) copy(pressed);
    if (pressed.classList.contains("js-print")) window.print();
  });

  // ---- photos --------------------------------------------------------------------------------------

  // A telephone's photos are large and an office's line is slow; the server makes them no larger than this.
  var LARGE = 1.5 * 1024 * 1024, LONGEST = 2000;

  function smaller(file) {
    if (file.size <= LARGE || !/^image\/(jpeg|png)$/.test(file.type)) return Promise.resolve(file);
    return createImageBitmap(file, { imageOrientation: "from-image" }).then(function (picture) {
      var scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
      var canvas = document.createElement("canvas");
      canvas.width = Math.round(picture.width * scale);
      canvas.height = Math.round(picture.height * scale);
      var pen = canvas.getContext("2d");
      pen.fillStyle = "#fff"; // a JPEG has no transparency
      pen.fillRect(0, 0, canvas.width, canvas.height);
      pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
      picture.close();
      return new Promise(function (give) { canvas.toBlob(give, "image/jpeg", 0.85); });
    }).then(function (blob) {
      if (!blob || blob.size >= file.size) return file;
      return new File([blob], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" });
    }).catch(function () { return file; });
  }

  document.addEventListener("change", function (event) {
    var field = event.target, chosen = field.files;
    if (field.type !== "file" || field.name !== "photos" || !window.createImageBitmap || !window.DataTransfer) return;
    setButtons(field.form, true);
    // one after the other: nine at once are too much for a small telephone
    Array.prototype.reduce.call(chosen, function (before, file) {
      return before.then(function (done) {
        return smaller(file).then(function (one) { return done.concat(one); });
      });
    }, Promise.resolve([])).then(function (files) {
      if (field.files !== chosen) return; // chosen anew meanwhile
      var carried = new DataTransfer();
      files.forEach(function (one) { carried.items.add(one); });
      field.files = carried.files;
    }).catch(function () { /* then they go as they are */ }).then(function () { setButtons(field.form, false); });
  });

  // ---- a box for many ----------------------------------------------------------------------------

  each(".js-series", function (head) {
    var body = head.closest("tbody"), boxes = Array.prototype.slice.call(body.querySelectorAll("[name=take]"));
    function show() {
      var ticked = boxes.filter(function (box) { return box.checked; }).length;
      head.checked = ticked === boxes.length;
      head.indeterminate = ticked > 0 && !head.checked;
    }
    head.removeAttribute("name"); // the boxes of the rows say all of it now
    body.querySelector("[name=heads]").remove();
    body.addEventListener("change", function (event) {
      if (event.target === head) boxes.forEach(function (box) { box.checked = head.checked; });
      show();
    });
    window.addEventListener("pageshow", show);
    show();
  });

  // ---- work behind the page ----------------------------------------------------------------------

  each("[data-job]", function (card) {
    var bar = card.querySelector("progress"), line = card.querySelector(".job-words");
    function show(job) {
      if (job.is_over) return location.reload();
      line.textContent = line.dataset[job.state];
      if (job.total) { bar.max = job.total; bar.value = job.done; }
      card.querySelector(".job-silent").hidden = job.is_rung;
      ask();
    }
    function ask() {
      setTimeout(function () {
        fetch(card.dataset.job, { headers: { Accept: "application/json" } })
          .then(function (answer) { return answer.json(); }).then(show)
          .catch(function () { location.reload(); });
      }, 1000);
    }
    if (window.fetch) ask(); else setTimeout(function () { location.reload(); }, 2000);
  });

  var summary = document.querySelector(".summary");
  if (summary) summary.focus();
  showChoices();
})();
