"""Every expression of a diagram is FEEL over names that the case will have, before it begins (Ruling 2)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any

from workflows.engine.checking.diagram import Diagram, elements
from workflows.engine.elements.timers import as_feel
from workflows.engine.feel.errors import FeelError
from workflows.engine.feel.expressions import Expression, compile_context, compile_expression
from workflows.engine.feel.languages import is_feel
from workflows.engine.supported import BPMN, FEEL_PROPERTIES, local

EVERY_CASE = frozenset({"case", "form", "outcome"})
EXPRESSIONS = frozenset(
    {
        *("conditionExpression", "condition", "loopCondition", "completionCondition", "loopCardinality"),
        "loopDataInputRef",
        *("messagePayload", "payloadExpression"),
    }
)
TIMES = frozenset({"timeDate", "timeDuration", "timeCycle"})
SCRIPTS = frozenset({"script", "preScript", "postScript"})
_NAMES = frozenset({"calledDecisionId", "loopDataOutputRef", "messageVariable", "variableName"})
_ITEMS = frozenset({"inputDataItem", "outputDataItem"})
_EXCERPT = 20

Compile = Callable[[str, Collection[str] | None], Expression]


def names_in(diagrams: Iterable[Diagram]) -> frozenset[str]:
    """The names that data of a case may have: its own, and what tables, operations and scripts give back."""
    found = set(EVERY_CASE)
    for diagram in diagrams:
        for node in elements(diagram.root):
            kind = local(node)
            if kind in _NAMES:
                found.add((node.text or "").strip())
            elif kind in _ITEMS:
                found |= {str(node.get(one)) for one in ("id", "name") if node.get(one)}
            elif kind in SCRIPTS:
                found |= _entries(node.text or "")
            if node.get("resultVariable"):
                found.add(node.get("resultVariable"))
    return frozenset(found)


def check(diagram: Diagram, names: frozenset[str]) -> None:
    """Tell every expression that is none, or that reads what no case has."""
    for node, text, compiled in _expressions(diagram.root):
        try:
            compiled(text, names)
        except FeelError as error:
            diagram.tell(
                "not_feel",
                node,
                row=error.line,
                column=error.column,
                excerpt=excerpt(text, error),
                why=error.message_ja,
            )


def check_languages(diagram: Diagram) -> None:
    """Tell scripts and expressions that say they are of another language."""
    for node in elements(diagram.root):
        told = node.get("scriptFormat") if local(node) == "scriptTask" else node.get("language")
        if told and not is_feel(told):
            diagram.tell("foreign_language", node, what=told)
    for task in diagram.each("scriptTask"):
        if task.find(f"{{{BPMN}}}script") is None:
            diagram.tell("script_missing", task)


def excerpt(text: str, error: FeelError) -> str:
    """The place of a fault in the text, as people can find it."""
    lines = text.splitlines() or [""]
    line = lines[min(error.line, len(lines)) - 1]
    start = max(error.column - 1, 0)
    return f"'{line[start : start + _EXCERPT]}'" if line[start:].strip() else "the end"


def _expressions(root: Any) -> Iterator[tuple[Any, str, Compile]]:
    for node in elements(root):
        kind = local(node)
        if kind in EXPRESSIONS:
            yield node, node.text or "", compile_expression
        elif kind in TIMES:
            yield node, as_feel(node.text), compile_expression
        elif kind in SCRIPTS:
            yield node, node.text or "", compile_context
        elif kind == "parameter" or (kind == "property" and node.get("name") in FEEL_PROPERTIES):
            yield node, node.get("value") or "", compile_expression


def _entries(script: str) -> set[str]:
    try:
        return set(compile_context(script, None).entries)
    except FeelError:
        return set()  # told by `check`
