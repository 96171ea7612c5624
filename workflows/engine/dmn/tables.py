"""The door to DMN: a file in, its decisions out, each evaluated together with the decisions it requires."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lxml import etree

from workflows.engine.dmn.decision_tables import (
    DecisionTable,
    LiteralExpression,
    Result,
    read_expression,
    read_table,
)
from workflows.engine.dmn.errors import DmnError
from workflows.engine.dmn.xml_reader import child, children, line_of, local_name, read_xml, reference
from workflows.engine.feel.errors import FeelLimitError, Notice
from workflows.engine.feel.scope import Run, release

REQUIREMENT_DEPTH = 30
_OTHER_LOGIC = frozenset({"context", "invocation", "relation", "list", "functionDefinition", "conditional"})


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a decision gave and why: kept with the case, shown to staff."""

    value: Any
    rules: tuple[int, ...]
    inputs: dict[str, Any]
    notices: tuple[Notice, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision of a file. `required_names` must be brought by the case data."""

    id: str
    name: str
    logic: DecisionTable | LiteralExpression
    requires: tuple["Decision", ...]
    required_names: frozenset[str]
    reads: frozenset[str]

    def evaluate(self, variables: Mapping[str, Any], *, clock: datetime | None = None) -> Any:
        """The result: a value, a context of outputs, or a list of either. None when no rule matches."""
        return self.evaluate_traced(variables, clock=clock).value

    def evaluate_traced(self, variables: Mapping[str, Any], *, clock: datetime | None = None) -> Outcome:
        """The result with the rules that matched, the inputs by column label, and the notices.

        Raises DmnError only, and only when a limit is met.
        """
        try:
            run = Run(variables, self.reads, clock)
            result = self.result_in(run, {})
            inputs = {label: release(run, value) for label, value in result.inputs}
            return Outcome(release(run, result.value), result.rules, inputs, tuple(run.notices))
        except FeelLimitError as error:  # the data or the result as a whole; a cell raises DmnError itself
            raise DmnError(error.message_ja, decision=self.name) from error

    def result_in(self, run: Run, known: dict[str, Result]) -> Result:
        """The result within a run that several decisions share; each is evaluated once."""
        if self.id not in known:
            for required in self.requires:
                run.variables[required.name] = required.result_in(run, known).value
            try:
                known[self.id] = self.logic.evaluate(run)
            except DmnError as error:
                error.decision = self.name
                raise
        return known[self.id]


def parse_dmn(xml: bytes, names: Collection[str] | None = None) -> dict[str, Decision]:
    """The decisions of a DMN 1.1-1.5 file by id, checked and compiled. Raises DmnError.

    A decision that declares its information requirements may say these names only; one that declares none is
    checked against `names` (what the process knows), or not at all when `names` is None.
    """
    root = read_xml(xml)
    if local_name(root) != "definitions":
        raise DmnError("DMN のファイルではありません(definitions がありません)。", line=line_of(root))
    return _File(root, names).decisions()


class _File:
    """The elements of one file by id, and the decisions compiled so far."""

    def __init__(self, root: etree._Element, names: Collection[str] | None) -> None:
        self.names = names
        self.inputs = {entry.get("id", ""): entry for entry in children(root, "inputData")}
        self.elements: dict[str, etree._Element] = {}
        self.ready: dict[str, Decision] = {}
        self.open: list[str] = []
        for element in children(root, "decision"):
            key = element.get("id")
            if not key or key in self.elements:
                raise DmnError("決定(decision)には、それぞれ異なる id が要ります。", line=line_of(element))
            self.elements[key] = element

    def decisions(self) -> dict[str, Decision]:
        if not self.elements:
            raise DmnError("ファイルに決定(decision)がありません。")
        return {key: self.decision(key) for key in self.elements}

    def decision(self, key: str) -> Decision:
        if key in self.ready:
            return self.ready[key]
        element = self.elements[key]
        if key in self.open or len(self.open) >= REQUIREMENT_DEPTH:
            raise DmnError(
                "決定どうしの必要関係が循環しているか、深すぎます。",
                line=line_of(element),
            )
        self.open.append(key)
        try:
            self.ready[key] = self.compiled(key, element)
        except DmnError as error:
            error.decision = error.decision or _name(element)
            raise
        finally:
            self.open.pop()
        return self.ready[key]

    def compiled(self, key: str, element: etree._Element) -> Decision:
        given, required = self.requirements(element)
        declared = {*given, *(decision.name for decision in required)}
        names = declared or self.names
        logic = _logic(element, names)
        own = {decision.name for decision in required}
        texts = list(logic.texts)
        needed = frozenset().union(*(text.names for text in texts)) - own
        reads = frozenset().union(*(text.reads for text in texts)) - own
        return Decision(
            key,
            _name(element),
            logic,
            required,
            needed.union(*(decision.required_names for decision in required)),
            reads.union(*(decision.reads for decision in required)),
        )

    def requirements(self, element: etree._Element) -> tuple[list[str], tuple[Decision, ...]]:
        """The names of required input data, and the required decisions."""
        given, required = [], []
        for requirement in children(element, "informationRequirement"):
            for link in requirement:
                key = reference(link)
                if key in self.inputs:
                    given.append(_name(self.inputs[key]))
                elif key in self.elements:
                    required.append(self.decision(key))
                else:
                    raise DmnError(f"必要な入力「{key[:40]}」がファイルにありません。", line=line_of(link))
        for link in children(element, "knowledgeRequirement"):
            raise DmnError("業務知識モデル(BKM)を使う決定は扱えません。", line=line_of(link))
        return given, tuple(required)


def _name(element: etree._Element) -> str:
    """The name under which expressions say it: that of its variable, else its own."""
    variable = child(element, "variable")
    said = None if variable is None else variable.get("name")
    return said or element.get("name") or element.get("id") or ""


def _logic(element: etree._Element, names: Collection[str] | None) -> DecisionTable | LiteralExpression:
    for part in element:
        kind = local_name(part)
        if kind == "decisionTable":
            return read_table(part, names)
        if kind == "literalExpression":
            return read_expression(part, names)
        if kind in _OTHER_LOGIC:
            raise DmnError(
                f"決定の書き方「{kind}」は扱えません。決定表か式にしてください。", line=line_of(part)
            )
    raise DmnError("決定に、決定表も式もありません。", line=line_of(element))
