/* How a page asks the server: `portal.ask(address, options)` is fetch, with one difference. What the browser cuts
   off because the page is being left fails without a word; the same failure is told a moment later where the page
   stayed after all. A network that is lost fails as with fetch: whoever asked tells it (`portal.unreached()` says
   it above the page). */
(() => {
  "use strict";
  const GOING_MS = 3000;
  const ENGLISH = document.documentElement.lang.startsWith("en");
  const LOST = ENGLISH
    ? "The server cannot be reached. This page is as it was; check the network and try again."
    : "サーバーにつながりません。この画面はそのままです。ネットワークを確かめて、もう一度行ってください。";
  let isGone = false;
  let leftAt = -GOING_MS;
  window.addEventListener("beforeunload", () => { leftAt = performance.now(); });
  window.addEventListener("pagehide", () => { isGone = true; });
  window.addEventListener("pageshow", () => { isGone = false; leftAt = -GOING_MS; });
  const isLeaving = () => isGone || performance.now() - leftAt < GOING_MS;

  const ask = async (address, options) => {
    try {
      return await fetch(address, options);
    } catch (error) {
      if (isLeaving()) await new Promise((stayed) => { setTimeout(stayed, GOING_MS); });
      throw error;
    }
  };

  const unreached = () => {
    const words = document.createElement("div");
    words.textContent = LOST;
    const notice = document.createElement("div");
    notice.className = "notice bad";
    notice.setAttribute("role", "alert");
    notice.append(words);
    document.getElementById("notices")?.replaceChildren(notice);
  };

  window.portal = { ask, unreached };
})();
