/* A case's page that is left says so at once, so that colleagues need not wait until its last word is old. */
(() => {
  "use strict";
  const place = document.querySelector("[data-left]");
  if (!place) return;
  const token = JSON.parse(document.body.getAttribute("hx-headers") || "{}")["X-CSRFToken"];
  window.addEventListener("pagehide", () => {
    const told = place.querySelector("[data-told-at]");
    if (!told) return;
    const sent = new FormData();
    sent.set("csrf_token", token);
    sent.set("told_at", told.dataset.toldAt);
    window.portal.ask(place.dataset.left, { method: "POST", body: sent, keepalive: true, redirect: "manual" })
      .catch(() => {}); // its last word grows old by itself
  });
})();
