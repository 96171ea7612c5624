// The diagrams of the studio: what was found and what is different is marked; a click in a list leads there.
(() => {
  "use strict";
  const READABLE = 0.6;
  if (!window.BpmnJS) return;
  const words = { fontFamily: getComputedStyle(document.body).fontFamily };

  const open = (canvas) => {
    const viewer = new window.BpmnJS({ container: canvas, textRenderer: { defaultStyle: words, externalStyle: words } });
    const marks = JSON.parse(canvas.dataset.marks || "{}");
    const counts = JSON.parse(canvas.parentElement.querySelector("[data-studio-counts]")?.dataset.studioCounts || "{}");
    const tabs = [...canvas.parentElement.querySelectorAll("[data-process]")];
    let shown = "";
    let here = "";

    const mark = () => {
      const registry = viewer.get("elementRegistry");
      for (const [kind, keys] of Object.entries(marks)) {
        for (const key of keys.filter((one) => one.startsWith(`${shown}.`))) {
          const id = key.slice(shown.length + 1);
          if (registry.get(id)) viewer.get("canvas").addMarker(id, `studio-${kind}`);
        }
      }
    };

    // How often a replay passed each element, and how often the cases had.
    const count = () => {
      const registry = viewer.get("elementRegistry");
      for (const [key, [now, was]] of Object.entries(counts)) {
        const id = key.slice(shown.length + 1);
        if (!key.startsWith(`${shown}.`) || !registry.get(id)) continue;
        const told = document.createElement("div");
        told.className = was && now !== was ? "studio-counts other" : "studio-counts";
        told.textContent = was ? `${now} / ${was}` : String(now);
        viewer.get("overlays").add(id, { position: { bottom: 2, left: 0 }, html: told });
      }
    };

    const look = () => {
      const drawing = viewer.get("canvas");
      drawing.zoom("fit-viewport");
      if (drawing.zoom() >= READABLE) return;
      const { inner, outer } = drawing.viewbox();
      drawing.viewbox({ x: inner.x - 20, y: inner.y - 20, width: outer.width / READABLE, height: outer.height / READABLE });
    };

    const show = async (process) => {
      const tab = tabs.find((one) => one.dataset.process === process);
      if (!tab) return false;
      for (const one of tabs) one.setAttribute("aria-pressed", String(one === tab));
      if (shown === process) return true;
      shown = process;
      here = "";
      let source;
      try {
        source = await (await window.portal.ask(tab.dataset.address, { credentials: "same-origin" })).text();
      } catch {
        shown = "";
        window.portal.unreached();
        return false;
      }
      try {
        await viewer.importXML(source);
      } catch {
        viewer.clear();
        const told = document.createElement("p");
        told.className = "studio-undrawn";
        told.textContent = canvas.dataset.undrawn;
        canvas.replaceChildren(told);
        return false;
      }
      mark();
      count();
      look();
      return true;
    };

    const jump = async (process, id) => {
      if (!(await show(process))) return;
      const drawing = viewer.get("canvas");
      const element = viewer.get("elementRegistry").get(id);
      canvas.scrollIntoView({ block: "center" });
      if (!element) return;
      if (here) drawing.removeMarker(here, "studio-here");
      here = id;
      drawing.addMarker(id, "studio-here");
      drawing.zoom(1);
      drawing.scrollToElement(element, 80);
    };

    for (const tab of tabs) tab.addEventListener("click", () => show(tab.dataset.process));
    if (tabs.length) show(tabs[0].dataset.process);
    return jump;
  };

  const jumps = [...document.querySelectorAll("[data-studio]")].map(open);
  for (const button of document.querySelectorAll("[data-jump]")) {
    button.addEventListener("click", () => jumps[0]?.(button.dataset.in, button.dataset.jump));
  }
})();
