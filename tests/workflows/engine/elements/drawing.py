"""Diagrams in a few words: `draw(start(), user("a"), end(), flows("start > a > end"))`."""

import re
from itertools import pairwise
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from workflows.engine.bundle import Bundle

SPACES = (
    'xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
)
FORM: dict[str, Any] = {"schema": {"type": "object"}, "ui": {}}


def draw(*parts: str, declared: str = "", called: dict[str, tuple[str, ...]] | None = None) -> Bundle:
    """A definition whose process is `drawn`; `called` are processes that it calls."""
    processes = {"drawn": parts} | (called or {})
    files = {f"{name}.bpmn": _file(name, inner, declared) for name, inner in processes.items()}
    people = {
        f"{name}/{task}": FORM for name, inner in processes.items() for task in user_tasks("".join(inner))
    }
    return Bundle("drawn", files, {}, people)


def user_tasks(xml: str) -> list[str]:
    return re.findall(r'<bpmn:(?:userTask|manualTask) id="(\w+)"', xml)


def _file(name: str, parts: tuple[str, ...], declared: str) -> str:
    inner = "".join(parts)
    people = "".join(f"<bpmn:flowNodeRef>{task}</bpmn:flowNodeRef>" for task in user_tasks(inner))
    lane = f'<bpmn:lane id="counter" name="窓口">{people}</bpmn:lane>'
    lanes = f'<bpmn:laneSet id="{name}_lanes">{lane}</bpmn:laneSet>'
    return (
        f'<bpmn:definitions {SPACES} id="{name}_file" targetNamespace="t">{declared}'
        f'<bpmn:process id="{name}" name="{name}" isExecutable="true">{lanes}{inner}</bpmn:process>'
        "</bpmn:definitions>"
    )


def node(
    tag: str, element_id: str, *inside: str, props: dict[str, str] | None = None, **attributes: str
) -> str:
    told = "".join(f" {name}={quoteattr(value)}" for name, value in attributes.items())
    extra = [one for one in inside if one.startswith("<spiffworkflow")]
    rest = "".join(one for one in inside if not one.startswith("<spiffworkflow"))
    if props:
        rows = "".join(
            f"<spiffworkflow:property name={quoteattr(name)} value={quoteattr(value)} />"
            for name, value in props.items()
        )
        extra.append(f"<spiffworkflow:properties>{rows}</spiffworkflow:properties>")
    extensions = f"<bpmn:extensionElements>{''.join(extra)}</bpmn:extensionElements>" if extra else ""
    return f'<bpmn:{tag} id="{element_id}" name="{element_id}"{told}>{extensions}{rest}</bpmn:{tag}>'


def start(element_id: str = "start", definition: str = "", **more: Any) -> str:
    return node("startEvent", element_id, definition, **more)


def end(element_id: str = "end", definition: str = "", **more: Any) -> str:
    return node("endEvent", element_id, definition, **more)


def user(element_id: str, *inside: str, **more: Any) -> str:
    return node("userTask", element_id, *inside, **more)


def script(element_id: str, text: str, *inside: str) -> str:
    return node("scriptTask", element_id, *inside, f"<bpmn:script>{escape(text)}</bpmn:script>")


def step(element_id: str) -> str:
    """A step that changes nothing."""
    return script(element_id, "{}")


def service(element_id: str, *inside: str, **props: str) -> str:
    operator = (
        f'<spiffworkflow:serviceTaskOperator id="drawn.{element_id}" resultVariable="{element_id}">'
        "<spiffworkflow:parameters /></spiffworkflow:serviceTaskOperator>"
    )
    return node(
        "serviceTask", element_id, operator, *inside, props={k.rstrip("_"): v for k, v in props.items()}
    )


def gateway(kind: str, element_id: str, default: str | None = None) -> str:
    more = {"default": f"{element_id}__{default}"} if default else {}
    return node(f"{kind}Gateway", element_id, **more)


def sub(element_id: str, *parts: str, kind: str = "subProcess", **attributes: str) -> str:
    return node(kind, element_id, *parts, **attributes)


def on_event(element_id: str, *parts: str) -> str:
    return sub(element_id, *parts, triggeredByEvent="true")


def boundary(element_id: str, on: str, definition: str, *, goes_on: bool = False, **more: Any) -> str:
    return node(
        "boundaryEvent",
        element_id,
        definition,
        attachedToRef=on,
        cancelActivity="false" if goes_on else "true",
        **more,
    )


