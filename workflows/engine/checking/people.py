"""Whether every task for people has somebody who sees it, by when, and names what there is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from workflows.engine.checking.diagram import Diagram
from workflows.engine.checking.files import Surroundings
from workflows.engine.supported import BPMN, SPIFF

SYSTEM = "system"
_FOR_PEOPLE = frozenset({"userTask", "manualTask"})


def check(diagram: Diagram, surroundings: Surroundings) -> None:
    """Tell which tasks nobody would see, and which lanes and days cannot be."""
    lanes = _lanes(diagram)
    for lane in diagram.each("lane"):
        _role(diagram, lane, lanes, surroundings)
    for process in diagram.processes.values():
        for node in _for_people(process):
            if lane_of(node, lanes) is None:
                code = "no_lane" if surroundings.roles_needed else "lane_not_given"
                diagram.tell(code, node, what=f"{process.get('id')}.{node.get('id')}")
            _due(diagram, node)


def properties_of(node: Any) -> dict[str, str]:
    """The extension properties of an element."""
    found = node.iterfind(f"{{{BPMN}}}extensionElements/{{{SPIFF}}}properties/{{{SPIFF}}}property")
    return {str(one.get("name")): str(one.get("value") or "") for one in found}


def listed(text: str | None) -> list[str]:
    """The names of a property that lists them, comma-separated."""
    return [one for one in (text or "").split(",") if one]


def _lanes(diagram: Diagram) -> dict[str, Any]:
    """The elements that stand in lanes, with the innermost lane that names them."""
    found: dict[str, Any] = {}
    nodes = {name for scope in diagram.scopes for name in scope.nodes}
    for lane in diagram.each("lane"):
        for reference in lane.iterfind(f"{{{BPMN}}}flowNodeRef"):
            name = (reference.text or "").strip()
            if name not in nodes:
                diagram.tell("lane_of_nothing", reference, what=name)
            elif name in found and found[name] not in lane.iterancestors():
                diagram.tell("in_two_lanes", reference, what=name)
            found[name] = lane
    return found


def lane_of(node: Any, lanes: Mapping[str, Any]) -> Any | None:
    """The lane that an element stands in, or else the one of the sub-process around it."""
    found = (lanes.get(one.get("id")) for one in (node, *node.iterancestors()))
    return next((lane for lane in found if lane is not None), None)


def _role(diagram: Diagram, lane: Any, lanes: Mapping[str, Any], surroundings: Surroundings) -> None:
    known = surroundings.roles
    if lane.get("id") != SYSTEM and (known is None or lane.get("id") in known):
        return
    tasks = (node for process in diagram.processes.values() for node in _for_people(process))
    if any(lane_of(node, lanes) is lane for node in tasks):
        code = "unknown_role" if surroundings.roles_needed else "role_not_known"
        diagram.tell(code, lane, what=lane.get("id"), known=", ".join(sorted(known or ())) or "–")


def _for_people(process: Any) -> Iterator[Any]:
    yield from process.iter(*(f"{{{BPMN}}}{kind}" for kind in _FOR_PEOPLE))


def _due(diagram: Diagram, node: Any) -> None:
    told = properties_of(node).get("due_days")
    if told is not None and not (told.isascii() and told.isdigit() and len(told) <= 4):
        diagram.tell("due_days_wrong", node, what=told)
