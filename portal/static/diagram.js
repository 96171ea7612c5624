// The picture of a process and where the case stands in it (bpmn-js; its watermark stays). The library and the
// picture are fetched when somebody comes near it; the list of the same is on the page from the beginning.
(() => {
  "use strict";
  const READABLE = 0.8;
  const NEAR = "200px";
  const canvas = document.querySelector("[data-canvas]");
  if (!canvas) return;
  let viewer;
  let opening;
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

  const library = () => new Promise((loaded, failed) => {
    const script = document.createElement("script");
    script.src = canvas.dataset.library;
    script.onload = loaded;
    script.onerror = () => { script.remove(); failed(new Error(script.src)); };
    document.head.append(script);
  });

  const open = async () => {
    if (!window.BpmnJS) await library();
    const words = { fontFamily: getComputedStyle(document.body).fontFamily };
    viewer = new window.BpmnJS({ container: canvas, textRenderer: { defaultStyle: words, externalStyle: words } });
  };

  const tell = (text) => {
    canvas.querySelector(".diagram-none")?.remove();
    if (!text) return;
    const told = document.createElement("p");
    told.className = "diagram-none quiet";
    told.textContent = text;
    canvas.prepend(told);
  };

  const show = async (address) => {
    watch.disconnect();
    try {
      const answer = await window.portal.ask(address, { credentials: "same-origin" });
      if (!answer.ok) throw new Error(String(answer.status));
      const source = await answer.text();
      await (opening ??= open());
      if (source.includes("BPMNDiagram")) {
        tell("");
        await viewer.importXML(source);
        mark();
      } else { // drawn without places: there is nothing to show
        viewer.clear();
        tell(canvas.dataset.none);
      }
    } catch {
      opening = viewer && opening;
      viewer?.clear();
      tell(canvas.dataset.failed);
    }
  };

  const watch = new IntersectionObserver((seen) => {
    if (seen.some((one) => one.isIntersecting)) show(canvas.dataset.canvas);
  }, { rootMargin: NEAR });
  watch.observe(canvas);

  for (const button of document.querySelectorAll("[data-fit]")) {
    button.addEventListener("click", () => viewer?.get("canvas").zoom("fit-viewport"));
  }
  for (const link of document.querySelectorAll("[data-diagram]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      show(link.dataset.diagram);
    });
  }
})();
