// The editor of a diagram: opens it, keeps it, checks it, and leads from lists and messages to the element.
(() => {
  "use strict";
  const READABLE = 0.7;
  const page = document.querySelector("[data-editor]");
  if (!page || !window.BpmnJS) return;
  const at = (selector) => page.querySelector(selector);
  const words = JSON.parse(page.dataset.words);
  const kinds = JSON.parse(page.dataset.kinds);
  const canvas = at("[data-canvas-draw]");
  const modeler = window.studio.modeler(canvas, page.dataset.japanese === "yes");
  const steps = window.studio.steps(modeler);
  const get = (name) => modeler.get(name);
  let marks = [];
  let [here, drawn] = ["", false];

  const tell = (text) => {
    at("[data-refused]").hidden = false;
    at("[data-refused-words]").textContent = text;
    at("[data-refused]").scrollIntoView({ block: "nearest" });
  };

  const saving = window.studio.saving(page, {
    read: async () => (await modeler.saveXML({ format: true })).xml,
    fields: () => ({ process: page.dataset.process }),
    state: at("[data-state]"), words,
    kept: (told) => {
      at("[data-refused]").hidden = true;
      const [list, held] = [at("[data-listed]"), document.activeElement];
      const was = list.contains(held) ? held.dataset.jump : "";
      list.innerHTML = told.listed;
      if (was) { const again = at(`[data-listed] [data-jump="${CSS.escape(was)}"]`); if (again) again.focus({ preventScroll: true }); }
    },
    refused: tell,
  });
  const panel = window.studio.panel(at(".studio-panel"), modeler, steps, words, kinds, () => {});

  const found = (element) => (element ? marks.filter((one) => one.process === page.dataset.process && one.element === element.id).map((one) => one.words) : []);
  const kindWords = (element) => {
    const local = element.type.replace("bpmn:", "");
    const known = kinds[local.charAt(0).toLowerCase() + local.slice(1)];
    const more = { SequenceFlow: ["流れ", "Flow"], Lane: ["担当の行", "Lane"], Participant: ["枠(手続)", "Pool"], TextAnnotation: ["注釈", "Note"], Group: ["まとまり", "Group"] }[local];
    return (known || more || [local, local])[page.dataset.japanese === "yes" ? 0 : 1];
  };

  const chosen = () => {
    const selected = get("selection").get().map((one) => one.labelTarget || one);
    const element = selected.length === 1 && selected[0].parent ? selected[0] : null;
    const title = at("[data-kind-words]");
    title.dataset.empty = title.dataset.empty || title.textContent;
    panel.show(element, found(element));
    title.textContent = element ? kindWords(element) : selected.length > 1 ? words.several : title.dataset.empty;
  };

  const look = () => {
    const drawing = get("canvas");
    drawing.zoom("fit-viewport");
    if (drawing.zoom() >= READABLE) return;
    const { inner, outer } = drawing.viewbox();
    drawing.viewbox({ x: inner.x - 125 / READABLE, y: inner.y - 20, width: outer.width / READABLE, height: outer.height / READABLE });
  };

  const jump = (id) => {
    const element = get("elementRegistry").get(id);
    if (!element) return;
    canvas.scrollIntoView({ block: "nearest" });
    get("selection").select(element);
    get("canvas").scrollToElement(element, 120);
  };

  const showMarks = () => {
    const [drawing, overlays, registry] = [get("canvas"), get("overlays"), get("elementRegistry")];
    overlays.remove({ type: "studio-found" });
    for (const kind of ["problem", "warning"]) registry.forEach((one) => drawing.removeMarker(one, `studio-${kind}`));
    for (const one of marks.filter((mark) => mark.process === page.dataset.process && registry.get(mark.element))) {
      const kind = one.warning ? "warning" : "problem";
      drawing.addMarker(one.element, `studio-${kind}`);
      const bubble = document.createElement("div");
      bubble.className = `studio-bubble ${kind}`;
      bubble.textContent = one.words;
      bubble.title = one.words;
      overlays.add(one.element, "studio-found", { position: { bottom: -4, left: 0 }, show: { minZoom: 0.4 }, html: bubble });
    }
    chosen();
  };

  // A reference to a list by FEEL is no id of the file: bpmn-js would drop it, so it is put back.
  const mended = (warnings) => warnings.filter((told) => {
    const told_ = /loopData(Input|Output)Ref$/.exec(told.property || "");
    if (!told_ || !told.element) return true;
    told.element[`loopData${told_[1]}Ref`] = { id: told.value };
    return false;
  });

  // What the library says is English and names its own parts: it is told in the words of the page.
  const why = (message) => {
    const missing = /^unresolved reference <(.*)>/.exec(message);
    return missing ? words.unresolved.replace("{x}", missing[1]) : words.undrawable;
  };

  const open = async () => {
    try {
      const { warnings } = await modeler.importXML(at("[data-source]").value);
      const lost = mended(warnings);
      if (lost.length) { modeler.clear(); return tell(words.lost + [...new Set(lost.map((one) => why(one.message)))].join(" / ")); }
    } catch (error) {
      return tell(/no (diagram|process)/.test(error.message) ? words.undrawn : `${words.unreadable} ${error.message.split("\n")[0]}`);
    }
    drawn = true;
    look();
    page.dataset.opened = "yes";
    const wanted = decodeURIComponent(location.hash.slice(1));
    if (wanted) jump(wanted);
  };

  const check = async () => {
    panel.keepOpen();
    await saving.flush();
    if (!saving.isSaved()) return;
    const box = at("[data-found]");
    box.hidden = false;
    box.textContent = words.checking;
    const answer = await saving.ask(page.dataset.check, {}).catch(() => ({ told: { refused: words.offline } }));
    if (answer.told.refused || !answer.told.marks) { box.hidden = true; return tell(answer.told.refused || words.offline); }
    box.innerHTML = answer.told.told;
    marks = answer.told.marks;
    showMarks();
    box.scrollIntoView({ block: "nearest" });
  };

  const keepAsFile = async () => {
    const { xml } = await modeler.saveXML({ format: true });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([xml], { type: "application/xml" }));
    link.download = `${page.dataset.process}.bpmn`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };

  const then = (element) => { if (element) { get("selection").select(element); get("canvas").scrollToElement(element, 120); } };
  const retype = () => {
    const button = at("[data-retype]").getBoundingClientRect();
    get("popupMenu").open(panel.element(), "bpmn-replace", { x: button.left - 260, y: Math.max(button.top - 320, 10) }, { search: true, width: 300, title: at("[data-retype]").textContent });
  };
  // The whole diagram, beside the tools.
  const fit = () => {
    get("canvas").zoom("fit-viewport");
    get("canvas").zoom(get("canvas").zoom() * 0.86);
    get("canvas").scroll({ dx: 60, dy: 0 });
  };
  const zoom = (by) => get("canvas").zoom(Math.min(Math.max(get("canvas").zoom() * by, 0.2), 3));
  const deeds = {
    undo: () => get("commandStack").undo(), redo: () => get("commandStack").redo(), fit,
    near: () => zoom(1.25), far: () => zoom(0.8), check, keep: keepAsFile, retype,
    connect: () => { const target = get("elementRegistry").get(at("[data-connect-to]").value); if (target) get("modeling").connect(panel.element(), target); },
    remove: () => get("modeling").removeElements([panel.element()]),
  };

  page.addEventListener("click", (event) => {
    const button = event.target.closest("[data-deed], [data-add], [data-jump]");
    if (!button || !drawn) return;
    if (button.dataset.add) then(steps.after(panel.element(), button.dataset.add));
    else if (button.dataset.deed) deeds[button.dataset.deed]();
    else if (button.dataset.in !== page.dataset.process) location.assign(`${location.pathname}?process=${encodeURIComponent(button.dataset.in)}#${encodeURIComponent(button.dataset.jump)}`);
    else { jump(button.dataset.jump); if (event.detail === 0) at("[data-kind-words]").focus(); }
  });
  // By keys: a press in a list leads to the settings of the element, Escape leads back to it.
  at(".studio-panel").addEventListener("keydown", (event) => {
    const element = event.key === "Escape" && panel.element();
    const from = element && at(`[data-listed] [data-jump="${CSS.escape(element.id)}"]`);
    if (from) { event.stopPropagation(); from.focus(); }
  });
  page.addEventListener("keydown", (event) => {
    if (!drawn || !(event.ctrlKey || event.metaKey) || event.target.closest("input, textarea, select, .djs-container")) return;
    if (event.key === "z" && !event.shiftKey) { event.preventDefault(); deeds.undo(); }
    if (event.key === "y" || (event.key === "z" && event.shiftKey)) { event.preventDefault(); deeds.redo(); }
  });
  // Keys inside the drawing are the drawing's (h, l, s, e …), not those of the frame.
  canvas.addEventListener("keydown", (event) => event.stopPropagation());

  get("eventBus").on("selection.changed", chosen);
  get("eventBus").on("commandStack.changed", (told) => {
    at("[data-deed=undo]").disabled = !get("commandStack").canUndo();
    at("[data-deed=redo]").disabled = !get("commandStack").canRedo();
    if (told.trigger === "clear" || !drawn) return;
    chosen();
    saving.changed();
  });
  open();
})();
