/* Operations: the numbers on the diagram (bpmn-js; its watermark stays).
   Without this file the numbers stand in the table below the diagram. */
(() => {
  "use strict";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  const canvas = document.querySelector("[data-heat]");
  if (!canvas || !window.BpmnJS) return;
  const viewer = new window.BpmnJS({ container: canvas });
  const numbers = JSON.parse(canvas.dataset.numbers);

  const mark = (process) => {
    const registry = viewer.get("elementRegistry");
    const drawing = viewer.get("canvas");
    for (const [id, told] of Object.entries(numbers[process] || {})) {
      if (!registry.get(id)) continue;
      drawing.addMarker(id, "heat-" + told.heat);
      const label = document.createElement("div");
      label.className = "heat-label " + told.heat;
      label.textContent = told.text;
      label.title = told.title;
      viewer.get("overlays").add(id, { position: { bottom: -3, left: 0 }, scale: { min: 1, max: 1 }, html: label });
    }
    drawing.zoom("fit-viewport");
  };

  const show = async (address, process) => {
    try {
      const answer = await window.portal.ask(address, { credentials: "same-origin" });
      if (!answer.ok) return;
      await viewer.importXML(await answer.text());
    } catch {
      window.portal.unreached();
      return;
    }
    mark(process);
  };

  for (const link of all("[data-diagram]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      show(link.dataset.diagram, link.dataset.process);
    });
  }
  show(canvas.dataset.heat, canvas.dataset.process);
})();
