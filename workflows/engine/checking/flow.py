"""Whether a case finds its way: from the start to every element, and from every element to an end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from workflows.engine.checking.diagram import Diagram, Scope
from workflows.engine.supported import ACTIVITIES, BPMN, local

_DECIDE = frozenset({"exclusiveGateway", "inclusiveGateway"})
_CONDITION = f"{{{BPMN}}}conditionExpression"


def check(diagram: Diagram) -> None:
    """Tell where a case would stand still or never come."""
    for scope in diagram.scopes:
        _ends(diagram, scope)
        for flow in scope.flows:
            _flow(diagram, scope, flow)
        for node in scope.nodes.values():
            _ways_out(diagram, scope, node)
        _paths(diagram, scope)


def _ends(diagram: Diagram, scope: Scope) -> None:
    if not scope.of_kind("startEvent"):
        diagram.tell("no_start_event", scope.node, what=scope.id)
    if not scope.of_kind("endEvent"):
        diagram.tell("no_end_event", scope.node, what=scope.id)


def _flow(diagram: Diagram, scope: Scope, flow: Any) -> None:
    for which in ("sourceRef", "targetRef"):
        if flow.get(which) not in scope.nodes:
            diagram.tell("flow_to_nowhere", flow, which=which, what=flow.get(which))
    source, target = (scope.nodes.get(str(flow.get(which))) for which in ("sourceRef", "targetRef"))
    if target is not None and local(target) in {"startEvent", "boundaryEvent"}:
        diagram.tell("flow_misplaced", flow, what=f"lead to a {local(target)}")
    if source is not None and local(source) == "endEvent":
        diagram.tell("flow_misplaced", flow, what="leave an endEvent")
    if source is not None and flow.find(_CONDITION) is not None and local(source) not in _DECIDE:
        diagram.tell("condition_misplaced", flow, what=local(source))


def _ways_out(diagram: Diagram, scope: Scope, node: Any) -> None:
    leaving = scope.leaving.get(str(node.get("id")), [])
    if not leaving and local(node) != "endEvent" and not _is_event_subprocess(node):
        diagram.tell("dead_end", node)
    default = node.get("default")
    if default is not None and default not in {flow.get("id") for flow in leaving}:
        diagram.tell("default_unknown", node, what=default)
    if local(node) in _DECIDE and len(leaving) > 1:
        others = [flow for flow in leaving if flow.get("id") != default]
        for flow in others:
            if flow.find(_CONDITION) is None:
                diagram.tell("condition_missing", flow)
        if default is None and all(flow.find(_CONDITION) is not None for flow in others):
            diagram.tell("no_default", node)
    elif local(node) in _DECIDE and leaving and leaving[0].find(_CONDITION) is not None and default is None:
        diagram.tell("no_default", node)


def _is_event_subprocess(node: Any) -> bool:
    return bool(node.get("triggeredByEvent") == "true")


def _paths(diagram: Diagram, scope: Scope) -> None:
    """Reached from the start, and leading to an end; a boundary event begins where it is attached."""
    forward: dict[str, set[str]] = {}
    for flow in scope.flows:
        forward.setdefault(str(flow.get("sourceRef")), set()).add(str(flow.get("targetRef")))
    for event in scope.of_kind("boundaryEvent"):
        host = str(event.get("attachedToRef"))
        if host in scope.nodes and local(scope.nodes[host]) in ACTIVITIES:
            forward.setdefault(host, set()).add(str(event.get("id")))
        else:
            diagram.tell("attached_to_nothing", event, what=host)
    backward: dict[str, set[str]] = {}
    for source, targets in forward.items():
        for target in targets:
            backward.setdefault(target, set()).add(source)
    starts = _ids(scope.of_kind("startEvent"))
    ends = _ids(scope.of_kind("endEvent"))
    alone = {name for name, node in scope.nodes.items() if _is_event_subprocess(node)}
    reached, leads_out = _spread(starts, forward), _spread(ends, backward)
    for name, node in scope.nodes.items():
        if name in alone:
            continue
        if starts and name not in reached:
            diagram.tell("unreachable", node)
        if ends and name not in leads_out and scope.leaving.get(name):
            diagram.tell("no_way_to_end", node)


def _ids(nodes: Iterable[Any]) -> set[str]:
    return {str(node.get("id")) for node in nodes}


def _spread(reached: set[str], steps: Mapping[str, set[str]]) -> set[str]:
    found, fresh = set(reached), list(reached)
    while fresh:
        for target in steps.get(fresh.pop(), ()):
            if target not in found:
                found.add(target)
                fresh.append(target)
    return found
