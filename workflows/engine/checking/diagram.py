"""A BPMN file as the checks read it: processes and sub-processes with their nodes and flows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from workflows.engine.checking.files import File
from workflows.engine.checking.problems import Problem, problem
from workflows.engine.supported import BPMN, FLOW_NODES, local, namespace

SCOPES = frozenset({"process", "subProcess", "transaction", "adHocSubProcess"})


@dataclass(frozen=True)
class Scope:
    """A process or sub-process: the nodes and flows that stand directly in it."""

    node: Any
    nodes: dict[str, Any]
    flows: list[Any]

    @property
    def id(self) -> str:
        return str(self.node.get("id") or "")

    @cached_property
    def leaving(self) -> dict[str, list[Any]]:
        """The flows by the node that they leave."""
        found: dict[str, list[Any]] = {}
        for flow in self.flows:
            found.setdefault(str(flow.get("sourceRef")), []).append(flow)
        return found

    def of_kind(self, *kinds: str) -> list[Any]:
        return [node for node in self.nodes.values() if local(node) in kinds]


@dataclass
class Diagram:
    """A file that could be read; `problems` gathers what the checks find."""

    file: File
    root: Any
    problems: list[Problem] = field(default_factory=list)

    def tell(self, code: str, node: Any, **words: object) -> None:
        self.problems.append(self.problem(code, node, **words))

    def problem(self, code: str, node: Any, **words: object) -> Problem:
        """A problem at an XML element: its id, or that of what it stands in, and its line."""
        return problem(code, self.file.name, node.sourceline, element_of(node), **words)

    @cached_property
    def processes(self) -> dict[str, Any]:
        """The processes by id; one without an id cannot be called or begun."""
        return {str(one.get("id")): one for one in self.root.iterfind(f"{{{BPMN}}}process") if one.get("id")}

    @cached_property
    def scopes(self) -> list[Scope]:
        return [_scope(node) for node in elements(self.root) if is_bpmn(node) and local(node) in SCOPES]

    @cached_property
    def declared(self) -> dict[str, set[str]]:
        """The ids of messages, signals, errors and escalations of the file."""
        return {
            kind: {str(one.get("id")) for one in self.root.iterfind(f"{{{BPMN}}}{kind}")}
            for kind in ("message", "signal", "error", "escalation")
        }

    def each(self, *kinds: str) -> Iterator[Any]:
        found: Iterator[Any] = self.root.iter(*(f"{{{BPMN}}}{kind}" for kind in kinds))
        return found


def elements(root: Any) -> Iterator[Any]:
    """All XML elements, no comments."""
    return (node for node in root.iter() if isinstance(node.tag, str))


def is_bpmn(node: Any) -> bool:
    return namespace(node) == BPMN


def element_of(node: Any) -> str:
    """The id under which an element is known on the diagram: its own, or that of what it stands in."""
    for one in (node, *node.iterancestors()):
        if one.get("id") and is_bpmn(one) and not local(one).endswith("EventDefinition"):
            return str(one.get("id"))
    return local(node)


def _scope(node: Any) -> Scope:
    inside = [one for one in node if isinstance(one.tag, str) and is_bpmn(one)]
    nodes = {str(one.get("id")): one for one in inside if one.get("id") and _is_node(one)}
    return Scope(node, nodes, [one for one in inside if local(one) == "sequenceFlow"])


def _is_node(node: Any) -> bool:
    return local(node) in FLOW_NODES or local(node) in {"task", "adHocSubProcess", "complexGateway"}
