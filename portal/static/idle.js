/* The idle lock (L2): when nobody has moved for data-idle-seconds, the page's content goes at once and the
   session is locked on the server. All tabs of the portal share the moment of the last movement. */
(() => {
  "use strict";
  const limit = Number(document.body.dataset.idleSeconds || 0) * 1000;
  if (!limit) return;
  const LAST = "portal-last-movement";
  const LOCKED = "portal-locked";
  let noted = 0;

  const last = () => Number(localStorage.getItem(LAST) || 0);

  function moved() {
    const now = Date.now();
    if (now - noted < 1000) return;
    noted = now;
    localStorage.setItem(LAST, String(now));
  }

  function away() {
    document.body.replaceChildren();
    document.title = document.body.dataset.lockedTitle;
  }

  let locking = false;

  /* Each tab asks for the lock by itself: the answer of another tab may still be on its way. */
  function lock(because) {
    if (locking) return;
    locking = true;
    const token = document.body.dataset.lockToken;
    const address = document.body.dataset.lockAddress;
    const here = location.pathname + location.search;
    away();
    localStorage.setItem(LOCKED, String(Date.now()));
    const sent = new FormData();
    sent.set("csrf_token", token);
    sent.set("because", because);
    sent.set("next", here);
    const toLock = () => location.replace(address + "?next=" + encodeURIComponent(here));
    window.portal.ask(address + "now", { method: "POST", body: sent, credentials: "same-origin", redirect: "manual" })
      .then(toLock, toLock); // also without an answer: the page is empty, and the lock's page asks for the person
  }

  function check() {
    if (Date.now() - last() >= limit) lock("idle");
  }

  ["keydown", "pointerdown", "pointermove", "wheel", "touchstart", "input"].forEach((kind) =>
    document.addEventListener(kind, moved, { capture: true, passive: true }));
  window.addEventListener("storage", (event) => {
    if (event.key === LOCKED) lock("idle");
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) { away(); location.reload(); }
  });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) check(); });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-lock-now]")) { event.preventDefault(); lock("left"); }
  });
  moved();
  setInterval(check, Math.min(5000, limit / 4));
})();
