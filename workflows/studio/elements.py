"""The elements of a parcel as a list: the diagram for who reads or hears it line by line; and their edit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from lxml import etree

from services.errors import NotFound, RuleBroken
from workflows.engine.bundle import Bundle
from workflows.engine.parser import NAME_EN, TITLE_EN, english_name, safe_xml
from workflows.engine.supported import BPMN, FLOW_NODES, SPIFF, local, namespace

KINDS = {
    "userTask": ("人の作業", "Task for people"),
    "manualTask": ("手作業", "Manual task"),
    "serviceTask": ("システムの処理", "Service"),
    "scriptTask": ("計算", "Script"),
    "businessRuleTask": ("判定表", "Decision table"),
    "sendTask": ("送信", "Send"),
    "receiveTask": ("受信", "Receive"),
    "callActivity": ("別の手順の呼出し", "Called process"),
    "subProcess": ("部分の流れ", "Sub-process"),
    "transaction": ("取引", "Transaction"),
    "exclusiveGateway": ("分岐(どれか1つ)", "Exclusive gateway"),
    "parallelGateway": ("分岐(すべて)", "Parallel gateway"),
    "inclusiveGateway": ("分岐(当てはまるもの)", "Inclusive gateway"),
    "eventBasedGateway": ("分岐(最初の出来事)", "Event-based gateway"),
    "startEvent": ("開始", "Start"),
    "endEvent": ("終了", "End"),
    "intermediateCatchEvent": ("待ち", "Waits for an event"),
    "intermediateThrowEvent": ("知らせ", "Throws an event"),
    "boundaryEvent": ("作業に付く出来事", "Event at a task"),
}
FOR_PEOPLE = frozenset({"userTask", "manualTask"})
LONGEST_NAME = 100
MOST_DAYS = 999
_EXTENSIONS, _PROPERTIES, _PROPERTY = (
    f"{{{BPMN}}}extensionElements",
    f"{{{SPIFF}}}properties",
    f"{{{SPIFF}}}property",
)


@dataclass(frozen=True)
class Flow:
    """A flow that leaves an element: its own id and names, and the id of what it leads to."""

    id: str
    ja: str
    en: str
    target: str


@dataclass(frozen=True)
class ListedElement:
    """An element of a diagram. `kind` is a key of `KINDS`; `leaving` the flows that lead on."""

    process: str
    id: str
    kind: str
    ja: str
    en: str
    role: str
    form: str
    operation: str
    due_days: str
    leaving: tuple[Flow, ...]

    @property
    def next(self) -> tuple[str, ...]:
        """The ids that it leads to."""
        return tuple(one.target for one in self.leaving)

    @property
    def is_for_people(self) -> bool:
        return self.kind in FOR_PEOPLE


@dataclass(frozen=True)
class Words:
    """What an element is called, and by how many working days a task for people is due (empty: no term)."""

    ja: str
    en: str
    due_days: str | None = None


def list_elements(bundle: Bundle) -> list[ListedElement]:
    """All steps, gateways and events, the procedure's own first, in the order of the files."""
    names = sorted(bundle.bpmn, key=lambda name: (name != bundle.slug, name))
    return [one for name in names for one in _elements(name, safe_xml(bundle.bpmn[name].encode(), name))]


def changed(bundle: Bundle, process: str, element_id: str, words: Words) -> Bundle:
    """The parcel in which an element is called so.

    Raises:
        NotFound: there is no such element.
        RuleBroken: the name is missing or too long, or the term is no number of days.
    """
    _must_be_fit(words)
    source = bundle.bpmn.get(process)
    root = None if source is None else safe_xml(source.encode(), process)
    found = [] if root is None else [one for one in _nodes(root) if one.get("id") == element_id]
    if root is None or not found:
        raise NotFound("この要素は図にありません。", "There is no such element on the diagram.")
    node = found[0]
    node.set("name", words.ja)
    if local(node) in FOR_PEOPLE:
        _set_property(node, TITLE_EN, words.en)
        if words.due_days is not None:
            _set_property(node, "due_days", words.due_days)
    else:
        _set_english(node, words.en)
    text = etree.tostring(root.getroottree(), encoding="unicode")
    return replace(bundle, bpmn={**bundle.bpmn, process: text})