def catch(element_id: str, definition: str, **more: Any) -> str:
    return node("intermediateCatchEvent", element_id, definition, **more)


def throw(element_id: str, definition: str = "", **more: Any) -> str:
    return node("intermediateThrowEvent", element_id, definition, **more)


def flows(*lines: str) -> str:
    """`a > b > c` joins; `a > b ? FEEL` has a condition."""
    found = ""
    for line in lines:
        way, _, condition = line.partition("?")
        names = [one.strip() for one in way.split(">")]
        told = (
            f'<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">{escape(condition.strip())}'
            "</bpmn:conditionExpression>"
            if condition
            else ""
        )
        for source, target in pairwise(names):
            found += (
                f'<bpmn:sequenceFlow id="{source}__{target}" sourceRef="{source}" targetRef="{target}">'
                f"{told}</bpmn:sequenceFlow>"
            )
    return found


def timer(kind: str, text: str) -> str:
    return (
        f'<bpmn:timerEventDefinition><bpmn:{kind} xsi:type="bpmn:tFormalExpression">{escape(text)}'
        f"</bpmn:{kind}></bpmn:timerEventDefinition>"
    )


def message(name: str, payload: str = "", variable: str = "") -> str:
    told = (
        f"<spiffworkflow:messagePayload>{escape(payload)}</spiffworkflow:messagePayload>" if payload else ""
    )
    told += f"<spiffworkflow:messageVariable>{variable}</spiffworkflow:messageVariable>" if variable else ""
    inside = f"<bpmn:extensionElements>{told}</bpmn:extensionElements>" if told else ""
    return f'<bpmn:messageEventDefinition messageRef="m_{name}">{inside}</bpmn:messageEventDefinition>'


def event(kind: str, name: str = "") -> str:
    reference = f' {kind}Ref="{kind[0]}_{name}"' if name else ""
    return f"<bpmn:{kind}EventDefinition{reference} />"


def declare(**names: list[str]) -> str:
    """`declare(message=["paid"], error=["wrong"])`; codes are the names; signals and errors bring `told`."""
    found = ""
    for kind, told in names.items():
        for name in told:
            code = f' {kind}Code="{name}"' if kind in {"error", "escalation"} else ""
            carried = (
                ""
                if kind == "message"
                else "<bpmn:extensionElements><spiffworkflow:payloadExpression>case.says"
                "</spiffworkflow:payloadExpression><spiffworkflow:variableName>told"
                "</spiffworkflow:variableName></bpmn:extensionElements>"
            )
            found += f'<bpmn:{kind} id="{kind[0]}_{name}" name="{name}"{code}>{carried}</bpmn:{kind}>'
    return found


def many(
    collection: str = "", *, count: str = "", item: str = "", sequential: bool = False, **more: str
) -> str:
    """Several instances. `gives` is the output item, `into` the output list, `enough` the condition."""
    told = f"<bpmn:loopCardinality>{count}</bpmn:loopCardinality>" if count else ""
    told += f"<bpmn:loopDataInputRef>{escape(collection)}</bpmn:loopDataInputRef>" if collection else ""
    told += f"<bpmn:loopDataOutputRef>{more['into']}</bpmn:loopDataOutputRef>" if "into" in more else ""
    told += f'<bpmn:inputDataItem id="in_{item}" name="{item}" />' if item else ""
    told += (
        f'<bpmn:outputDataItem id="out_{more["gives"]}" name="{more["gives"]}" />' if "gives" in more else ""
    )
    told += (
        f"<bpmn:completionCondition>{escape(more['enough'])}</bpmn:completionCondition>"
        if "enough" in more
        else ""
    )
    kind = ' isSequential="true"' if sequential else ""
    return f"<bpmn:multiInstanceLoopCharacteristics{kind}>{told}</bpmn:multiInstanceLoopCharacteristics>"


def again(condition: str = "", *, at_most: int | None = None, before: bool = False) -> str:
    most = f' loopMaximum="{at_most}"' if at_most else ""
    told = f"<bpmn:loopCondition>{escape(condition)}</bpmn:loopCondition>" if condition else ""
    first = ' testBefore="true"' if before else ""
    return f"<bpmn:standardLoopCharacteristics{most}{first}>{told}</bpmn:standardLoopCharacteristics>"
