/* A number goes from the page after its time, when the page is left, and when it is hidden behind another.
   Without this file the page itself leads away after the same time. */
(() => {
  "use strict";
  const place = document.querySelector("[data-number]");
  if (!place) return;
  const left = place.querySelector("[data-left]");
  let seconds = Number(place.dataset.seconds);
  const clear = () => place.replaceChildren();
  const away = () => {
    clear();
    window.location.replace(place.dataset.after);
  };

  const ticking = setInterval(() => {
    seconds -= 1;
    left.textContent = String(Math.max(seconds, 0));
    if (seconds <= 0) {
      clearInterval(ticking);
      away();
    }
  }, 1000);
  window.addEventListener("pagehide", clear);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") away();
  });
})();
