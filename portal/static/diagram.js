// The picture of a process and where the case stands in it (bpmn-js; its watermark stays).
(() => {
  "use strict";
  const canvas = document.querySelector("[data-canvas]");
  if (!canvas || !window.BpmnJS) return;
  const viewer = new window.BpmnJS({ container: canvas });
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
    drawing.zoom("fit-viewport");
  };

  const show = async (address) => {
    const answer = await fetch(address, { credentials: "same-origin" });
    if (!answer.ok) return;
    await viewer.importXML(await answer.text());
    mark();
  };

  for (const link of document.querySelectorAll("[data-diagram]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      show(link.dataset.diagram);
    });
  }
  show(canvas.dataset.canvas);
})();
