"""Processes that no procedure ships, for tests of the engine and for its bench."""

from typing import Any

from workflows.engine.bundle import Bundle

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
  xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core" targetNamespace="urn:kokuho:test">
"""
REVIEW = """<bpmn:process id="review" name="審査" isExecutable="true">
  <bpmn:laneSet id="lanes">
    <bpmn:lane id="counter">
      <bpmn:flowNodeRef>ask</bpmn:flowNodeRef><bpmn:flowNodeRef>answer</bpmn:flowNodeRef>
    </bpmn:lane>
    <bpmn:lane id="verifier"><bpmn:flowNodeRef>decide</bpmn:flowNodeRef></bpmn:lane>
  </bpmn:laneSet>
  <bpmn:startEvent id="start"/>
  <bpmn:sequenceFlow id="f1" sourceRef="start" targetRef="ask"/>
  <bpmn:userTask id="ask" name="申請の入力"/>
  <bpmn:sequenceFlow id="f2" sourceRef="ask" targetRef="how"/>
  <bpmn:exclusiveGateway id="how" default="f4"/>
  <bpmn:sequenceFlow id="f3" sourceRef="how" targetRef="answer">
    <bpmn:conditionExpression>form.ask.amount &lt; 10</bpmn:conditionExpression>
  </bpmn:sequenceFlow>
  <bpmn:sequenceFlow id="f4" sourceRef="how" targetRef="decide"/>
  <bpmn:userTask id="decide" name="決定">
    <bpmn:extensionElements><spiffworkflow:properties>
      <spiffworkflow:property name="not_by" value="ask"/>
      <spiffworkflow:property name="due_days" value="5"/>
    </spiffworkflow:properties></bpmn:extensionElements>
  </bpmn:userTask>
  <bpmn:boundaryEvent id="late" attachedToRef="decide">
    <bpmn:timerEventDefinition><bpmn:timeDuration>"P14D"</bpmn:timeDuration></bpmn:timerEventDefinition>
  </bpmn:boundaryEvent>
  <bpmn:sequenceFlow id="f8" sourceRef="late" targetRef="answer"/>
  <bpmn:sequenceFlow id="f5" sourceRef="decide" targetRef="answer"/>
  <bpmn:userTask id="answer" name="通知"/>
  <bpmn:sequenceFlow id="f6" sourceRef="answer" targetRef="count"/>
  <bpmn:scriptTask id="count"><bpmn:script>{ total: form.ask.amount + 1 }</bpmn:script></bpmn:scriptTask>
  <bpmn:sequenceFlow id="f7" sourceRef="count" targetRef="end"/>
  <bpmn:endEvent id="end"/>
</bpmn:process>
</bpmn:definitions>"""
BRANCHES = """<bpmn:process id="branches" name="並行の確認" isExecutable="true">
  <bpmn:laneSet id="lanes"><bpmn:lane id="counter">LANE</bpmn:lane></bpmn:laneSet>
  <bpmn:startEvent id="start"/>
  <bpmn:sequenceFlow id="f_start" sourceRef="start" targetRef="split"/>
  <bpmn:parallelGateway id="split"/>
  TASKS
  <bpmn:parallelGateway id="join"/>
  <bpmn:sequenceFlow id="f_end" sourceRef="join" targetRef="end"/>
  <bpmn:endEvent id="end"/>
</bpmn:process>
</bpmn:definitions>"""
BRANCH = """<bpmn:sequenceFlow id="in_NAME" sourceRef="split" targetRef="NAME"/>
  <bpmn:userTask id="NAME" name="確認"/>
  <bpmn:sequenceFlow id="out_NAME" sourceRef="NAME" targetRef="join"/>"""
MANY = """<bpmn:process id="many" name="多数の確認" isExecutable="true">
  <bpmn:laneSet id="lanes">
    <bpmn:lane id="counter"><bpmn:flowNodeRef>each</bpmn:flowNodeRef></bpmn:lane>
  </bpmn:laneSet>
  <bpmn:startEvent id="start"/>
  <bpmn:sequenceFlow id="f1" sourceRef="start" targetRef="each"/>
  <bpmn:userTask id="each" name="確認">
    <bpmn:multiInstanceLoopCharacteristics isSequential="false">
      <bpmn:loopCardinality>COUNT</bpmn:loopCardinality>
    </bpmn:multiInstanceLoopCharacteristics>
  </bpmn:userTask>
  <bpmn:sequenceFlow id="f2" sourceRef="each" targetRef="end"/>
  <bpmn:endEvent id="end"/>
</bpmn:process>
</bpmn:definitions>"""
AMOUNT = {
    "type": "object",
    "additionalProperties": False,
    "required": ["amount"],
    "properties": {
        "amount": {"type": "integer", "title": "金額", "x-title-en": "Amount"},
        "reason": {"type": "string", "title": "理由", "x-title-en": "Reason", "maxLength": 200},
    },
}


def form(schema: dict[str, Any]) -> dict[str, Any]:
    """A form of a definition, laid out as it comes."""
    return {
        "schema": schema,
        "ui": {"title": {"ja": "入力", "en": "Entry"}, "order": list(schema["properties"])},
    }


def review() -> Bundle:
    """Three tasks for people in two lanes, a gateway, a timer and a script; nothing of a notification."""
    forms = {f"review/{name}": form(AMOUNT) for name in ("ask", "decide", "answer")}
    return Bundle("review", {"review": HEAD + REVIEW}, {}, forms)


def branches(count: int = 4) -> Bundle:
    """So many tasks for people on branches that run side by side and join."""
    names = [f"branch_{number}" for number in range(count)]
    lane = "".join(f"<bpmn:flowNodeRef>{name}</bpmn:flowNodeRef>" for name in names)
    tasks = "".join(BRANCH.replace("NAME", name) for name in names)
    source = HEAD + BRANCHES.replace("LANE", lane).replace("TASKS", tasks)
    return Bundle("branches", {"branches": source}, {}, {f"branches/{name}": form(AMOUNT) for name in names})


def many_at_once(count: int) -> Bundle:
    """One task for people, as often as told, all at the same time."""
    source = HEAD + MANY.replace("COUNT", str(count))
    return Bundle("many", {"many": source}, {}, {"many/each": form(AMOUNT)})
