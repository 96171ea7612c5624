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

  function select(row) {
    all("[data-list] tr[aria-selected]").forEach((other) => other.removeAttribute("aria-selected"));
    row.setAttribute("aria-selected", "true");
    row.scrollIntoView({ block: "nearest" });
    const link = $("a", row);
    if (link) link.focus({ preventScroll: true });
    sessionStorage.setItem("row:" + location.pathname, row.dataset.href);
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

  const deeds = {
    "/": () => { const box = $("[data-search]"); if (box) { box.focus(); box.select(); } },
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
    if (typing(event.target) || $("dialog[open]")) return;
    const typed = prefix ? prefix + " " + event.key : event.key;
    const goal = $(`[data-key="${CSS.escape(typed)}"]`) || all("[data-key]").find((e) => e.dataset.key === typed);
    clearTimeout(prefixTimer);
    prefix = "";
    if (goal) { event.preventDefault(); goal.click(); return; }
    if (event.key === "g") { prefix = "g"; prefixTimer = setTimeout(() => { prefix = ""; }, 1500); return; }
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
      yes.textContent = (button && button.textContent.trim()) || yes.textContent;
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
      const href = sessionStorage.getItem("row:" + location.pathname);
      const row = href && rows().find((r) => r.dataset.href === href);
      if (row && document.activeElement === document.body) select(row);
    }
    all("a[data-back-to-list]").forEach((link) => {
      const kept = sessionStorage.getItem("list:" + new URL(link.href, location.href).pathname);
      if (kept) link.href = kept;
    });
  }
  document.addEventListener("DOMContentLoaded", remember);
})();
