/* The queue of papers: choose with a click or the space bar, look at the page in the pane, count what is
   ticked. Without this file everything still works: links open in the pane, boxes are ticked by hand. */
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  function start() {
    const table = $("[data-queue]");
    if (!table) return;
    const boxes = () => all("tbody input[type=checkbox]", table);
    const every = $("thead input[type=checkbox]", table);
    const rows = () => all("tbody tr", table);
    const here = () => rows().find((row) => row.getAttribute("aria-selected") === "true");

    function count() {
      const ticked = boxes().filter((box) => box.checked).length;
      all("[data-ticked]").forEach((place) => {
        place.textContent = place.dataset.ticked.replace("%d", String(ticked));
      });
      all("[data-needs-ticks]").forEach((button) => { button.disabled = ticked === 0; });
      if (every) {
        every.checked = ticked > 0 && ticked === boxes().length;
        every.indeterminate = ticked > 0 && ticked < boxes().length;
      }
    }

    function look(row, open) {
      rows().forEach((other) => other.removeAttribute("aria-selected"));
      row.setAttribute("aria-selected", "true");
      row.scrollIntoView({ block: "nearest" });
      const link = $("a[target]", row);
      if (!link) return;
      link.focus({ preventScroll: true });
      if (open) link.click();
    }

    table.addEventListener("change", (event) => {
      if (event.target === every) boxes().forEach((box) => { box.checked = every.checked; });
      count();
    });
    table.addEventListener("click", (event) => {
      const row = event.target.closest("tbody tr");
      if (!row) return;
      if (event.target.closest("a[target]")) look(row, false);
      else if (!event.target.closest("a, input, label, button, details")) look(row, true);
    });
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
      if (event.target.closest("input:not([type=checkbox]), textarea, select, button, summary")) return;
      if ($("dialog[open]")) return;
      const list = rows();
      const at = list.indexOf(here());
      if ((event.key === "j" || event.key === "k") && list.length) {
        event.preventDefault();
        const step = event.key === "j" ? 1 : -1;
        look(list[Math.max(0, Math.min(list.length - 1, at < 0 ? 0 : at + step))], true);
      } else if (event.key === " " && here() && event.target.type !== "checkbox") {
        const box = $("input[type=checkbox]", here());
        if (box && !box.disabled) { event.preventDefault(); box.checked = !box.checked; count(); }
      }
    });
    count();
  }
  document.addEventListener("DOMContentLoaded", start);
})();
