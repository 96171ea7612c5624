/* Keys of every screen (design/screens.md, principle 7) and the few things a page does by itself.
   Marks in the HTML: data-key="g i" (go there), data-list (rows with data-href), data-take, data-primary,
   data-confirm="…" (ask before sending), data-close, data-back-to-list. */
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const typing = (target) => target.closest("input, textarea, select, [contenteditable=true]") !== null;
  let prefix = "";
  let prefixTimer = 0;

  const rows = () => all("[data-list] tr[data-href]").filter((row) => row.offsetParent !== null);
  const selected = () => $("[data-list] tr[aria-selected=true]");

  const nameOf = (row) => row.dataset.row || row.dataset.href;

  function select(row) {
    all("[data-list] tr[aria-selected]").forEach((other) => other.removeAttribute("aria-selected"));
    row.setAttribute("aria-selected", "true");
    row.scrollIntoView({ block: "nearest" });
    const link = $("a", row);
    if (link) link.focus({ preventScroll: true });
    sessionStorage.setItem("place:" + location.pathname, JSON.stringify([nameOf(row), rows().indexOf(row)]));
  }

  function move(step) {
    const list = rows();
    if (!list.length) return;
    const at = list.indexOf(selected());
    select(list[Math.max(0, Math.min(list.length - 1, at < 0 ? 0 : at + step))]);
  }

  function open(row) {
    if (row) location.assign(row.dataset.href);
  }

  function help() {
    const sheet = $("#key-help");
    if (!sheet) return;
    if (sheet.open) sheet.close();
    else sheet.showModal();
  }

  function toField(mark) {
    const box = $(mark);
    if (box) { box.focus(); box.select(); }
  }

  /* What is done to ticked rows is done to the selected one where none is ticked. */
  function press(goal) {
    const box = goal.disabled && selected() && $("input[type=checkbox]", selected());
    if (box) box.click();
    goal.click();
  }

  const deeds = {
    "/": () => toField("[data-search]"),
    "f": () => toField("[data-search-here]"),
    "?": help,
    "j": () => move(1),
    "k": () => move(-1),
    "Enter": () => open(selected()),
    "x": () => { const box = selected() && $("input[type=checkbox]", selected()); if (box) box.click(); },
    "e": () => { const take = $("[data-take]", selected() || document); if (take) take.click(); },
  };

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.altKey) return;
    if (event.ctrlKey || event.metaKey) {
      if (event.key === "Enter") {
        const button = all("[data-primary]").find((b) => !b.disabled && b.offsetParent !== null);
        if (button) { event.preventDefault(); button.click(); }
      }
      return;
    }
    /* The slash that goes to the search box is no part of what is searched, also when one is there already. */
    if (event.key === "/" && event.target.matches("input[type=search]") && !event.target.value) { event.preventDefault(); return; }
    if (event.key === "Escape" && typing(event.target) && !$("dialog[open]")) { event.target.blur(); return; }
    if (typing(event.target) || $("dialog[open]")) return;
    const typed = prefix ? prefix + " " + event.key : event.key;
    const goal = $(`[data-key="${CSS.escape(typed)}"]`) || all("[data-key]").find((e) => e.dataset.key === typed);
    clearTimeout(prefixTimer);
    prefix = "";
    if (goal) { event.preventDefault(); press(goal); return; }
    if (all("[data-key]").some((one) => one.dataset.key.startsWith(event.key + " "))) { prefix = event.key; prefixTimer = setTimeout(() => { prefix = ""; }, 1500); return; }
    const deed = deeds[event.key];
    if (!deed || (event.key === "Enter" && (!selected() || event.target.closest("button, [role=button]")))) return;
    event.preventDefault();
    deed();
  });

  document.addEventListener("click", (event) => {
    const closer = event.target.closest("[data-close]");
    if (closer) {
      const box = closer.closest("dialog, .notice");
      if (box && box.tagName === "DIALOG") box.close();
      else if (box) box.remove();
      return;
    }
    if (event.target.closest("[data-help]")) { help(); return; }
    if (event.target.closest("[data-print-page]")) { window.print(); return; }
    const opener = event.target.closest("[data-open]");
    if (opener) { const box = document.getElementById(opener.dataset.open); if (box) box.showModal(); return; }
    const row = event.target.closest("[data-list] tr[data-href]");
    if (row && !event.target.closest("a, button, input, label, select")) open(row);
  });

  /* What cannot be undone is repeated in words before it is sent. */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const button = event.submitter;
    const words = (button && button.dataset.confirm) || form.dataset.confirm;
    const sheet = $("#confirm");
    if (words && sheet && !form.dataset.confirmed) {
      event.preventDefault();
      $("[data-words]", sheet).textContent = words;
      const yes = $("[data-yes]", sheet);
      yes.textContent = (button && (button.dataset.yes || button.textContent.trim())) || yes.textContent;
      yes.onclick = () => {
        sheet.close();
        form.dataset.confirmed = "1";
        form.requestSubmit(button || undefined);
      };
      sheet.showModal();
      return;
    }
    if (form.method === "post" && !form.hasAttribute("hx-post") && !event.defaultPrevented) {
      if (form.dataset.sent) { event.preventDefault(); return; }
      form.dataset.sent = "1";
      setTimeout(() => { delete form.dataset.sent; }, 4000);
    }
  });
  window.addEventListener("pageshow", () => {
    all("form[data-sent]").forEach((form) => { delete form.dataset.sent; });
    all("form[data-confirmed]").forEach((form) => { delete form.dataset.confirmed; });
  });

  /* A select that filters sends its form by itself. */
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-autosubmit]")) event.target.form.requestSubmit();
  });

  /* The list is where it was: its address and its row are kept for this tab. */
  function remember() {
    if ($("[data-list]")) {
      sessionStorage.setItem("list:" + location.pathname, location.pathname + location.search);
      const [name, place] = JSON.parse(sessionStorage.getItem("place:" + location.pathname) || "[]");
      const row = name && (rows().find((r) => nameOf(r) === name) || rows()[Math.min(place, rows().length - 1)]);
      if (row && document.activeElement === document.body) select(row);
    }
    all("a[data-back-to-list]").forEach((link) => {
      const kept = sessionStorage.getItem("list:" + new URL(link.href, location.href).pathname);
      if (kept) link.href = kept;
    });
  }

  /* Where one is in a long menu is in sight. */
  function showPlace() {
    const here = $(".side [aria-current]");
    const menu = here && here.closest("nav");
    if (menu && here.offsetTop + 2 * here.offsetHeight > menu.clientHeight) menu.scrollTop = here.offsetTop - menu.clientHeight / 2;
  }

  /* A task that was opened from a list is begun at once: its first field has the keyboard. */
  function begin() {
    const form = $("form[data-begin]");
    const field = form && all("input, select, textarea", form).find((one) => one.type !== "hidden" && !one.disabled && one.offsetParent !== null);
    if (field && document.activeElement === document.body && !location.hash) field.focus({ preventScroll: true });
  }
  document.addEventListener("DOMContentLoaded", () => { remember(); begin(); showPlace(); });
})();
