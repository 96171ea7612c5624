"""Whether every task for people has somebody who sees it, by when, and names what there is."""

from __future__ import annotations

from typing import Any

from workflows.engine.checking.diagram import Diagram, Scope
from workflows.engine.checking.files import Surroundings
from workflows.engine.supported import BPMN, SPIFF, local

SYSTEM = "system"
_FOR_PEOPLE = frozenset({"userTask", "manualTask"})


def check(diagram: Diagram, surroundings: Surroundings) -> None:
    """Tell which tasks nobody would see, and which lanes and days cannot be."""
    lanes = _lanes(diagram)
    for lane in diagram.each("lane"):
        _role(diagram, lane, {name for name, where in lanes.items() if where is lane}, surroundings)
    for process in diagram.processes.values():
        for node in process.iter(*(f"{{{BPMN}}}{kind}" for kind in _FOR_PEOPLE)):
            if node.get("id") not in lanes:
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


def _role(diagram: Diagram, lane: Any, inside: set[str], surroundings: Surroundings) -> None:
    known = surroundings.roles
    if known is None or lane.get("id") in {*known, SYSTEM}:
        return
    people = {name for scope in diagram.scopes for name in _people_of(scope)}
    if inside & people:
        code = "unknown_role" if surroundings.roles_needed else "role_not_known"
        diagram.tell(code, lane, what=lane.get("id"), known=", ".join(sorted(known)))


def _people_of(scope: Scope) -> set[str]:
    return {name for name, node in scope.nodes.items() if local(node) in _FOR_PEOPLE}


def _due(diagram: Diagram, node: Any) -> None:
    told = properties_of(node).get("due_days")
    if told is not None and not (told.isascii() and told.isdigit() and len(told) <= 4):
        diagram.tell("due_days_wrong", node, what=told)
