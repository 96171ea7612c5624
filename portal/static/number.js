/* A number goes from the page after its time, when the page is left, and when it is hidden behind another.
   Without this file the page itself leads away after the same time. */
(() => {
  "use strict";
  const place = document.querySelector("[data-number]");
  if (!place) return;
  const left = place.querySelector("[data-left]");
  const until = Date.now() + Number(place.dataset.seconds) * 1000; // by the clock: a machine may sleep meanwhile
  const clear = () => place.replaceChildren();
  const away = () => {
    clear();
    window.location.replace(place.dataset.after);
  };

  const ticking = setInterval(() => {
    const seconds = Math.max(Math.ceil((until - Date.now()) / 1000), 0);
    left.textContent = String(seconds);
    if (seconds === 0) {
      clearInterval(ticking);
      away();
    }
  }, 1000);
  window.addEventListener("pagehide", clear);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") away();
  });
})();