def _must_be_fit(words: Words) -> None:
    if not words.ja:
        raise RuleBroken("日本語の名前が空です。名前を入力してください。", "The Japanese name is missing.")
    if max(len(words.ja), len(words.en)) > LONGEST_NAME:
        raise RuleBroken(
            f"名前は{LONGEST_NAME}字までです。短くしてください。",
            f"A name may have {LONGEST_NAME} characters. Make it shorter.",
        )
    if not (words.ja + words.en).isprintable():
        raise RuleBroken(
            "名前に使えない文字があります。入力し直してください。", "A name holds hidden characters."
        )
    days = words.due_days
    if days and not (days.isascii() and days.isdigit() and int(days) <= MOST_DAYS):
        raise RuleBroken(
            f"期限は開庁日の数で入力してください(0〜{MOST_DAYS}。期限がないときは空)。",
            f"Say the term as a number of working days (0 to {MOST_DAYS}; empty for none).",
        )


def _set_english(node: Any, text: str) -> None:
    for own in node.iterfind(f"{_EXTENSIONS}/{_PROPERTIES}/{_PROPERTY}"):
        if own.get("name") == TITLE_EN:
            _set_property(node, TITLE_EN, text)
            return
    if text:
        node.set(NAME_EN, text)
    else:
        node.attrib.pop(NAME_EN, None)


def _set_property(node: Any, name: str, value: str) -> None:
    known = node.iterfind(f"{_EXTENSIONS}/{_PROPERTIES}/{_PROPERTY}")
    found = next((one for one in known if one.get("name") == name), None)
    if not value:
        if found is not None:
            found.getparent().remove(found)
        return
    if found is None:
        extensions = node.find(_EXTENSIONS)
        if extensions is None:
            extensions = etree.Element(_EXTENSIONS)
            node.insert(len(node.findall(f"{{{BPMN}}}documentation")), extensions)
        properties = extensions.find(_PROPERTIES)
        if properties is None:
            properties = etree.SubElement(extensions, _PROPERTIES, nsmap={"spiffworkflow": SPIFF})
        found = etree.SubElement(properties, _PROPERTY, name=name)
    found.set("value", value)


def _elements(process: str, root: Any) -> Iterator[ListedElement]:
    lanes = {
        reference.text: lane.get("id") or ""
        for lane in root.iter(f"{{{BPMN}}}lane")
        for reference in lane.iterfind(f"{{{BPMN}}}flowNodeRef")
    }
    leads: dict[str, list[Flow]] = {}
    for flow in root.iter(f"{{{BPMN}}}sequenceFlow"):
        leads.setdefault(flow.get("sourceRef") or "", []).append(_flow(flow))
    for node in _nodes(root):
        element_id, own = node.get("id") or "", _properties(node)
        around = (lanes.get(one.get("id")) for one in (node, *node.iterancestors()))
        yield ListedElement(
            process=process,
            id=element_id,
            kind=local(node),
            ja=node.get("name") or "",
            en=english_name(node) or "",
            role=next((lane for lane in around if lane), ""),
            form=own.get("form", f"{process}/{element_id}") if local(node) in FOR_PEOPLE else "",
            operation=_told(node, f"{_EXTENSIONS}/{{{SPIFF}}}serviceTaskOperator")
            or (node.get("calledElement") or "")
            or (node.findtext(f".//{{{SPIFF}}}calledDecisionId") or "").strip(),
            due_days=own.get("due_days", ""),
            leaving=tuple(leads.get(element_id, ())),
        )


def _flow(node: Any) -> Flow:
    name = node.get("name") or ""
    return Flow(node.get("id") or "", name, english_name(node) or name, node.get("targetRef") or "")


def _nodes(root: Any) -> list[Any]:
    return [
        node
        for node in root.iter(etree.Element)
        if namespace(node) == BPMN and local(node) in FLOW_NODES and node.get("id")
    ]


def _properties(node: Any) -> dict[str, str]:
    found = node.iterfind(f"{_EXTENSIONS}/{_PROPERTIES}/{_PROPERTY}")
    return {str(one.get("name")): str(one.get("value") or "") for one in found}


def _told(node: Any, path: str) -> str:
    operator = node.find(path)
    return "" if operator is None else str(operator.get("id") or "")
