// Passkeys: hands the server's question to the browser, and its answer back through the form.
(function () {
  "use strict";

  function bytes(text) {
    var plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, function (sign) { return sign.charCodeAt(0); });
  }

  function words(buffer) {
    var plain = String.fromCharCode.apply(null, new Uint8Array(buffer));
    return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }

  function question(options) {
    options.challenge = bytes(options.challenge);
    if (options.user) options.user.id = bytes(options.user.id);
    (options.excludeCredentials || options.allowCredentials || []).forEach(function (one) { one.id = bytes(one.id); });
    return { publicKey: options };
  }

  function answer(made) {
    var said = { id: made.id, rawId: words(made.rawId), type: made.type, response: {}, clientExtensionResults: {} };
    ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"].forEach(function (name) {
      if (made.response[name]) said.response[name] = words(made.response[name]);
    });
    return JSON.stringify(said);
  }

  Array.prototype.forEach.call(document.querySelectorAll("form[data-passkey]"), function (form) {
    var pressed = form.querySelector("button");
    function fail() {
      var line = form.querySelector("p.error");
      line.textContent = form.dataset.failed;
      line.hidden = false;
      pressed.disabled = false;
    }
    function act() {
      if (!form.reportValidity()) return;
      pressed.disabled = true;
      var asked = question(JSON.parse(form.dataset.options));
      var keys = navigator.credentials;
      (form.dataset.passkey === "make" ? keys.create(asked) : keys.get(asked)).then(function (made) {
        form.querySelector("[name=answer]").value = answer(made);
        form.requestSubmit();
      }).catch(fail);
    }
    if (!window.PublicKeyCredential) { pressed.disabled = true; return; }
    pressed.addEventListener("click", act);
    form.addEventListener("submit", function (event) { // the Enter key in the name
      if (!form.querySelector("[name=answer]").value) { event.preventDefault(); event.stopImmediatePropagation(); act(); }
    }, true);
  });
})();
