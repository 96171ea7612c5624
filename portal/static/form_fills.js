/* What forms fill in by themselves: `data-fills="<name of the other input>"` with `data-fills-by="postal|kana"`.
   A postal code fills the place; a name fills its probable kana, which stays marked until somebody confirmed it.
   What somebody typed is never overwritten. Without this file everything is typed. */
(() => {
  "use strict";
  const ENGLISH = document.documentElement.lang.startsWith("en");
  const t = (ja, en) => (ENGLISH ? en : ja);
  const asked = new WeakMap();

  const other = (input) => input.form.querySelector(`[name="${CSS.escape(input.dataset.fills)}"]`);
  const note = (field) => field.querySelector(".form__filled");
  const isFree = (target) => !target.disabled && (!target.value.trim() || target.dataset.filled === target.value);

  function wanted(input) {
    const text = input.value.normalize("NFKC").trim();
    if (input.dataset.fillsBy !== "postal") return text;
    const digits = text.replace(/[^\d]/g, "");
    return digits.length === 7 ? digits : "";
  }

  async function fill(input) {
    const target = other(input);
    const text = wanted(input);
    if (!target || !isFree(target) || asked.get(input) === text) return;
    asked.set(input, text);
    if (!text) return;
    let texts;
    try {
      const answer = await window.portal.ask(`/forms/fill/${input.dataset.fillsBy}`, {
        method: "POST",
        headers: JSON.parse(document.body.getAttribute("hx-headers")),
        body: new URLSearchParams({ q: text }),
      });
      if (!answer.ok) return;
      ({ texts } = await answer.json());
    } catch {
      asked.delete(input);
      return;
    }
    if (asked.get(input) === text && isFree(target)) take(input, target, texts);
  }

  function take(input, target, texts) {
    const field = target.closest("[data-path]");
    clear(field, target);
    if (input.dataset.fillsBy === "kana") {
      put(target, texts[0] || "");
      if (texts[0]) toConfirm(field, target);
    } else if (texts.length === 1) {
      put(target, texts[0]);
      say(field, t("郵便番号から入れました。続けて番地を入力してください。", "Filled from the postal code. Go on with the number."));
    } else if (texts.length) {
      put(target, "");
      const line = say(field, t("この郵便番号の地域:", "Places of this postal code:"));
      for (const one of texts) line.append(button(one, () => { put(target, one); line.remove(); target.focus(); }));
    } else {
      put(target, "");
      say(field, t("郵便番号の一覧にありません。番号を確かめてください。", "Not among the postal codes. Check the number."));
    }
  }

  function put(target, text) {
    target.value = text;
    target.dataset.filled = text;
    target.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function say(field, text) {
    const line = document.createElement("p");
    line.className = "form__filled";
    line.setAttribute("role", "status");
    line.append(text);
    field.append(line);
    return line;
  }

  function button(text, press) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "button quiet small";
    made.textContent = text;
    made.addEventListener("click", press);
    return made;
  }

  function toConfirm(field, target) {
    field.classList.add("form__field--to-confirm");
    const mark = document.createElement("span");
    mark.className = "badge warn";
    mark.textContent = t("要確認", "To confirm");
    const line = say(field, "");
    line.append(mark, t("漢字から入れた読みです。本人に確かめてください。", "Read from the kanji. Ask the person."),
      button(t("合っている(Enter)", "It is right (Enter)"), () => { clear(field, target); target.focus(); }));
  }

  function clear(field, target) {
    note(field)?.remove();
    field.classList.remove("form__field--to-confirm");
    if (target.value !== target.dataset.filled) delete target.dataset.filled;
  }

  document.addEventListener("input", (event) => {
    const input = event.target;
    if (input.matches("[data-fills-by=postal]")) fill(input);
    if (input.dataset.filled !== undefined) {
      const field = input.closest("[data-path]");
      if (field) clear(field, input);
    }
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-fills]")) fill(event.target);
  });
  document.addEventListener("keydown", (event) => {
    const field = event.target.closest?.(".form__field--to-confirm");
    if (!field || event.key !== "Enter" || event.isComposing || event.ctrlKey || event.target.matches("button")) return;
    event.preventDefault();
    clear(field, event.target);
  });
  /* Before it is sent, a filled reading is confirmed; drafts and other ways out are not held up. */
  document.addEventListener("submit", (event) => {
    if (event.submitter?.formNoValidate) return;
    const open = [...event.target.querySelectorAll(".form__field--to-confirm")].find((field) => field.offsetParent !== null);
    if (!open) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    open.querySelector(".form__input").focus();
    note(open).setAttribute("role", "alert");
  }, true);
})();
