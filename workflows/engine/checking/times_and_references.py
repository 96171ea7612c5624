"""Timers that are a time, and events that name a message, signal, error or escalation that there is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from workflows.engine.checking.diagram import Diagram
from workflows.engine.elements import timers
from workflows.engine.feel.errors import FeelError
from workflows.engine.feel.expressions import compile_expression
from workflows.engine.supported import BPMN, local

MAX_TURNS = 1_000
_REFERENCES = {
    "messageEventDefinition": ("message", "messageRef"),
    "signalEventDefinition": ("signal", "signalRef"),
    "errorEventDefinition": ("error", "errorRef"),
    "escalationEventDefinition": ("escalation", "escalationRef"),
    "sendTask": ("message", "messageRef"),
    "receiveTask": ("message", "messageRef"),
}
_TIMES = ("timeDate", "timeDuration", "timeCycle")
_WHICH = {"timeDate": "date", "timeDuration": "duration", "timeCycle": "cycle"}
_SOME_DAY = datetime(2026, 4, 1, 9, 0, tzinfo=UTC)  # only to see of which kind a constant is


def check(diagram: Diagram) -> None:
    """Tell what refers to nothing, and timers that give no time."""
    for node in diagram.each(*_REFERENCES):
        kind, attribute = _REFERENCES[local(node)]
        told = node.get(attribute)
        if told is not None and told not in diagram.declared[kind]:
            diagram.tell("reference_unknown", node, which=attribute, what=told)
    for timer in diagram.each("timerEventDefinition"):
        _timer(diagram, timer)
    _repetitions(diagram)


def _timer(diagram: Diagram, timer: Any) -> None:
    told = [one for one in timer if local(one) in _TIMES]
    if len(told) != 1 or not (told[0].text or "").strip():
        diagram.tell("timer_missing", timer)
        return
    found = _constant(timers.as_feel(told[0].text))
    if found is not None and not _fits(local(told[0]), found):
        diagram.tell("timer_wrong", told[0], which=_WHICH[local(told[0])], what=told[0].text.strip())


def _constant(text: str) -> Any:
    """The value of an expression that reads no data; None where it is none, or is told elsewhere."""
    try:
        compiled = compile_expression(text, None)
        return None if compiled.reads else compiled.evaluate({}, clock=_SOME_DAY)
    except FeelError:
        return None


def _fits(kind: str, value: Any) -> bool:
    """Whether the engine can reckon a moment of this value."""
    try:
        if kind == "timeDate":
            return timers.moment_of(value) is not None
        if kind == "timeCycle":
            return timers.is_cycle(value, _SOME_DAY)
        return timers.after(_SOME_DAY, value) is not None
    except (OverflowError, ValueError):
        return False  # beyond the year 9999


def _repetitions(diagram: Diagram) -> None:
    for loop in diagram.each("standardLoopCharacteristics"):
        told = loop.get("loopMaximum")
        if told is not None and not (told.isascii() and told.isdigit() and int(told[:9]) <= MAX_TURNS):
            diagram.tell("loop_too_many", loop, what=told, limit=MAX_TURNS)
    for cardinality in diagram.root.iter(f"{{{BPMN}}}loopCardinality"):
        value = _constant(cardinality.text or "")
        if value is not None and not (isinstance(value, int) and 0 <= value <= MAX_TURNS):
            diagram.tell("loop_too_many", cardinality, what=value, limit=MAX_TURNS)
