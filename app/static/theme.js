// Runs before the first paint, so that a reader's own theme and size never flash.
(function () {
  var root = document.documentElement;
  root.classList.add("js");
  if (/MicroMessenger/i.test(navigator.userAgent)) root.classList.add("in-wechat");
  try {
    ["theme", "size"].forEach(function (name) {
      var chosen = localStorage.getItem(name);
      if (chosen) root.setAttribute("data-" + name, chosen);
    });
  } catch (blocked) { /* private browsing: the system's theme is good enough */ }
})();
