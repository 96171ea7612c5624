"""What stands in a diagram at all: known elements, ids that are there once, names that can be shown."""

from __future__ import annotations

import re
from typing import Any

from lxml.etree import QName

from workflows.engine.checking.diagram import SCOPES, Diagram, elements, is_bpmn
from workflows.engine.supported import (
    BPMN,
    DATA_ASSOCIATIONS,
    DRAWN_ONLY,
    FLOW_NODES,
    FOREIGN_PROPERTIES,
    SPIFF,
    local,
    namespace,
    refusal,
    unknown_properties,
)

MAX_ID, MAX_SLUG, MAX_NAME = 60, 40, 100
MAX_NODES, MOST_TOLD = 1_000, 200
_PLAIN = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", re.ASCII)
_MARKUP = re.compile(r"<[a-zA-Z/!?]")
_DRAWINGS = (
    "http://www.omg.org/spec/BPMN/20100524/DI",
    "http://www.omg.org/spec/DD/20100524/DC",
    "http://www.omg.org/spec/DD/20100524/DI",
)
_EXTENSIONS = frozenset(
    {
        *("properties", "property", "serviceTaskOperator", "parameters", "parameter"),
        *("calledDecisionId", "preScript", "postScript", "messagePayload", "payloadExpression"),
        *("messageVariable", "variableName"),
    }
)
_HAVE_IDS = FLOW_NODES | SCOPES | {"sequenceFlow", "lane", "message", "signal", "error", "escalation"}
_TOLD_AS_DRAWN = {
    "textAnnotation": ("注釈", "the annotation"),
    "dataStoreReference": ("データストア", "the data store"),
    "messageFlow": ("メッセージフロー", "the message flow"),
    "group": ("グループの枠", "the group"),
    "participant": ("流れのない参加者", "the participant without a process"),
}  # what other editors draw, and people may think that it is done
_SHOWN = ("name", "title_en")
_OF_NO_CONSEQUENCE = frozenset(
    {
        *(SPIFF, "urn:kokuho-portal:bpmn", "http://www.w3.org/2001/XMLSchema-instance"),
        "http://www.w3.org/XML/1998/namespace",
        *("http://bpmn.io/schema/bpmn/biocolor/1.0", "http://www.omg.org/spec/BPMN/non-normative/color/1.0"),
    }
)  # ours, those of the file format, and colours


def check(diagram: Diagram) -> None:
    """Tell what cannot stand in a diagram, or not so."""
    _processes(diagram)
    seen: dict[str, Any] = {}
    crowded = sum(1 for _ in diagram.each(*FLOW_NODES)) > MAX_NODES
    if crowded:
        diagram.tell("too_many_elements", diagram.root, limit=f"{MAX_NODES:,}")
    for node in elements(diagram.root):
        _id(diagram, node, seen)
        _name(diagram, node)
        if _inside_extension(node):
            _extension(diagram, node)
        elif not is_bpmn(node) and namespace(node) not in _DRAWINGS:
            diagram.tell("foreign_element", node, what=node.tag)
        elif not crowded:
            _attributes(diagram, node)
            _kind(diagram, node)


def _processes(diagram: Diagram) -> None:
    if not diagram.processes:
        diagram.tell("no_process", diagram.root)
    for name, process in diagram.processes.items():
        if process.get("isExecutable") == "false":
            diagram.tell("not_executable", process, what=name)


def _id(diagram: Diagram, node: Any, seen: dict[str, Any]) -> None:
    kind, found = local(node), node.get("id")
    if not is_bpmn(node) and namespace(node) not in _DRAWINGS:
        return
    if found is None:
        if is_bpmn(node) and kind in _HAVE_IDS:
            diagram.tell("id_missing", node, what=kind)
        return
    if found in seen:
        diagram.tell("duplicate_id", node, what=found, other=seen[found].sourceline)
    seen[found] = node
    if not is_bpmn(node) or kind not in _HAVE_IDS:
        return
    limit = MAX_SLUG if kind == "process" else MAX_ID
    if len(found) > limit:
        diagram.tell("id_too_long", node, limit=limit)
    elif kind in FLOW_NODES | SCOPES and not _PLAIN.fullmatch(found):
        diagram.tell("id_not_plain", node)


def _name(diagram: Diagram, node: Any) -> None:
    names = [node.get("name")] if is_bpmn(node) else []
    if local(node) == "property" and node.get("name") in _SHOWN:
        names.append(node.get("value"))
    for name in filter(None, names):
        if len(name) > MAX_NAME:
            diagram.tell("name_too_long", node, limit=MAX_NAME)
        if _MARKUP.search(name) or any(not one.isprintable() and one not in "\n\t" for one in name):
            diagram.tell("markup_in_name", node)
    if is_bpmn(node) and local(node) in {"userTask", "manualTask"} and not node.get("name"):
        diagram.tell("name_missing", node)


def _inside_extension(node: Any) -> bool:
    return any(local(one) == "extensionElements" and is_bpmn(one) for one in node.iterancestors())


def _extension(diagram: Diagram, node: Any) -> None:
    if namespace(node) != SPIFF or local(node) not in _EXTENSIONS:
        diagram.tell(
            "unknown_extension", node, what=f"{node.prefix}:{local(node)}" if node.prefix else local(node)
        )
    elif local(node) == "property" and node.get("name") in FOREIGN_PROPERTIES:
        diagram.tell("unknown_extension", node, what=node.get("name"))


def _attributes(diagram: Diagram, node: Any) -> None:
    """What another editor says of an element by attributes (who, until when) is not done here."""
    if not is_bpmn(node) or node is diagram.root:
        return
    foreign = [QName(one) for one in node.attrib]
    told = [one for one in foreign if one.namespace and one.namespace not in _OF_NO_CONSEQUENCE]
    if told:
        prefixes = {uri: prefix for prefix, uri in node.nsmap.items()}
        names = sorted(f"{prefixes.get(one.namespace)}:{one.localname}" for one in told)
        diagram.tell("unknown_extension", node, what=", ".join(names)[:MOST_TOLD])


def _kind(diagram: Diagram, node: Any) -> None:
    kind = local(node)
    if is_bpmn(node) and kind in _TOLD_AS_DRAWN:
        _drawn_only(diagram, node)
    if not is_bpmn(node) or kind in DRAWN_ONLY:
        return
    reason = refusal(node)
    if reason == "start_events_many" and node.find(f"{{{BPMN}}}startEvent") is None:
        reason = None  # told as no_start_event
    if reason is not None:
        diagram.tell(reason, node)
    elif kind in DATA_ASSOCIATIONS:
        diagram.tell("data_drawn_only", node)
    if unknown_properties(node):
        diagram.tell("property_unknown", node)


def _drawn_only(diagram: Diagram, node: Any) -> None:
    """Tell what a diagram from elsewhere shows and nothing here does, by what it is called."""
    if local(node) == "participant" and node.get("processRef"):
        return
    ja, en = _TOLD_AS_DRAWN[local(node)]
    called = " ".join((node.findtext(f"{{{BPMN}}}text") or node.get("name") or "").split())
    ja, en = (f"{ja}「{called}」", f"{en} “{called}”") if called else (ja, en)
    diagram.tell("drawn_only", node, what=en, ja=ja)
