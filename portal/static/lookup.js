/* Fields that are chosen from the register: `data-lookup="person"` on the input that holds the value.
   The value moves into a hidden input; in its place one types words and chooses from /lookup/<kind>.
   `data-lookup-at` around it names another place to ask: a try-out has rows of its own.
   Only the words are sent, never the form around them. Without this file the value itself (a number) is typed. Marks: docs/patterns-screens.md. */
(() => {
  "use strict";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const ENGLISH = document.documentElement.lang.startsWith("en");
  const DELAY = 250;
  const CODES = new Set(["insurer", "municipality"]);  // the code itself may be typed
  let count = 0;

  function enhance(input) {
    const kind = input.dataset.lookup;
    const output = input.parentElement.querySelector("[data-looked-up]");
    const value = document.createElement("input");
    value.type = "hidden";
    value.name = input.name;
    value.value = input.value;
    input.removeAttribute("name");
    input.removeAttribute("data-lookup");
    input.before(value);
    const shown = output ? output.textContent.trim() : "";
    if (shown) { input.value = shown; output.textContent = ""; }
    const list = document.createElement("ul");
    list.className = "lookup-list";
    list.id = `lookup-list-${count += 1}`;
    list.setAttribute("role", "listbox");
    list.hidden = true;
    const holder = document.createElement("span");
    holder.className = "lookup";
    input.before(holder);
    holder.append(input, list);
    for (const [name, text] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-expanded", "false"], ["aria-controls", list.id]]) {
      input.setAttribute(name, text);
    }
    const field = { input, value, list, kind, chosen: input.value, timer: 0, asked: "" };
    input.addEventListener("input", () => typed(field));
    input.addEventListener("keydown", (event) => keyed(field, event));
    input.addEventListener("blur", () => left(field));
    list.addEventListener("mousedown", (event) => {
      const option = event.target.closest("[role=option]");
      event.preventDefault();
      if (option) choose(field, option);
    });
  }

  function typed(field) {
    const text = field.input.value.trim();
    field.chosen = "";
    const digits = text.normalize("NFKC");
    if (CODES.has(field.kind) && /^\d+$/.test(digits)) field.chosen = digits;
    field.value.value = field.chosen;
    field.value.dispatchEvent(new Event("change", { bubbles: true }));
    clearTimeout(field.timer);
    if (!text) { close(field); return; }
    field.timer = setTimeout(() => ask(field, text), DELAY);
  }

  const place = (field) => (field.input.closest("[data-lookup-at]") || { dataset: { lookupAt: "/lookup/" } }).dataset.lookupAt;

  async function ask(field, text) {
    field.asked = text;
    let answer, html;
    try {
      answer = await window.portal.ask(`${place(field)}${encodeURIComponent(field.kind)}`, {
        method: "POST",
        headers: { ...JSON.parse(document.body.getAttribute("hx-headers")), "HX-Request": "true" },
        body: new URLSearchParams({ q: text }),
      });
      html = await answer.text();
    } catch {
      window.portal.unreached();
      return;
    }
    const home = answer.headers.get("HX-Redirect");
    if (home) { location.assign(home); return; }
    if (!answer.ok) { document.getElementById("notices").innerHTML = html; return; }
    if (field.asked !== text || document.activeElement !== field.input) return;
    field.list.innerHTML = html;
    field.list.hidden = false;
    field.input.setAttribute("aria-expanded", "true");
    mark(field, all("[role=option]", field.list)[0]);
  }

  function mark(field, option) {
    all("[aria-selected=true]", field.list).forEach((one) => one.setAttribute("aria-selected", "false"));
    if (!option) { field.input.removeAttribute("aria-activedescendant"); return; }
    option.id = `${field.list.id}-${option.dataset.value}`;
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    field.input.setAttribute("aria-activedescendant", option.id);
  }

  function keyed(field, event) {
    if (event.isComposing || field.list.hidden) return;
    const options = all("[role=option]", field.list);
    const at = options.findIndex((one) => one.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown") mark(field, options[Math.min(at + 1, options.length - 1)]);
    else if (event.key === "ArrowUp") mark(field, options[Math.max(at - 1, 0)]);
    else if (event.key === "Enter" && at >= 0) choose(field, options[at]);
    else if (event.key === "Escape") close(field);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  function choose(field, option) {
    field.value.value = option.dataset.value;
    field.chosen = option.dataset.label;
    field.input.value = option.dataset.label;
    field.input.removeAttribute("aria-invalid");
    field.value.dispatchEvent(new Event("change", { bubbles: true }));
    close(field);
  }

  /* Words that were not chosen are no value: they are marked, and sent so that the server refuses them. */
  function left(field) {
    close(field);
    const words = field.input.value.trim();
    if (!words || field.chosen) { field.input.removeAttribute("aria-invalid"); return; }
    field.value.value = words;
    field.input.setAttribute("aria-invalid", "true");
    field.input.title = ENGLISH ? "Choose from the list." : "一覧から選んでください。";
  }

  function close(field) {
    clearTimeout(field.timer);
    field.asked = "";
    field.list.hidden = true;
    field.input.setAttribute("aria-expanded", "false");
    field.input.removeAttribute("aria-activedescendant");
  }

  const begin = (root) => all("input[data-lookup]", root).filter((one) => !one.closest("template")).forEach(enhance);
  document.addEventListener("form:row-added", (event) => begin(event.target));
  document.addEventListener("htmx:load", (event) => begin(event.detail.elt));
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => begin(document));
  else begin(document);
})();
