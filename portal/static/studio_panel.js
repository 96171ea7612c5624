// The settings of the chosen element: read out of the diagram, written back as one deed that can be undone.
(() => {
  "use strict";
  const ACTIVITY = /(Task|Activity|SubProcess|Transaction)$/;
  const PLAIN_ID = /^[a-z][a-z0-9_]*$/;

  window.studio.panel = (box, modeler, steps, words, kinds, changed) => {
    const modeling = modeler.get("modeling");
    const moddle = modeler.get("moddle");
    const registry = modeler.get("elementRegistry");
    const all = (selector) => [...box.querySelectorAll(selector)];
    const one = (selector) => box.querySelector(selector);
    let element = null;

    const bo = () => element.businessObject;
    const local = () => element.type.replace("bpmn:", "");
    const event = () => (bo().get("eventDefinitions") || [])[0];
    const loop = () => bo().loopCharacteristics;

    // — extensions —
    const extensions = (type) => ((bo().extensionElements && bo().extensionElements.get("values")) || []).filter((value) => value.$type === `spiffworkflow:${type}`);
    const property = (name) => {
      const found = extensions("Properties").flatMap((set) => set.get("properties")).find((value) => value.name === name);
      return found ? found.value : "";
    };
    const keepExtensions = (values) => {
      const kept = values.length ? moddle.create("bpmn:ExtensionElements", { values }) : undefined;
      if (kept) { kept.$parent = bo(); values.forEach((value) => { value.$parent = kept; }); }
      modeling.updateModdleProperties(element, bo(), { extensionElements: kept });
    };
    const others = (type) => ((bo().extensionElements && bo().extensionElements.get("values")) || []).filter((value) => value.$type !== `spiffworkflow:${type}`);
    const setProperty = (name, value) => {
      const known = extensions("Properties").flatMap((set) => set.get("properties"));
      const properties = known.filter((old) => old.name !== name);
      if (value) {
        const at = known.findIndex((old) => old.name === name);
        properties.splice(at < 0 ? properties.length : at, 0, moddle.create("spiffworkflow:Property", { name, value }));
      }
      const set = moddle.create("spiffworkflow:Properties", { properties });
      properties.forEach((own) => { own.$parent = set; });
      keepExtensions(properties.length ? [...others("Properties"), set] : others("Properties"));
    };
    const operator = () => extensions("ServiceTaskOperator")[0];
    const setOperator = (told) => {
      const old = operator();
      const parameterList = (old && old.parameterList) || moddle.create("spiffworkflow:Parameters");
      const kept = moddle.create("spiffworkflow:ServiceTaskOperator", { id: old && old.id, resultVariable: old && old.resultVariable, parameterList, ...told });
      parameterList.$parent = kept;
      keepExtensions(kept.id ? [kept, ...others("ServiceTaskOperator")] : others("ServiceTaskOperator"));
    };

    // Parameters as lines: name = expression.
    const parametersText = () => ((operator() && operator().parameterList && operator().parameterList.get("parameters")) || []).map((one) => `${one.id} = ${one.value || ""}`).join("\n");
    const setParameters = (text) => {
      const old = (operator() && operator().parameterList && operator().parameterList.get("parameters")) || [];
      const parameters = text.split("\n").filter((line) => line.trim()).map((line) => {
        const [id, ...rest] = line.split("=");
        const known = old.find((one) => one.id === id.trim());
        return moddle.create("spiffworkflow:Parameter", { id: id.trim(), type: (known && known.type) || "any", value: rest.join("=").trim() });
      });
      const parameterList = moddle.create("spiffworkflow:Parameters", { parameters });
      parameters.forEach((one) => { one.$parent = parameterList; });
      setOperator({ parameterList });
    };

    // — expressions and what is declared beside the process —
    const expression = (parent, body) => {
      if (!body) return undefined;
      const made = moddle.create("bpmn:FormalExpression", { body });
      made.$parent = parent;
      return made;
    };
    const body = (value) => (value && value.body) || "";
    const KINDS = { "bpmn:MessageEventDefinition": ["Message", "messageRef"], "bpmn:SignalEventDefinition": ["Signal", "signalRef"], "bpmn:ErrorEventDefinition": ["Error", "errorRef"], "bpmn:EscalationEventDefinition": ["Escalation", "escalationRef"] };
    const named = () => {
      if (/^(Send|Receive)Task$/.test(local())) return { owner: bo(), kind: "Message", reference: "messageRef" };
      const found = event() && KINDS[event().$type];
      return found && { owner: event(), kind: found[0], reference: found[1] };
    };
    const setNamed = (name) => {
      const { owner, kind, reference } = named();
      const definitions = modeler.getDefinitions();
      let root = definitions.rootElements.find((value) => value.$type === `bpmn:${kind}` && value.name === name);
      if (!root && name) {
        root = moddle.create(`bpmn:${kind}`, { id: moddle.ids.nextPrefixed(`${kind}_`), name });
        if (kind === "Error") root.errorCode = name;
        if (kind === "Escalation") root.escalationCode = name;
        root.$parent = definitions;
        modeling.updateModdleProperties(element, definitions, { rootElements: [...definitions.rootElements, root] });
      }
      modeling.updateModdleProperties(element, owner, { [reference]: root });
    };
    const timerKind = () => ["timeDuration", "timeDate", "timeCycle"].find((kind) => event().get(kind)) || "timeDuration";
    const setTimer = (kind, text) => modeling.updateModdleProperties(element, event(), { timeDuration: undefined, timeDate: undefined, timeCycle: undefined, [kind]: expression(event(), text) });
    const propertyField = (name) => ({ get: () => property(name), set: (value) => setProperty(name, value) });
    const loopText = (name) => ({ get: () => body(loop()[name]), set: (value) => modeling.updateModdleProperties(element, loop(), { [name]: expression(loop(), value) }) });
    const listed = (name) => property(name).split(",").filter(Boolean);
    const outcome = (name) => ({
      get: () => listed("outcomes").includes(name),
      set: (on) => setProperty("outcomes", [...listed("outcomes").filter((other) => other !== name), ...(on ? [name] : [])].join(",")),
    });

    const FIELDS = {
      name: { get: () => bo().name || "", set: (value) => modeling.updateProperties(element, { name: value || undefined }) },
      english: {
        get: () => (ACTIVITY.test(local()) && property("title_en")) || bo().get("portal:name_en") || "",
        set: (value) => (ACTIVITY.test(local()) && !bo().get("portal:name_en") ? setProperty("title_en", value) : modeling.updateProperties(element, { "portal:name_en": value || undefined })),
      },
      id: { get: () => bo().id, set: (value) => modeling.updateProperties(element, { id: value }), refuse: (value) => (!PLAIN_ID.test(value) ? words.id_form : value !== bo().id && moddle.ids.assigned(value) ? words.id_taken : "") },
      role: {
        get: () => bo().id,
        set: (value, label) => modeling.updateProperties(element, { id: value, name: label }),
        refuse: (value) => (value !== bo().id && moddle.ids.assigned(value) ? words.id_taken : ""),
      },
      lane: { get: () => (steps.laneOf(element) || { id: "" }).id, set: (value) => registry.get(value) && steps.toLane(element, registry.get(value)) },
      form: propertyField("form"), writes: propertyField("writes"), fixed: propertyField("fixed"), due_days: propertyField("due_days"), due_from: propertyField("due_from"),
      not_by: { get: () => listed("not_by"), set: (value) => setProperty("not_by", value.join(",")) },
      "outcome:send_back": outcome("send_back"), "outcome:give_up": outcome("give_up"),
      operation: { get: () => (operator() || {}).id || "", set: (id) => setOperator({ id }) },
      parameters: { get: parametersText, set: setParameters },
      examine: propertyField("examine"),
      result: { get: () => (operator() || {}).resultVariable || "", set: (value) => setOperator({ resultVariable: value || undefined }) },
      async: { get: () => property("async") === "true", set: (on) => setProperty("async", on ? "true" : "") },
      retries: propertyField("retries"), retry_after: propertyField("retry_after"), correlation: propertyField("correlation"),
      decision: {
        get: () => body(extensions("CalledDecisionId")[0]),
        set: (value) => keepExtensions([...(value ? [moddle.create("spiffworkflow:CalledDecisionId", { body: value })] : []), ...others("CalledDecisionId")]),
      },
      script: { get: () => bo().script || "", set: (value) => modeling.updateProperties(element, { script: value || undefined }) },
      called: { get: () => bo().calledElement || "", set: (value) => modeling.updateProperties(element, { calledElement: value || undefined }) },
      condition: { get: () => body(bo().conditionExpression), set: (value) => modeling.updateProperties(element, { conditionExpression: expression(bo(), value) }) },
      default: {
        get: () => element.source.businessObject.default === bo(),
        set: (on) => { modeling.updateProperties(element.source, { default: on ? bo() : undefined }); },
      },
      timer: { get: timerKind, set: (kind) => setTimer(kind, body(event().get(timerKind()))) },
      moment: { get: () => body(event().get(timerKind())), set: (text) => setTimer(timerKind(), text) },
      signal: { get: () => { const { owner, reference } = named(); return (owner.get(reference) || {}).name || ""; }, set: setNamed },
      interrupting: { get: () => bo().cancelActivity !== false, set: (on) => modeling.updateProperties(element, { cancelActivity: on }) },
      collection: {
        get: () => (loop().loopDataInputRef || {}).id || "",
        set: (value) => modeling.updateModdleProperties(element, loop(), { loopDataInputRef: value ? { id: value } : undefined }),
      },
      cardinality: loopText("loopCardinality"), completion: loopText("completionCondition"), loop_condition: loopText("loopCondition"),
      loop_maximum: { get: () => loop().loopMaximum ?? "", set: (value) => modeling.updateModdleProperties(element, loop(), { loopMaximum: value ? Number(value) : undefined }) },
    };

    const marksOf = () => {
      const found = new Set(["any", local()]);
      const fromGateway = local() === "SequenceFlow" && /(Exclusive|Inclusive)Gateway$/.test(element.source.type);
      if (kinds[key(local())]) found.add("node");
      if (/^(User|Manual)Task$/.test(local())) found.add("people");
      if (local() === "Lane") found.add("lane");
      if (kinds[key(local())] && registry.filter((other) => other.type === "bpmn:Lane").length && local() !== "BoundaryEvent") found.add("in-lane");
      if (fromGateway) found.add("conditional");
      if (local() === "BoundaryEvent" && event() && !/Error|Cancel/.test(event().$type)) found.add("boundary");
      if (event() && event().$type === "bpmn:TimerEventDefinition") found.add("timer");
      if (named()) found.add("named");
      if (named() && named().kind === "Message") found.add("message");
      if (loop() && loop().$type === "bpmn:MultiInstanceLoopCharacteristics") found.add("many");
      if (loop() && loop().$type === "bpmn:StandardLoopCharacteristics") found.add("loop");
      return found;
    };
    const key = (name) => name.charAt(0).toLowerCase() + name.slice(1);
    const matches = (line, marks) => line.dataset.of.split(" ").some((of) => marks.has(of) || marks.has(of.charAt(0).toUpperCase() + of.slice(1)));
    const labelOf = (other) => `${other.businessObject.name || words.unnamed} (${other.id})`;
    const options = (select, pairs) => select.replaceChildren(...pairs.map(([value, label]) => new Option(label, value)));

    const fill = (field, shown) => {
      if (field.dataset.field === "lane") options(field, [["", words.none], ...registry.filter((other) => other.type === "bpmn:Lane").map((other) => [other.id, other.businessObject.name || other.id])]);
      if (field.dataset.field === "not_by") options(field, registry.filter((other) => /(User|Manual)Task$/.test(other.type) && other !== element).map((other) => [other.id, labelOf(other)]));
      if (field.dataset.field === "form") field.options[0].textContent = words.own_form;
      if (field.dataset.field === "operation" || field.dataset.field === "examine" || field.dataset.field === "decision" || field.dataset.field === "called") field.options[0].textContent = words.none;
      if (field.type === "checkbox") field.checked = shown;
      else if (field.multiple) {
        const known = [...field.options].map((option) => option.value);
        field.append(...shown.filter((value) => !known.includes(value)).map((value) => new Option(value, value)));
        for (const option of field.options) option.selected = shown.includes(option.value);
      } else {
        if (field.tagName === "SELECT" && shown && ![...field.options].some((option) => option.value === shown)) field.append(new Option(shown, shown));
        if (field.value !== String(shown)) field.value = shown;
      }
    };

    const read = (field) => {
      if (field.type === "checkbox") return field.checked;
      if (field.multiple) return [...field.selectedOptions].map((option) => option.value);
      return field.value.trim();
    };

    const tell = (name, told) => {
      const place = one(`[data-error="${name}"]`);
      if (!place) return;
      place.hidden = !told;
      place.textContent = told;
    };

    const keep = (field) => {
      if (!element) return;
      const name = field.dataset.field;
      const value = read(field);
      if (String(value) === String(FIELDS[name].get())) return tell(name, "");
      const refused = FIELDS[name].refuse && FIELDS[name].refuse(value);
      tell(name, refused || "");
      if (refused) return;
      const label = field.tagName === "SELECT" && !field.multiple ? field.selectedOptions[0].textContent : "";
      steps.atOnce(() => FIELDS[name].set(value, label));
      changed();
    };

    const show = (chosen, found) => {
      element = chosen;
      const marks = element ? marksOf() : new Set();
      one("[data-nothing]").hidden = Boolean(element);
      one("[data-fields]").hidden = !element;
      for (const line of all("[data-of]")) {
        line.hidden = !element || !matches(line, marks);
        if (!line.hidden) for (const field of line.querySelectorAll("[data-field]")) { fill(field, FIELDS[field.dataset.field].get()); tell(field.dataset.field, ""); }
      }
      const node = marks.has("node");
      const flow = element && local() === "SequenceFlow";
      const ends = element && (local() === "EndEvent");
      one("[data-steps]").hidden = !(flow || (node && !ends));
      const title = one("[data-steps-words]");
      title.textContent = flow ? title.dataset.between : title.dataset.after;
      one("[data-connects]").hidden = !node || ends;
      if (node) options(one("[data-connect-to]"), registry.filter((other) => kinds[key(other.type.replace("bpmn:", ""))] && other !== element && !/StartEvent|BoundaryEvent/.test(other.type) && other.type !== "label" && !other.labelTarget).map((other) => [other.id, labelOf(other)]));
      one("[data-removes]").hidden = !element;
      const list = one("[data-marked]");
      list.hidden = !found.length;
      list.querySelector("ul").replaceChildren(...found.map((told) => { const item = document.createElement("li"); item.textContent = told; return item; }));
      return element;
    };

    box.addEventListener("change", (told) => { if (told.target.dataset.field) keep(told.target); });
    box.addEventListener("keydown", (told) => {
      if (told.key === "Enter" && told.target.matches("input[data-field]")) { told.preventDefault(); keep(told.target); }
    });
    return { show, words: one("[data-kind-words]"), element: () => element, keepOpen: () => { const active = document.activeElement; if (active && box.contains(active) && active.dataset.field) keep(active); } };
  };
})();
