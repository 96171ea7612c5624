// Steps added, put into a flow, connected and moved to another role without the mouse; each is one undo.
(() => {
  "use strict";
  const ROOM = 170;
  const DEED = "studio.deed";

  window.studio.steps = (modeler) => {
    const get = (name) => modeler.get(name);
    const modeling = get("modeling");
    get("commandStack").register(DEED, { preExecute: (context) => { context.result = context.deed(); }, execute: () => [], revert: () => [] });

    const atOnce = (deed) => {
      const context = { deed };
      get("commandStack").execute(DEED, context);
      return context.result;
    };

    const shape = (kind) =>
      kind === "Timer"
        ? get("elementFactory").createShape({ type: "bpmn:IntermediateCatchEvent", eventDefinitionType: "bpmn:TimerEventDefinition" })
        : get("elementFactory").createShape({ type: `bpmn:${kind}` });

    const flows = (element, way) => element[way].filter((one) => one.type === "bpmn:SequenceFlow");

    // Everything right of a place goes further right, lanes and pools grow.
    const makeRoom = (from) => {
      const space = get("spaceTool");
      const all = get("elementRegistry").filter((one) => !one.waypoints && one !== get("canvas").getRootElement() && one.type !== "label");
      const { movingShapes, resizingShapes } = space.calculateAdjustments(all, "x", ROOM, from);
      get("modeling").createSpace(movingShapes, resizingShapes, { x: ROOM, y: 0 }, "e", from);
    };

    // The name of a flow that was made shorter goes below its line where it would lie over another name.
    const clear = (flow) => {
      const name = flow.label;
      const meets = (one) => one !== name && one.x < name.x + name.width && name.x < one.x + one.width && one.y < name.y + name.height && name.y < one.y + one.height;
      if (!name || !get("elementRegistry").filter((one) => one.labelTarget).some(meets)) return;
      const line = flow.source.y + flow.source.height / 2;
      modeling.moveShape(name, { x: 0, y: Math.round(line + 6 - name.y) });
    };

    const between = (flow, kind) => atOnce(() => {
      const [source, target] = [flow.source, flow.target];
      const added = shape(kind);
      const right = source.x + source.width;
      if (target.x > source.x && target.x - right < ROOM) makeRoom(right + 5);
      const middle = { x: Math.round(right + (target.x > right ? Math.max((target.x - right) / 2, 90) : 100)), y: source.y + source.height / 2 };
      const inside = source.parent;
      const placed = modeling.createShape(added, middle, inside);
      const name = flow.businessObject.get("name");
      modeling.reconnectEnd(flow, placed, { x: placed.x, y: placed.y + placed.height / 2 });
      if (kind !== "EndEvent") modeling.connect(placed, target, { type: "bpmn:SequenceFlow" });
      if (name === undefined) modeling.layoutConnection(flow);
      clear(flow);
      return placed;
    });

    const after = (element, kind) => {
      const leaving = flows(element, "outgoing");
      const isGateway = /Gateway$/.test(element.type);
      if (element.type === "bpmn:SequenceFlow") return between(element, kind);
      if (leaving.length === 1 && !isGateway && kind !== "EndEvent") return between(leaving[0], kind);
      return atOnce(() => get("autoPlace").append(element, shape(kind)));
    };

    const laneOf = (element) => get("elementRegistry").filter((one) => one.type === "bpmn:Lane" && (one.businessObject.flowNodeRef || []).includes(element.businessObject)).pop();

    const toLane = (element, lane) => {
      const far = lane.y + lane.height / 2 - (element.y + element.height / 2);
      modeling.moveElements([element], { x: 0, y: Math.round(far) }, element.parent);
    };

    return { atOnce, after, between, laneOf, toLane, flows };
  };
})();
