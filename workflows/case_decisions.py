"""Which decision tables a case has asked, what they read, and which rules matched, in the words of the table.

The words come from the definition that the case had at that moment. Who may not see the entry of a case yet
(CasePage.blind) sees none of this, since the inputs are taken from it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from models.evaluation import DecisionEvaluation
from services.cases import CasePage
from services.context import Context
from workflows.diagrams import words_of_tables
from workflows.engine import definitions
from workflows.engine.dmn.decision_tables import DecisionTable
from workflows.engine.parser import Specification


@dataclass(frozen=True)
class ShownRule:
    """A rule that matched: its number, its cells by column, its note; whether it counted."""

    number: int
    tests: Sequence[tuple[str, str]]
    outputs: Sequence[tuple[str, str]]
    description: str
    decided: bool


@dataclass(frozen=True)
class ShownTable:
    owner: str
    inputs: Sequence[tuple[str, str]]
    rules: Sequence[ShownRule]
    value: str


@dataclass(frozen=True)
class ShownDecision:
    """One run of a business rule task."""

    at: datetime
    title: str
    tables: Sequence[ShownTable]


def read(ctx: Context, page: CasePage, language: str) -> list[ShownDecision]:
    """The decisions of a case, newest first; none for a reader who may not see the entry yet."""
    if page.blind:
        return []
    return [
        ShownDecision(one.at, _title(ctx, one, language), [*_tables(ctx, one, language)])
        for one in reversed(page.evaluations)
    ]


def _title(ctx: Context, kept: DecisionEvaluation, language: str) -> str:
    words = definitions.by_hash(ctx.session, kept.definition_hash).title_of(kept.element_id)
    return words[language == "en"] or kept.decision_name


def _tables(ctx: Context, kept: DecisionEvaluation, language: str) -> Iterable[ShownTable]:
    specification = definitions.by_hash(ctx.session, kept.definition_hash)
    words = words_of_tables(specification.bundle, language)
    for told in kept.tables:
        table = _table_of(specification, told["owner"])
        first = told["rules"][:1] if table and table.policy_name == "FIRST" else told["rules"]
        rules = [_rule(table, number, words, decided=number in first) for number in told["rules"]]
        inputs = [(words(label), text) for label, text in told["inputs"]]
        yield ShownTable(words(told["owner"]), inputs, rules, told["value"])


def _table_of(specification: Specification, owner: str) -> DecisionTable | None:
    tables = (table for one in specification.decisions.values() for table in one.tables)
    return next((table for table in tables if table.owner == owner), None)


def _rule(
    table: DecisionTable | None, number: int, words: Callable[[str], str], *, decided: bool
) -> ShownRule:
    if table is None or number > len(table.rules):
        return ShownRule(number, (), (), "", decided)
    tests, outputs = ([(words(label), text) for label, text in side] for side in table.rule_texts(number))
    return ShownRule(number, tests, outputs, words(table.rules[number - 1].description), decided)
