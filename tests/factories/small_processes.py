"""Small processes for tests of the engine, written as nested lists: steps, ways at the same time, calls."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.factories.processes import form
from workflows.engine.bundle import Bundle

NOTHING: dict[str, Any] = {"type": "object", "properties": {}, "additionalProperties": False}
HEAD = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core" '
    'id="definitions_small" targetNamespace="urn:small">'
)


@dataclass(frozen=True)
class Ask:
    """A step for people."""

    id: str
    title: str = ""
    role: str = "counter"
    properties: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Fork:
    """Ways at the same time (`parallel`), or one by a condition on each but the last (`exclusive`)."""

    id: str
    ways: Sequence[Sequence[Any]]
    kind: str = "parallel"
    conditions: Sequence[str] = ()


@dataclass(frozen=True)
class Call:
    """A called process."""

    id: str
    process: str


@dataclass(frozen=True)
class Wait:
    """A timer."""

    id: str
    duration: str = "P1D"


@dataclass(frozen=True)
class Do:
    """A service task; with the property `async` it is done in the background."""

    id: str
    operation: str
    properties: Mapping[str, str] = field(default_factory=dict)


def a_bundle(slug: str, steps: Sequence[Any], called: Mapping[str, Sequence[Any]] | None = None) -> Bundle:
    """A definition of these steps and of the processes that they call."""
    processes = {slug: steps, **(called or {})}
    asked = [(name, one) for name, inside in processes.items() for one in _asked(inside)]
    forms = {dict(one.properties).get("form", f"{name}/{one.id}"): form(NOTHING) for name, one in asked}
    return Bundle(slug, {name: _xml(name, inside) for name, inside in processes.items()}, {}, forms)


def _asked(steps: Sequence[Any]) -> list[Ask]:
    found = []
    for one in steps:
        if isinstance(one, Ask):
            found.append(one)
        elif isinstance(one, Fork):
            found += [inside for way in one.ways for inside in _asked(way)]
    return found


def _properties(told: Mapping[str, str]) -> str:
    inside = "".join(
        f'<spiffworkflow:property name="{name}" value="{value}" />' for name, value in told.items()
    )
    return f"<spiffworkflow:properties>{inside}</spiffworkflow:properties>"


class _Writer:
    """Writes elements and the flows between them."""

    def __init__(self) -> None:
        self.elements: list[str] = []
        self.flows: list[str] = []
        self.lanes: dict[str, list[str]] = {}

    def flow(self, source: str, target: str, condition: str = "") -> str:
        name = f"{source}_to_{target}_{len(self.flows)}"
        inside = f"<bpmn:conditionExpression>{condition}</bpmn:conditionExpression>" if condition else ""
        self.flows.append(
            f'<bpmn:sequenceFlow id="{name}" sourceRef="{source}" targetRef="{target}">{inside}'
            "</bpmn:sequenceFlow>"
        )
        return name

    def chain(self, before: str, steps: Sequence[Any], condition: str = "") -> tuple[str, str]:
        """Write steps one after another; answers the last one and the condition on what follows it."""
        for one in steps:
            self.flow(before, one.id, condition)
            condition = ""
            before = self.write(one)
        return before, condition

    def write(self, one: Any) -> str:
        if isinstance(one, Fork):
            return self._fork(one)
        if isinstance(one, Ask):
            inside = f"<bpmn:extensionElements>{_properties(one.properties)}</bpmn:extensionElements>"
            title = one.title or f"手順{one.id}"
            self.elements.append(f'<bpmn:userTask id="{one.id}" name="{title}">{inside}</bpmn:userTask>')
            self.lanes.setdefault(one.role, []).append(one.id)
        elif isinstance(one, Call):
            self.elements.append(
                f'<bpmn:callActivity id="{one.id}" name="呼出{one.id}" calledElement="{one.process}" />'
            )
        elif isinstance(one, Do):
            self.elements.append(
                f'<bpmn:serviceTask id="{one.id}" name="処理{one.id}"><bpmn:extensionElements>'
                f'<spiffworkflow:serviceTaskOperator id="{one.operation}" resultVariable="{one.id}">'
                "<spiffworkflow:parameters /></spiffworkflow:serviceTaskOperator>"
                f"{_properties(one.properties)}</bpmn:extensionElements>"
                "</bpmn:serviceTask>"
            )
        else:
            self.elements.append(
                f'<bpmn:intermediateCatchEvent id="{one.id}" name="待ち{one.id}"><bpmn:timerEventDefinition>'
                f'<bpmn:timeDuration xsi:type="bpmn:tFormalExpression">"{one.duration}"'
                "</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>"
            )
        return str(one.id)

    def _fork(self, one: Fork) -> str:
        join = f"{one.id}_join"
        conditions = [*one.conditions, *[""] * (len(one.ways) - len(one.conditions))]
        last = ""
        for way, condition in zip(one.ways, conditions, strict=True):
            end, left = self.chain(one.id, way, condition)
            name = self.flow(end, join, left)
            last = last or name
        default = ""
        if one.kind == "exclusive":
            default = f' default="{self._first_flow_of(one)}"'
        self.elements.append(f'<bpmn:{one.kind}Gateway id="{one.id}"{default} />')
        self.elements.append(f'<bpmn:{one.kind}Gateway id="{join}" />')
        return join

    def _first_flow_of(self, one: Fork) -> str:
        """The flow without a condition, which is taken where no condition holds."""
        mine = [flow for flow in self.flows if f'sourceRef="{one.id}"' in flow]
        plain = next(flow for flow in mine if "conditionExpression" not in flow)
        return plain.split('"')[1]


def _xml(name: str, steps: Sequence[Any]) -> str:
    writer = _Writer()
    last, _ = writer.chain(f"{name}_start", steps)
    writer.flow(last, f"{name}_end")
    lanes = "".join(
        f'<bpmn:lane id="{role}" name="{role}">'
        + "".join(f"<bpmn:flowNodeRef>{one}</bpmn:flowNodeRef>" for one in ids)
        + "</bpmn:lane>"
        for role, ids in writer.lanes.items()
    )
    inside = f'<bpmn:laneSet id="lanes_{name}">{lanes}</bpmn:laneSet>' if lanes else ""
    return (
        f'<?xml version="1.0" encoding="utf-8"?>{HEAD}'
        f'<bpmn:process id="{name}" name="{name}" isExecutable="true">{inside}'
        f'<bpmn:startEvent id="{name}_start" name="始め" />{"".join(writer.elements)}'
        f'<bpmn:endEvent id="{name}_end" name="終わり" />{"".join(writer.flows)}'
        "</bpmn:process></bpmn:definitions>"
    )
