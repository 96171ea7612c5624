"""Every expression of a diagram is FEEL over names that the case will have, before a case begins (Ruling 2).

Looks at the XML only, so that what is wrong is told by file and element, all of it at once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from lxml import etree

from workflows.engine.feel.errors import FeelError
from workflows.engine.feel.expressions import Expression, compile_context, compile_expression

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
EVERY_CASE = frozenset({"case", "form", "outcome"})
EXPRESSIONS = frozenset(
    {
        *("conditionExpression", "condition", "loopCondition", "completionCondition", "loopCardinality"),
        *("timeDate", "timeDuration", "timeCycle", "messagePayload", "payloadExpression"),
    }
)
SCRIPTS = frozenset({"script", "preScript", "postScript"})

Compile = Callable[[str, Collection[str] | None], Expression]


def names_in(roots: Mapping[str, Any]) -> frozenset[str]:
    """The names that data of a case may have: its own, and what tables, operations and scripts give back."""
    found = set(EVERY_CASE)
    for root in roots.values():
        for node in _elements(root):
            if _local(node) == "calledDecisionId":
                found.add(str(node.text))
            elif node.get("resultVariable"):
                found.add(node.get("resultVariable"))
            elif _local(node) in SCRIPTS:
                found |= _entries(str(node.text or ""))
    return frozenset(found)


def problems(name: str, root: Any, names: frozenset[str]) -> list[str]:
    """What keeps a diagram from being run: `file: element: why`, for every expression that is none."""
    found = []
    for node, text, compiled in _expressions(root):
        try:
            compiled(text, names)
        except FeelError as error:
            found.append(f"{name}: {_element_id(node)}: {error}")
    return found


def _expressions(root: Any) -> Iterator[tuple[Any, str, Compile]]:
    for node in _elements(root):
        local = _local(node)
        if local in EXPRESSIONS:
            yield node, str(node.text or ""), compile_expression
        elif local in SCRIPTS:
            yield node, str(node.text or ""), compile_context
        elif local == "parameter" or (local == "property" and node.get("name") == "due_from"):
            yield node, str(node.get("value") or ""), compile_expression


def _entries(script: str) -> set[str]:
    try:
        return set(compile_context(script, None).entries)
    except FeelError:
        return set()  # told by `problems`


def _element_id(node: Any) -> str:
    """The id of the flow, task or event that the expression belongs to."""
    around = (
        one for one in node.iterancestors(f"{{{BPMN}}}*") if not _local(one).endswith("EventDefinition")
    )
    return next((str(one.get("id")) for one in around if one.get("id")), "?")


def _elements(root: Any) -> Iterator[Any]:
    return (node for node in root.iter() if isinstance(node.tag, str))


def _local(node: Any) -> str:
    return etree.QName(node).localname
