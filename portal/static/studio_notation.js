// What may be drawn: the palette, pads and menus of bpmn-js with what the engine runs, and our own extensions.
(() => {
  "use strict";
  const attribute = (name, type = "String") => ({ name, isAttr: true, type });
  const texts = ["PreScript", "PostScript", "CalledDecisionId", "MessagePayload", "MessageVariable", "PayloadExpression", "VariableName"];

  const spiff = {
    name: "Spiff", uri: "http://spiffworkflow.org/bpmn/schema/1.0/core", prefix: "spiffworkflow", xml: { tagAlias: "lowerCase" },
    types: [
      { name: "Properties", superClass: ["Element"], properties: [{ name: "properties", type: "Property", isMany: true }] },
      { name: "Property", superClass: ["Element"], properties: [attribute("name"), attribute("value")] },
      {
        name: "ServiceTaskOperator", superClass: ["Element"],
        properties: [attribute("id"), attribute("resultVariable"), { name: "parameterList", type: "Parameters" }],
      },
      { name: "Parameters", superClass: ["Element"], properties: [{ name: "parameters", type: "Parameter", isMany: true }] },
      { name: "Parameter", superClass: ["Element"], properties: [attribute("id"), attribute("type"), attribute("value")] },
      ...texts.map((name) => ({ name, superClass: ["Element"], properties: [{ name: "body", type: "String", isBody: true }] })),
    ],
  };
  const portal = {
    name: "Portal", uri: "urn:kokuho-portal:bpmn", prefix: "portal",
    types: [{ name: "Named", extends: ["bpmn:BaseElement"], properties: [attribute("name_en")] }],
  };

  // What the engine does not run is not offered (workflows/engine/supported.py).
  const NEVER = /ad-?hoc|complex|conditional-(start|intermediate|boundary|non)|link|compensat|instantiat|collapsed|multiplicity|collection|empty-pool|data-(store|object)|with-task$/;
  const ONLY_NONE_STARTS = /-start$|start-event/;
  const DRAWN = new Set(["hand-tool", "lasso-tool", "space-tool", "global-connect-tool", "tool-separator", "create.start-event", "create.intermediate-event", "create.end-event", "create.exclusive-gateway", "create.subprocess-expanded"]);
  const NEVER_APPENDED = new Set(["append.append-task", "append.condition-intermediate-event", "append.compensation-activity"]);
  const TASKS = [
    ["create.user-task", "bpmn:UserTask", "bpmn-icon-user-task", "Create user task"],
    ["create.service-task", "bpmn:ServiceTask", "bpmn-icon-service-task", "Create service task"],
    ["create.business-rule-task", "bpmn:BusinessRuleTask", "bpmn-icon-business-rule-task", "Create business rule task"],
    ["create.script-task", "bpmn:ScriptTask", "bpmn-icon-script-task", "Create script task"],
    ["create.call-activity", "bpmn:CallActivity", "bpmn-icon-call-activity", "Create call activity"],
  ];

  function Limits(palette, contextPad, popupMenu, translate, create, elementFactory, autoPlace, canvas) {
    const starter = (type, more = {}) => (event) => create.start(event, elementFactory.createShape({ type, ...more }));
    const entry = (type, className, title, more) => ({ group: "activity", className, title: translate(title), action: { dragstart: starter(type, more), click: starter(type, more) } });
    const TIMER = { eventDefinitionType: "bpmn:TimerEventDefinition" };

    palette.registerProvider(500, {
      getPaletteEntries: () => (entries) => {
        const kept = Object.fromEntries(Object.entries(entries).filter(([key]) => DRAWN.has(key) || (key === "create.participant-expanded" && canvas.getRootElement().type === "bpmn:Process")));
        for (const [key, type, icon, title] of TASKS) kept[key] = entry(type, icon, title);
        kept["create.timer"] = { ...entry("bpmn:IntermediateCatchEvent", "bpmn-icon-intermediate-event-catch-timer", "Create timer", TIMER), group: "event" };
        return kept;
      },
    });

    contextPad.registerProvider(500, {
      getContextPadEntries: (element) => (entries) => {
        const kept = Object.fromEntries(Object.entries(entries).filter(([key]) => !NEVER_APPENDED.has(key)));
        if (entries["append.append-task"]) {
          for (const [key, type, icon, title] of [["user", "bpmn:UserTask", "bpmn-icon-user-task", "Append user task"], ["service", "bpmn:ServiceTask", "bpmn-icon-service-task", "Append service task"]]) {
            const begin = (event) => create.start(event, elementFactory.createShape({ type }), { source: element });
            kept[`append.${key}-task`] = {
              group: "model", className: icon, title: translate(title),
              action: { dragstart: begin, click: () => autoPlace.append(element, elementFactory.createShape({ type })) },
            };
          }
        }
        return kept;
      },
    });

    const allowed = (element) => (entries) => {
      const inside = element.businessObject && element.businessObject.$parent;
      const topStart = element.type === "bpmn:StartEvent" && !(inside && inside.triggeredByEvent);
      return Object.fromEntries(
        Object.entries(entries).filter(([key]) => !NEVER.test(key) && !(topStart && ONLY_NONE_STARTS.test(key) && key !== "replace-with-none-start") && !/timer-start/.test(key)),
      );
    };
    popupMenu.registerProvider("bpmn-replace", 500, { getPopupMenuEntries: allowed, getPopupMenuHeaderEntries: allowed });
  }
  Limits.$inject = ["palette", "contextPad", "popupMenu", "translate", "create", "elementFactory", "autoPlace", "canvas"];

  const say = (template, replacements = {}) => {
    const words = window.studio.japanese[template] || template;
    return words.replace(/{([^}]+)}/g, (_, key) => replacements[key] ?? `{${key}}`);
  };

  // Ids in small letters, counted: the check asks for them, and expressions read tasks by them.
  const plainIds = (moddle) => {
    moddle.ids.nextPrefixed = (prefix, element) => {
      const base = prefix.toLowerCase();
      let place = 1;
      while (moddle.ids.assigned(`${base}${place}`)) place += 1;
      moddle.ids.claim(`${base}${place}`, element);
      return `${base}${place}`;
    };
  };

  window.studio.modeler = (canvas, japanese) => {
    const words = { fontFamily: getComputedStyle(document.body).fontFamily };
    const modules = [{ __init__: ["studioLimits"], studioLimits: ["type", Limits] }];
    if (japanese) modules.push({ translate: ["value", say] });
    const modeler = new window.BpmnJS({
      container: canvas, additionalModules: modules, moddleExtensions: { spiffworkflow: spiff, portal },
      textRenderer: { defaultStyle: words, externalStyle: words },
    });
    plainIds(modeler.get("moddle"));
    return modeler;
  };
})();
