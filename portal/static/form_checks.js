/* Forms under way, `data-watch="<address>"` on the form: what is wrong is said when a field is left, what was
   typed is kept as a draft by itself, and nothing is lost where the network or the server goes away.
   The server checks by the schema of the form; no rule is written here. Individual Numbers typed on the page are
   left out. Without this file a form still works. */
(() => {
  "use strict";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const ENGLISH = document.documentElement.lang.startsWith("en");
  const t = (ja, en) => (ENGLISH ? en : ja);
  const REST = 500;
  const KEEP_EVERY = 30_000;
  const PATIENCE = 5_000;

  class Watch {
    constructor(form) {
      this.form = form;
      this.touched = new Set();
      this.changed = false;
      this.keptAt = Date.now();
      this.timer = 0;
      this.asked = null;
      this.sending = false;
      this.status = document.createElement("p");
      this.status.className = "form__status";
      this.status.setAttribute("role", "status");
      form.querySelector(".form-actions").before(this.status);
      form.addEventListener("input", (event) => this.typed(event.target));
      form.addEventListener("change", (event) => this.left(event.target));
      form.addEventListener("submit", (event) => this.send(event));
      window.addEventListener("offline", () => this.lost());
      window.addEventListener("online", () => this.found());
      window.addEventListener("beforeunload", (event) => {
        if (this.away && this.changed) event.preventDefault();
      });
      setInterval(() => { if (this.changed && this.keptAt + KEEP_EVERY <= Date.now()) this.look(); }, KEEP_EVERY / 2);
    }

    typed(input) {
      this.changed = true;
      if (input.getAttribute("aria-invalid") === "true") this.soon();
    }

    left(input) {
      const field = input.closest("[data-path]");
      if (!field) return;
      this.changed = true;
      this.touched.add(field);
      this.soon();
    }

    soon() {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.look(), REST);
    }

    /* What would be sent, without Individual Numbers that were typed. */
    content() {
      const content = new FormData(this.form);
      for (const input of all(".form__field--individual-number input", this.form)) {
        if (input.type !== "hidden") content.delete(input.name);
      }
      for (const input of all(".form__field--individual-number input[type=hidden]", this.form)) {
        if (!input.disabled) content.append(input.name, input.value);
      }
      return content;
    }

    /* One that keeps the draft is waited for, so that its number is known before the next. */
    look() {
      clearTimeout(this.timer);
      if (this.sending || this.probing) return;
      if (this.keeping) { this.soon(); return; }
      const keep = this.changed && this.keptAt + KEEP_EVERY <= Date.now();
      const looking = this.ask(keep);
      if (keep) this.keeping = looking.finally(() => { this.keeping = null; });
    }

    async ask(keep) {
      const content = this.content();
      if (keep) content.append("keep", "1");
      this.asked?.abort();
      const asked = new AbortController();
      this.asked = keep ? null : asked;
      try {
        const answer = await window.portal.ask(this.form.dataset.watch, {
          method: "POST", body: new URLSearchParams(content), signal: asked.signal, redirect: "error",
        });
        if (!answer.ok) return;
        const told = await answer.json();
        if (this.away) this.found();
        this.mark(told.errors, content);
        if (keep) this.kept(told);
      } catch (error) {
        if (error.name !== "AbortError" && !navigator.onLine) this.lost();
      }
    }

    kept(told) {
      this.keptAt = Date.now();
      this.changed = false;
      if (told.draft_id) {
        let input = this.form.querySelector("[name=draft_id]");
        if (!input) {
          input = document.createElement("input");
          input.type = "hidden";
          input.name = "draft_id";
          this.form.prepend(input);
        }
        input.value = told.draft_id;
      }
      this.say(t(`下書きを自動で保存しました(${told.kept})。個人番号は含みません。`,
        `Draft saved by itself (${told.kept}), without Individual Numbers.`));
    }

    /* The server counts the rows that are not empty; on the page their numbers have gaps. */
    places(content) {
      const rows = {};
      for (const [name, value] of content) {
        const [, head, place] = /^([^-]+)-(\d{1,3})-/.exec(name) || [];
        if (head && String(value).trim()) (rows[head] ??= new Set()).add(Number(place));
      }
      return Object.fromEntries(Object.entries(rows).map(([head, set]) => [head, [...set].sort((a, b) => a - b)]));
    }

    mark(errors, content) {
      const rows = this.places(content);
      const told = new Map();
      for (const error of errors) {
        const steps = error.path.split(".");
        if (steps.length > 2 && rows[steps[0]]?.[steps[1]] !== undefined) steps[1] = rows[steps[0]][steps[1]];
        const path = steps.join(".");
        told.set(path, [...(told.get(path) || []), error.message]);
      }
      for (const field of this.touched) {
        if (field.isConnected && !field.matches(".form__field--individual-number")) {
          this.show(field, told.get(field.dataset.path) || []);
        }
      }
    }

    show(field, messages) {
      all(".form__error", field).forEach((one) => one.remove());
      const input = field.querySelector("[role=combobox], [role=radiogroup], [role=group], .form__input, input[type=checkbox]");
      field.classList.toggle("form__field--wrong", messages.length > 0);
      if (!input) return;
      const id = `${input.id}-error`;
      const described = (input.getAttribute("aria-describedby") || "").split(" ").filter((one) => one && one !== id);
      if (messages.length) { input.setAttribute("aria-invalid", "true"); described.push(id); }
      else input.removeAttribute("aria-invalid");
      if (described.length) input.setAttribute("aria-describedby", described.join(" "));
      else input.removeAttribute("aria-describedby");
      messages.forEach((message, place) => {
        const line = document.createElement("p");
        line.className = "form__error field-error";
        line.id = place ? `${id}${place + 1}` : id;
        line.textContent = message;
        field.append(line);
      });
    }

    /* Whether the server answers is asked first: a page sent into a dead network would be gone. */
    async send(event) {
      if (this.sending) return;
      event.preventDefault();
      if (this.probing) return;
      this.probing = true;
      const button = event.submitter;
      this.asked?.abort();
      clearTimeout(this.timer);
      await this.keeping;
      const there = await this.answers();
      this.probing = false;
      if (!there) { this.lost(button); return; }
      this.found(false);
      this.sending = true;
      this.form.requestSubmit(button);
      this.sending = false;
    }

    async answers() {
      if (!navigator.onLine) return false;
      try {
        const answer = await window.portal.ask("/healthz", { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
        return answer.ok;
      } catch {
        return false;
      }
    }

    lost(button) {
      if (this.away && !button) return; // what is said of a button that was pressed stays
      this.away = true;
      const deed = button ? t("まだ送られていません。", "It was not sent. ") : "";
      this.say(deed + t(
        "ネットワークかサーバーにつながりません。入力した内容はこの画面に残っています。画面を閉じずに、つながってからもう一度ボタンを押してください。",
        "The network or the server cannot be reached. What you typed stays on this page. Keep it open, and press the button again when it is back."), true);
      if (button) this.status.focus();
    }

    found(tell = true) {
      if (!this.away) return;
      this.away = false;
      this.say(tell ? t("つながりました。入力した内容はそのままです。続けられます。", "It is back. What you typed is still here; go on.") : "");
      if (tell) this.soon();
    }

    say(text, bad = false) {
      this.status.textContent = text;
      this.status.tabIndex = -1;
      this.status.classList.toggle("form__status--bad", bad);
      this.status.setAttribute("role", bad ? "alert" : "status");
    }
  }

  const start = () => all("form[data-watch]").forEach((form) => {
    if (!form.dataset.watched) { form.dataset.watched = "yes"; new Watch(form); }
  });
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
