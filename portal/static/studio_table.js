// The editor of decision tables: opens a file of decisions, keeps it, shows its views.
(() => {
  "use strict";
  const page = document.querySelector("[data-table]");
  if (!page || !window.DmnJS) return;
  const at = (selector) => page.querySelector(selector);
  const words = JSON.parse(page.dataset.words);
  const say = (template, replacements = {}) =>
    (window.studio.japanese[template] || template).replace(/{([^}]+)}/g, (_, key) => replacements[key] ?? `{${key}}`);
  const more = page.dataset.japanese === "yes" ? { additionalModules: [{ translate: ["value", say] }] } : {};
  const modeler = new window.DmnJS({
    container: at("[data-canvas-table]"), drd: more, decisionTable: more, literalExpression: more, boxedExpression: more,
  });
  const known = new Set();
  let drawn = false;

  const tell = (text) => {
    at("[data-refused]").hidden = false;
    at("[data-refused-words]").textContent = text;
  };
  const saving = window.studio.saving(page, {
    read: async () => (await modeler.saveXML({ format: true })).xml,
    fields: () => ({}), state: at("[data-state]"), words,
    kept: (told) => { at("[data-refused]").hidden = true; at("[data-listed]").innerHTML = told.listed; },
    refused: tell,
  });
  // Words that dmn-js does not ask its translation for.
  const FIXED = { "Decision table context menu": words.menu };
  new MutationObserver(() => {
    for (const one of page.querySelectorAll("[role=menu][aria-label]")) if (FIXED[one.ariaLabel]) one.ariaLabel = FIXED[one.ariaLabel];
    for (const one of page.querySelectorAll("th.index-column:empty")) one.textContent = words.row;
  }).observe(at("[data-canvas-table]"), { childList: true, subtree: true });
  const stack = () => { const viewer = modeler.getActiveViewer(); return viewer && viewer.get("commandStack"); };

  const showViews = () => {
    const active = modeler.getActiveView();
    at("[data-views]").replaceChildren(...modeler.getViews().map((view) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "button small";
      button.textContent = view.type === "drd" ? words.drd : view.element.name || view.element.id;
      if (active && view.element === active.element) button.setAttribute("aria-current", "true");
      button.addEventListener("click", () => modeler.open(view));
      return button;
    }));
  };

  // Each view has a stack of its own; it is listened to once, when it first opens.
  modeler.on("views.changed", () => {
    showViews();
    const viewer = modeler.getActiveViewer();
    if (!viewer || known.has(viewer)) return;
    known.add(viewer);
    viewer.on("commandStack.changed", (told) => { if (drawn && told.trigger !== "clear") { saving.changed(); showViews(); } });
  });

  const open = async () => {
    try {
      const { warnings } = await modeler.importXML(at("[data-source]").value, { open: false });
      if (warnings.length) return tell(words.lost + warnings.map((one) => one.message.split("\n")[0]).join(" / "));
      const views = modeler.getViews();
      await modeler.open(views.find((view) => view.type !== "drd") || views[0]);
    } catch (error) {
      return tell(`${words.unreadable} ${error.message.split("\n")[0]}`);
    }
    drawn = true;
    page.dataset.opened = "yes";
  };

  const keepAsFile = async () => {
    const { xml } = await modeler.saveXML({ format: true });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([xml], { type: "application/xml" }));
    link.download = page.dataset.file;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };

  const deeds = { undo: () => stack() && stack().undo(), redo: () => stack() && stack().redo(), keep: keepAsFile };
  page.addEventListener("click", (event) => {
    const button = event.target.closest("[data-deed]");
    if (button && drawn) deeds[button.dataset.deed]();
  });
  at("[data-canvas-table]").addEventListener("keydown", (event) => event.stopPropagation());
  open();
})();
