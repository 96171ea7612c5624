// Saving by itself: what was changed is sent a moment later, under the count that the page was opened with.
(() => {
  "use strict";
  const MOMENT_MS = 900;
  const AGAIN_MS = 5000;
  const GONE = [400, 401, 403, 404, 409];

  // read() gives the text to keep, kept(answer) is told what the portal answered, refused(words) that it will not.
  window.studio.saving = (page, { read, fields, state, words, kept, refused }) => {
    let [seen, timer, sending, dirty, stopped] = [page.dataset.seen, 0, null, false, false];
    const say = (text, bad = false) => { state.textContent = text; state.classList.toggle("bad", bad); };

    const ask = async (address, more) => {
      const sent = new FormData();
      for (const [name, value] of Object.entries({ csrf_token: page.dataset.token, seen, ...more })) sent.set(name, value);
      const answer = await window.portal.ask(address, { method: "POST", body: sent, credentials: "same-origin", redirect: "manual", headers: { Accept: "application/json" } });
      const isJson = (answer.headers.get("Content-Type") || "").startsWith("application/json");
      return { status: answer.status, told: isJson ? await answer.json() : {} };
    };

    const send = async () => {
      clearTimeout(timer);
      if (stopped || !dirty) return;
      dirty = false;
      say(words.saving);
      let answer;
      try {
        const source = await read();
        answer = await ask(page.dataset.save, { ...fields(), source });
      } catch {
        answer = { status: 0, told: {} };
      }
      if (answer.status === 200) {
        seen = String(answer.told.seen);
        say(dirty ? words.unsaved : `${words.saved} ${new Date().toLocaleTimeString("ja-JP", { hour: "2-digit", minute: "2-digit" })}`);
        kept(answer.told);
        return;
      }
      dirty = true;
      if (answer.told.refused) {
        stopped = GONE.includes(answer.status);
        say(words.unsaved, true);
        refused(answer.told.refused);
        return;
      }
      say(words.offline, true);
      timer = setTimeout(flush, AGAIN_MS);
    };

    const flush = () => {
      sending = (sending || Promise.resolve()).then(send);
      return sending;
    };

    window.addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });
    return {
      changed: () => {
        dirty = true;
        if (stopped) return;
        say(words.unsaved);
        clearTimeout(timer);
        timer = setTimeout(flush, MOMENT_MS);
      },
      flush, ask, isSaved: () => !dirty, seen: () => seen,
    };
  };
})();
