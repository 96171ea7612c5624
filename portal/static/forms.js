/* Forms: what the date means beside the field, fields that appear when they are asked, rows added and removed,
   the name of a chosen file.
   Without this file a form still works: all fields are shown, rows are those on the page.
   The server reads and checks everything again (rules/eras.py, forms/validation.py). */
(() => {
  "use strict";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const ENGLISH = document.documentElement.lang.startsWith("en");

  /* Dates */
  const ERAS = [
    ["令和", "R", 2019, [2019, 5, 1], null], ["平成", "H", 1989, [1989, 1, 8], [2019, 4, 30]],
    ["昭和", "S", 1926, [1926, 12, 25], [1989, 1, 7]], ["大正", "T", 1912, [1912, 7, 30], [1926, 12, 25]],
    ["明治", "M", 1868, [1868, 1, 25], [1912, 7, 30]],
  ];
  const WEEK = ENGLISH ? ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"] : ["日", "月", "火", "水", "木", "金", "土"];
  const SIGNS = "令和|平成|昭和|大正|明治|[RHSTM令平昭大明]";
  const SPELLINGS = [
    /^(?<y>\d{4})(?<m>\d{2})(?<d>\d{2})$/,
    new RegExp(`^(?<era>${SIGNS})(?<y>\\d{2})(?<m>\\d{2})(?<d>\\d{2})$`),
    new RegExp(`^(?<era>${SIGNS})?(?<y>\\d{1,4})(?:年|[-./])?`
      + "(?:(?:(?<=[-./年])(?<m>\\d{1,2}|不詳)?(?:月|[-./]|$))(?:(?<d>\\d{1,2}|不詳)?日?(?:不詳)?)?)?(?:月日不詳|不詳)?$"),
  ];

  const number = ([year, month, day]) => year * 10000 + month * 100 + day;
  const two = (value) => String(value).padStart(2, "0");
  const lastOf = (year, month) => new Date(Date.UTC(year, month, 0)).getUTCDate();
  const earliest = ({ year, month, day }) => number([year, month || 1, day || 1]);
  const latest = ({ year, month, day }) => number([year, month || 12, day || lastOf(year, month || 12)]);
  const eraAt = (day) => ERAS.find((era) => day >= number(era[3]));
  const yearIn = (era, year) => `${era[0]}${year === era[2] ? "元" : year - era[2] + 1}年`;

  /* The same reading as rules/eras.py; a test holds both against each other. */
  function read(typed, partial) {
    const text = typed.normalize("NFKC").replace(/\s/g, "").toUpperCase().replace(/\(.*$/, "")
      .replace(/[‐‑‒–—―−ー・、。]/g, "-").replace(/元/g, "1");
    const found = SPELLINGS.map((spelling) => spelling.exec(text)).find((hit) => hit !== null);
    if (!found) return null;
    const { era: sign, y, m, d } = found.groups;
    const era = sign
      ? ERAS.find(([name, letter]) => name === sign || letter === sign || name[0] === sign)
      : (y.length < 3 ? ERAS[0] : null);
    const year = era ? era[2] + Number(y) - 1 : Number(y);
    const date = { year, month: Number(m) || 0, day: Number(d) || 0 };
    if ((era && Number(y) === 0) || date.month > 12 || (date.day && !date.month)) return null;
    if (date.month && date.day > lastOf(year, date.month)) return null;
    if (!partial && !(date.month && date.day)) return null;
    if (era && (latest(date) < number(era[3]) || (era[4] && earliest(date) > number(era[4])))) return null;
    return latest(date) < 18730101 || year > 2118 ? null : date;
  }

  function describe(date) {
    const { year, month, day } = date;
    const names = [...new Set([eraAt(earliest(date)), eraAt(latest(date))])].map((era) => yearIn(era, year));
    const named = names.length === 1 ? names[0] : `${year}年(${names.join("・")})`;
    if (!month || !day) return `${named}${month || ""}月日不詳`;
    const week = WEEK[new Date(Date.UTC(year, month - 1, day)).getUTCDay()];
    return `${named}${month}月${day}日(${week}) ${year}-${two(month)}-${two(day)}`;
  }

  function echo(input) {
    const output = input.closest(".form__field").querySelector("[data-era-echo]");
    const typed = input.value.trim();
    const date = typed ? read(typed, input.dataset.era === "partial") : undefined;
    output.classList.toggle("form__echo--bad", date === null);
    if (date === null) output.textContent = ENGLISH ? "not a date yet" : "日付として読めません";
    else output.textContent = date ? describe(date) : "";
  }

  /* Fields that are asked under conditions */
  function valueOf(form, name) {
    const inputs = all(`[name="${CSS.escape(name)}"]`, form).filter((input) => !input.disabled);
    const chosen = inputs.find((input) => (input.type !== "radio" && input.type !== "checkbox") || input.checked);
    return chosen ? chosen.value : "";
  }

  const holds = (form, alternatives) => alternatives.some((conditions) => conditions.every(
    ([name, values, negated]) => values.includes(valueOf(form, name)) !== negated));

  function settle(form) {
    for (let turn = 0, changed = true; changed && turn < 5; turn += 1) {
      changed = false;
      for (const field of all("[data-shown-when]", form)) {
        const shown = holds(form, JSON.parse(field.dataset.shownWhen));
        if (field.hidden === shown) changed = true;
        field.hidden = !shown;
        all("input, select, textarea", field).forEach((input) => { input.disabled = !shown; });
      }
    }
    for (const field of all("[data-required-when]", form)) {
      const needed = holds(form, JSON.parse(field.dataset.requiredWhen));
      const mark = field.querySelector("[data-required]");
      mark.hidden = !needed;
      mark.classList.remove("form__required--sometimes");
      mark.textContent = ENGLISH ? "required" : "必須";
    }
    for (const group of all(".form__group", form)) {
      const below = all(":scope > .form__grid > *", group);
      group.hidden = below.length > 0 && below.every((one) => one.hidden);
    }
  }

  /* Rows */
  function renumber(rows) {
    const shown = all(":scope > [data-row]", rows);
    shown.forEach((row, place) => {
      const label = rows.dataset.label.replace("{n}", place + 1);
      row.querySelector("[data-row-label]").textContent = label;
      row.setAttribute("aria-label", label);
    });
    rows.querySelector("[data-add-row]").hidden = shown.length >= Number(rows.dataset.most);
  }

  function add(rows) {
    const place = Number(rows.dataset.next);
    const holder = document.createElement("template");
    holder.innerHTML = rows.querySelector("[data-row-template]").innerHTML.replaceAll("__row__", place);
    const row = holder.content.firstElementChild;
    rows.dataset.next = place + 1;
    rows.insertBefore(row, rows.querySelector("[data-row-template]"));
    prepare(row);
    renumber(rows);
    settle(rows.closest("[data-form]"));
    const first = row.querySelector("input:not([type=hidden]), select, textarea");
    if (first) first.focus();
    row.dispatchEvent(new CustomEvent("form:row-added", { bubbles: true }));
  }

  function remove(row) {
    const rows = row.closest("[data-rows]");
    const next = row.nextElementSibling;
    const form = rows.closest("[data-form]");
    row.remove();
    renumber(rows);
    settle(form);
    (next.matches("[data-row]") ? next : rows.querySelector("[data-add-row]")).focus();
  }

  function prepare(root) {
    all("[data-era]", root).forEach(echo);
    all("[data-remove-row]", root).forEach((button) => { button.hidden = false; });
  }

  function begin(form) {
    if (form.dataset.ready) return;
    form.dataset.ready = "yes";
    prepare(form);
    all("[data-rows]", form).forEach(renumber);
    settle(form);
    const summary = form.querySelector(".form__summary");
    if (summary) summary.focus();
  }

  document.addEventListener("input", (event) => {
    if (event.target.matches("[data-era]")) echo(event.target);
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-file]")) {
      const chosen = event.target.files[0];
      const place = event.target.closest(".file").querySelector("[data-file-name]");
      place.textContent = chosen ? chosen.name : ENGLISH ? "none chosen" : "選ばれていません";
    }
    const form = event.target.closest("[data-form]");
    if (form) settle(form);
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-add-row], [data-remove-row]");
    if (!button) return;
    if (button.matches("[data-add-row]")) add(button.closest("[data-rows]"));
    else remove(button.closest("[data-row]"));
  });
  const start = () => all("[data-form]").forEach(begin);
  document.addEventListener("htmx:load", start);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
