// The picture of a process and where the case stands in it (bpmn-js; its watermark stays).
(() => {
  "use strict";
  const READABLE = 0.8;
  const canvas = document.querySelector("[data-canvas]");
  if (!canvas || !window.BpmnJS) return;
  const words = { fontFamily: getComputedStyle(document.body).fontFamily };
  const viewer = new window.BpmnJS({ container: canvas, textRenderer: { defaultStyle: words, externalStyle: words } });
  const ids = (name) => (canvas.dataset[name] || "").split(" ").filter(Boolean);

  const mark = () => {
    const drawing = viewer.get("canvas");
    const registry = viewer.get("elementRegistry");
    const open = ids("open").filter((id) => registry.get(id));
    for (const id of ids("done")) {
      if (registry.get(id) && !open.includes(id)) drawing.addMarker(id, "is-done");
    }
    for (const id of open) {
      drawing.addMarker(id, "is-open");
      const label = document.createElement("div");
      label.className = "diagram-here";
      label.textContent = canvas.dataset.here;
      viewer.get("overlays").add(id, { position: { top: -24, left: 0 }, html: label });
    }
    look(open.map((id) => registry.get(id)).pop());
  };

  // The whole picture where its words stay readable; else the part around where the case stands.
  const look = (place) => {
    const drawing = viewer.get("canvas");
    drawing.zoom("fit-viewport");
    if (drawing.zoom() >= READABLE) return;
    const { inner, outer } = drawing.viewbox();
    const [width, height] = [outer.width / READABLE, outer.height / READABLE];
    const start = (middle, visible, from, whole) =>
      visible >= whole ? from - (visible - whole) / 2 : Math.min(Math.max(middle - visible / 2, from), from + whole - visible);
    drawing.viewbox({
      x: start(place ? place.x + place.width / 2 : inner.x, width, inner.x, inner.width),
      y: start(place ? place.y + place.height / 2 : inner.y, height, inner.y, inner.height),
      width,
      height,
    });
  };

  const show = async (address) => {
    const answer = await fetch(address, { credentials: "same-origin" });
    if (!answer.ok) return;
    const none = canvas.querySelector(".diagram-none");
    if (none) none.remove();
    const source = await answer.text();
    if (!source.includes("BPMNDiagram")) { // drawn without places: there is nothing to show
      viewer.clear();
      const told = document.createElement("p");
      told.className = "diagram-none quiet";
      told.textContent = canvas.dataset.none;
      canvas.prepend(told);
      return;
    }
    await viewer.importXML(source);
    mark();
  };

  for (const button of document.querySelectorAll("[data-fit]")) {
    button.addEventListener("click", () => viewer.get("canvas").zoom("fit-viewport"));
  }
  for (const link of document.querySelectorAll("[data-diagram]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      show(link.dataset.diagram);
    });
  }
  show(canvas.dataset.canvas);
})();
