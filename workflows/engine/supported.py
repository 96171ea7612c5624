"""What of BPMN the engine runs, and why it refuses the rest: one table, read by the check at upload.

Each row was found by running it: every element is taken through a case that is frozen and thawed after
each step (tests/workflows/engine/elements). What SpiffWorkflow 3.2.0 does not carry rightly, and we do not
mend, is refused by name, so that no case ever stalls on it (docs/workflow-engine.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from lxml import etree

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
SPIFF = "http://spiffworkflow.org/bpmn/schema/1.0/core"

ACTIVITIES = frozenset(
    {
        *("userTask", "manualTask", "serviceTask", "scriptTask", "businessRuleTask"),
        *("sendTask", "receiveTask", "callActivity", "subProcess", "transaction"),
    }
)
GATEWAYS = frozenset({"exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway"})
EVENTS = frozenset(
    {"startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent"}
)
FLOW_NODES = ACTIVITIES | GATEWAYS | EVENTS

# Where an event stands -> the definitions that may stand in it. "" is an event without a definition.
PLACES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "start": frozenset({""}),
        "event_subprocess_start": frozenset({"message", "signal", "error", "escalation"}),
        "catch": frozenset({"message", "signal", "timer"}),
        "throw": frozenset({"", "message", "signal", "escalation"}),
        "boundary": frozenset({"message", "signal", "timer", "error", "escalation"}),
        "transaction_boundary": frozenset({"message", "signal", "timer", "error", "escalation", "cancel"}),
        "end": frozenset({"", "message", "signal", "error", "escalation", "terminate"}),
        "transaction_end": frozenset({"", "message", "signal", "error", "escalation", "terminate", "cancel"}),
        "after_event_gateway": frozenset({"message", "signal", "timer"}),
    }
)
ALWAYS_INTERRUPTS = frozenset({"error", "cancel"})
DRAWN_ONLY = frozenset(
    {
        *("documentation", "textAnnotation", "association", "group", "category", "categoryValue"),
        *("dataObject", "dataObjectReference", "dataStore", "dataStoreReference", "laneSet", "lane"),
    }
)

# Extension properties (`spiffworkflow:property`) by the element that may have them.
TASK_PROPERTIES = frozenset({"title_en"})
PROPERTIES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "userTask": TASK_PROPERTIES
        | {"form", "writes", "fixed", "not_by", "outcomes", "due_days", "due_from", "examine"},
        "manualTask": TASK_PROPERTIES
        | {"form", "writes", "fixed", "not_by", "outcomes", "due_days", "due_from", "examine"},
        "serviceTask": TASK_PROPERTIES | {"async", "retries", "retry_after"},
        "receiveTask": TASK_PROPERTIES | {"correlation"},
        "sendTask": TASK_PROPERTIES | {"correlation"},
        "startEvent": TASK_PROPERTIES | {"correlation"},
        "endEvent": TASK_PROPERTIES | {"correlation"},
        "intermediateCatchEvent": TASK_PROPERTIES | {"correlation"},
        "intermediateThrowEvent": TASK_PROPERTIES | {"correlation"},
        "boundaryEvent": TASK_PROPERTIES | {"correlation"},
    }
)
DATA_ASSOCIATIONS = frozenset({"dataInputAssociation", "dataOutputAssociation"})
FOREIGN_PROPERTIES = frozenset({"formJsonSchemaFilename", "formUiSchemaFilename"})  # spiff-arena's own
FEEL_PROPERTIES = frozenset({"due_from", "correlation"})

REASONS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "element_unknown": (
            "この要素は実行できません。対応している要素に描き直してください。",
            "The engine does not run this element. Draw it with one that is supported.",
        ),
        "event_not_here": (
            "この種類のイベントは、ここでは使えません。",
            "An event of this kind cannot stand here.",
        ),
        "event_multiple": (
            "一つのイベントに複数の定義は付けられません。イベントを分けてください。",
            "An event has one definition only. Draw one event for each.",
        ),
        "event_unknown": (
            "この種類のイベント(補償・条件・リンクなど)には対応していません。",
            "Events of this kind (compensation, conditional, link) are not run.",
        ),
        "start_by_event": (
            "手続は受付から始まります。最上位の開始イベントに定義は付けられません。",
            "A case begins with a deed. A start event of the process has no definition.",
        ),
        "start_events_many": (
            "開始イベントは一つだけにしてください。",
            "A process or sub-process has exactly one start event.",
        ),
        "timer_start": (
            "時刻で始まるイベントサブプロセスには対応していません。サブプロセスの境界に置いてください。",
            "An event sub-process cannot start by a timer. Put a timer on the boundary of a sub-process.",
        ),
        "timer_cycle": (
            "繰り返しのタイマーは、中断しない境界イベントだけで使えます。",
            "A timer cycle can stand only on a boundary event that does not interrupt.",
        ),
        "error_must_interrupt": (
            "エラーと取消のイベントは必ず中断します。",
            "Events of errors and cancellations always interrupt.",
        ),
        "cancel_outside": (
            "取消のイベントはトランザクションだけで使えます。",
            "A cancel event belongs to a transaction.",
        ),
        "adhoc": (
            "アドホックサブプロセスには対応していません。順序を描いてください。",
            "Ad-hoc sub-processes are not run. Draw the order.",
        ),
        "task_undecided": (
            "作業の種類が決まっていません。人の作業か、システムの処理かを選んでください。",
            "The task has no kind. Say whether people or the system do it.",
        ),
        "complex_gateway": (
            "複合ゲートウェイには対応していません。",
            "Complex gateways are not run. Use inclusive or parallel ones.",
        ),
        "gateway_instantiates": (
            "イベントゲートウェイで手続を始めることはできません。",
            "An event-based gateway cannot begin a case.",
        ),
        "gateway_parallel_events": (
            "すべてのイベントを待つイベントゲートウェイには対応していません。並列ゲートウェイを使ってください。",
            "An event-based gateway waits for the first event. Use a parallel gateway to wait for all.",
        ),
        "data_mapping": (
            "データの受け渡し(ioSpecification、data association)には対応していません。式で書いてください。",
            "Data associations and ioSpecification are not run. Say it by FEEL.",
        ),
        "correlation_standard": (
            "相関は拡張プロパティ correlation に式で書いてください。",
            "Say the correlation key by FEEL in the property `correlation`.",
        ),
        "loop_unbounded": (
            "繰り返しには loopMaximum か loopCondition が必要です。",
            "A loop needs loopMaximum or loopCondition.",
        ),
        "instances_unknown": (
            "マルチインスタンスには loopDataInputRef か loopCardinality のどちらか一つが必要です。",
            "A multi-instance activity needs either loopDataInputRef or loopCardinality.",
        ),
        "for_compensation": (
            "補償の作業には対応していません。取消の手順を描いてください。",
            "Compensation is not run. Draw the steps that undo.",
        ),
        "message_unnamed": (
            "メッセージ・シグナルの名前がありません。",
            "The message or signal has no name.",
        ),
        "condition_on_activity": (
            "作業から出る流れは一本だけにしてください。分岐はゲートウェイで描いてください。",
            "One flow leaves an activity or event. Part the ways by a gateway.",
        ),
        "property_unknown": (
            "この拡張プロパティはこの要素では使えません。",
            "The element does not know this extension property.",
        ),
    }
)
_REWORKS = frozenset({"transformation", "assignment"})  # what an association does beyond being drawn
_NEVER = MappingProxyType(
    {
        "task": "task_undecided",
        "adHocSubProcess": "adhoc",
        "complexGateway": "complex_gateway",
        "ioSpecification": "data_mapping",
        "correlationKey": "correlation_standard",
        "correlationProperty": "correlation_standard",
        "correlationSubscription": "correlation_standard",
        "processVariableCorrelation": "correlation_standard",
        "globalTask": "element_unknown",
        "globalUserTask": "element_unknown",
        "globalScriptTask": "element_unknown",
        "globalBusinessRuleTask": "element_unknown",
        "choreography": "element_unknown",
        "choreographyTask": "element_unknown",
        "conversation": "element_unknown",
        "subChoreography": "element_unknown",
    }
)


def refusal(node: Any) -> str | None:
    """Why one XML element of a diagram cannot be run: a key of `REASONS`, or None where it can.

    Looks at the element and what stands around it only; ask it for every element of a file.
    """
    name = local(node)
    if name in _NEVER:
        return _NEVER[name]
    if name in DATA_ASSOCIATIONS:
        return None if _drawn_only(node) else "data_mapping"
    if name in EVENTS:
        return _event(node, name)
    if name == "eventBasedGateway":
        return _event_gateway(node)
    if name in ACTIVITIES:
        return _activity(node)
    if name in {"process", "subProcess", "transaction"}:
        return _starts(node)
    if name.endswith(("Task", "Gateway", "Event")) and name not in FLOW_NODES and namespace(node) == BPMN:
        return "element_unknown"
    return None


def _drawn_only(association: Any) -> bool:
    """Whether a data association is a mere line to a data object or store of the diagram."""
    if any(local(one) in _REWORKS for one in _children(association)):
        return False
    end = "sourceRef" if local(association) == "dataInputAssociation" else "targetRef"
    told = association.find(f"{{{BPMN}}}{end}")
    kinds = [f"{{{BPMN}}}{one}" for one in ("dataObjectReference", "dataObject", "dataStoreReference")]
    known = (one.get("id") for scope in association.iterancestors() for one in scope.iterchildren(*kinds))
    return told is not None and (told.text or "").strip() in known


def unknown_properties(node: Any) -> list[str]:
    """The names of extension properties that an element does not know."""
    known = PROPERTIES.get(local(node), TASK_PROPERTIES)
    found = node.iterfind(f"{{{BPMN}}}extensionElements/{{{SPIFF}}}properties/{{{SPIFF}}}property")
    return [str(one.get("name")) for one in found if one.get("name") not in known | FOREIGN_PROPERTIES]


def place_of(node: Any) -> str:
    """Where an event stands: a key of `PLACES`."""
    name, inside = local(node), node.getparent()
    if name == "startEvent":
        return "event_subprocess_start" if inside.get("triggeredByEvent") == "true" else "start"
    if name == "boundaryEvent":
        host = _by_id(inside, node.get("attachedToRef"))
        return "transaction_boundary" if host is not None and local(host) == "transaction" else "boundary"
    if name == "endEvent":
        return "transaction_end" if local(inside) == "transaction" else "end"
    if name == "intermediateThrowEvent":
        return "throw"
    return "after_event_gateway" if _after_event_gateway(node) else "catch"


def definitions_of(node: Any) -> list[str]:
    """The kinds of the definitions of an event: `timer`, `message`, …"""
    ending = "EventDefinition"
    return [local(one).removesuffix(ending) for one in _children(node) if local(one).endswith(ending)]


def local(node: Any) -> str:
    """The name of an XML element without its namespace; empty for comments."""
    return str(etree.QName(node).localname) if isinstance(node.tag, str) else ""


def namespace(node: Any) -> str:
    """The namespace of an XML element."""
    return str(etree.QName(node).namespace)


def _event(node: Any, name: str) -> str | None:
    kinds = definitions_of(node)
    if len(kinds) > 1:
        return "event_multiple"
    kind = kinds[0] if kinds else ""
    place = place_of(node)
    if kind not in {one for kinds in PLACES.values() for one in kinds}:
        return "event_unknown"
    if kind not in PLACES[place]:
        return _why_not_here(place, kind)
    if kind in ALWAYS_INTERRUPTS and "false" in {node.get("cancelActivity"), node.get("isInterrupting")}:
        return "error_must_interrupt"
    if kind == "timer" and _cycle(node) and not (name == "boundaryEvent" and _lets_go_on(node)):
        return "timer_cycle"
    if kind in {"message", "signal"} and not _named(node, kind):
        return "message_unnamed"
    return _flows(node)


def _why_not_here(place: str, kind: str) -> str:
    if place == "start":
        return "start_by_event"
    if place == "event_subprocess_start" and kind == "timer":
        return "timer_start"
    return "cancel_outside" if kind == "cancel" else "event_not_here"


def _activity(node: Any) -> str | None:
    if node.get("isForCompensation") == "true":
        return "for_compensation"
    loop = node.find(f"{{{BPMN}}}standardLoopCharacteristics")
    if loop is not None and loop.get("loopMaximum") is None and loop.find(f"{{{BPMN}}}loopCondition") is None:
        return "loop_unbounded"
    many = node.find(f"{{{BPMN}}}multiInstanceLoopCharacteristics")
    if many is not None:
        told = [many.find(f"{{{BPMN}}}{one}") for one in ("loopDataInputRef", "loopCardinality")]
        if sum(one is not None for one in told) != 1:
            return "instances_unknown"
    if local(node) in {"sendTask", "receiveTask"} and not _named(node, "message"):
        return "message_unnamed"
    if local(node) in {"subProcess", "transaction"} and _starts(node):
        return "start_events_many"
    return _flows(node)


def _event_gateway(node: Any) -> str | None:
    if node.get("instantiate") == "true":
        return "gateway_instantiates"
    if node.get("eventGatewayType") == "Parallel":
        return "gateway_parallel_events"
    targets = [
        _by_id(node.getparent(), flow.get("targetRef")) for flow in _leaving(node.getparent(), node.get("id"))
    ]
    wrong = [
        one for one in targets if one is None or local(one) not in {"intermediateCatchEvent", "receiveTask"}
    ]
    return "event_not_here" if wrong or not targets else None


def _starts(node: Any) -> str | None:
    starts = node.findall(f"{{{BPMN}}}startEvent")
    return None if len(starts) == 1 else "start_events_many"


def _flows(node: Any) -> str | None:
    leaving = _leaving(node.getparent(), node.get("id"))
    return "condition_on_activity" if len(leaving) > 1 else None


def _leaving(inside: Any, element_id: str) -> list[Any]:
    return [
        flow for flow in inside.iterfind(f"{{{BPMN}}}sequenceFlow") if flow.get("sourceRef") == element_id
    ]


def _after_event_gateway(node: Any) -> bool:
    inside = node.getparent()
    sources = {
        flow.get("sourceRef")
        for flow in inside.iterfind(f"{{{BPMN}}}sequenceFlow")
        if flow.get("targetRef") == node.get("id")
    }
    gateways = {one.get("id") for one in inside.iterfind(f"{{{BPMN}}}eventBasedGateway")}
    return bool(sources & gateways)


def _named(node: Any, kind: str) -> bool:
    """Whether the message or signal that an event or task names is declared and has a name."""
    definition = node.find(f"{{{BPMN}}}{kind}EventDefinition")
    reference = (node if definition is None else definition).get(f"{kind}Ref")
    declared = [
        one
        for one in node.getroottree().getroot().iterfind(f"{{{BPMN}}}{kind}")
        if one.get("id") == reference
    ]
    return bool(reference and declared and declared[0].get("name"))


def _cycle(node: Any) -> bool:
    return node.find(f"{{{BPMN}}}timerEventDefinition/{{{BPMN}}}timeCycle") is not None


def _lets_go_on(node: Any) -> bool:
    return str(node.get("cancelActivity", "true")) == "false"


def _by_id(inside: Any, element_id: str | None) -> Any:
    return next((one for one in _children(inside) if one.get("id") == element_id), None)


def _children(node: Any) -> list[Any]:
    return [one for one in node if isinstance(one.tag, str)]
