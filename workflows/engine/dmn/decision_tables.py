"""A decision table and a literal expression, compiled from their XML; every fault names rule and column."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from lxml import etree

from workflows.engine.dmn.errors import DmnError
from workflows.engine.dmn.hit_policies import (
    AGGREGATIONS,
    POLICIES,
    SORTED_BY_OUTPUT,
    Columns,
    Hit,
    Policy,
    aggregated,
)
from workflows.engine.dmn.xml_reader import child, children, line_of, text_in
from workflows.engine.feel.errors import FeelError
from workflows.engine.feel.expressions import (
    Compiled,
    compile_expression,
    compile_unary_tests,
)
from workflows.engine.feel.scope import Frame, Run
from workflows.engine.feel.values import Value

Names = Collection[str] | None
_Checked = TypeVar("_Checked", bound=Compiled)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where in the file a text stands, for messages."""

    line: int | None
    rule: int | None = None
    column: str | None = None

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Turn a fault of the expression into a fault of this cell."""
        try:
            yield
        except FeelError as error:
            raise self.fault(str(error)) from error

    def fault(self, message_ja: str) -> DmnError:
        return DmnError(message_ja, line=self.line, rule=self.rule, column=self.column)

    def evaluate(self, compiled: Compiled, run: Run, names: dict[str, Value]) -> Value:
        """Evaluate the text; its notices say in which cell it stood."""
        before = len(run.notices)
        try:
            return compiled.value(Frame(run, names))
        except FeelError as error:
            raise self.fault(str(error)) from error
        finally:
            for index in range(before, len(run.notices)):
                notice = run.notices[index]
                run.notices[index] = notice._replace(message_ja=f"{self.label}{notice.message_ja}")

    @property
    def label(self) -> str:
        places = [f"規則{self.rule}" if self.rule else "", f"列「{self.column}」" if self.column else ""]
        where = " ".join(place for place in places if place)
        return f"{where}: " if where else ""


@dataclass(frozen=True, slots=True)
class Cell:
    """A compiled text and its spot."""

    compiled: Compiled
    spot: Spot

    def evaluate(self, run: Run, names: dict[str, Value]) -> Value:
        return self.spot.evaluate(self.compiled, run, names)


@dataclass(frozen=True, slots=True)
class Input:
    label: str
    expression: Cell
    allowed: Cell | None


@dataclass(frozen=True, slots=True)
class Rule:
    tests: tuple[Cell, ...]
    outputs: tuple[Cell | None, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """The value, the numbers of the rules that matched, and the inputs by label."""

    value: Value
    rules: tuple[int, ...] = ()
    inputs: tuple[tuple[str, Value], ...] = ()


@dataclass(frozen=True, slots=True)
class LiteralExpression:
    """A decision that is one expression."""

    cell: Cell

    @property
    def texts(self) -> Iterator[Compiled]:
        yield self.cell.compiled

    def evaluate(self, run: Run) -> Result:
        return Result(self.cell.evaluate(run, {}))


@dataclass(frozen=True, slots=True)
class DecisionTable:
    """Inputs, rules and the policy that makes one result of those that match."""

    inputs: tuple[Input, ...]
    rules: tuple[Rule, ...]
    columns: Columns
    defaults: tuple[Cell | None, ...]
    policy: Policy

    @property
    def texts(self) -> Iterator[Compiled]:
        cells: list[Cell | None] = [*self.defaults]
        for entry in self.inputs:
            cells += [entry.expression, entry.allowed]
        for rule in self.rules:
            cells += [*rule.tests, *rule.outputs]
        return (cell.compiled for cell in cells if cell)

    def evaluate(self, run: Run) -> Result:
        inputs = tuple((entry.label, entry.expression.evaluate(run, {})) for entry in self.inputs)
        if not self._allowed(run, inputs):
            return Result(None, (), inputs)
        subjects: list[dict[str, Value]] = [{"?": value} for _, value in inputs]
        hits = [
            Hit(number, tuple(_value(cell, run) for cell in rule.outputs))
            for number, rule in enumerate(self.rules, 1)
            if all(
                test.evaluate(run, subject) is True
                for test, subject in zip(rule.tests, subjects, strict=True)
            )
        ]
        value = self.policy(run, self.columns, hits) if hits else self._without_hit(run)
        return Result(value, tuple(hit.rule for hit in hits), inputs)

    def _allowed(self, run: Run, inputs: tuple[tuple[str, Value], ...]) -> bool:
        for entry, (label, value) in zip(self.inputs, inputs, strict=True):
            if entry.allowed and value is not None and entry.allowed.evaluate(run, {"?": value}) is not True:
                run.note(f"列「{label}」の入力が許された値ではないので、結果を空(null)にしました。")
                return False
        return True

    def _without_hit(self, run: Run) -> Value:
        if not any(self.defaults):
            return None
        return self.columns.result([_value(cell, run) for cell in self.defaults])


def _value(cell: Cell | None, run: Run) -> Value:
    return cell.evaluate(run, {}) if cell else None


def read_expression(element: etree._Element, names: Names) -> LiteralExpression:
    _refuse_language(element)
    spot = Spot(line_of(element))
    return LiteralExpression(_compiled(compile_expression, text_in(element), names, spot))


def read_table(element: etree._Element, names: Names) -> DecisionTable:
    inputs = tuple(_input(entry, number, names) for number, entry in enumerate(children(element, "input"), 1))
    outputs = list(children(element, "output"))
    labels = [_output_label(output, number) for number, output in enumerate(outputs, 1)]
    columns = Columns(_output_names(element, outputs), tuple(map(_order, outputs, labels)))
    defaults = tuple(_default(output, label, names) for output, label in zip(outputs, labels, strict=True))
    rules = tuple(
        _rule(rule, number, [entry.label for entry in inputs], labels, names)
        for number, rule in enumerate(children(element, "rule"), 1)
    )
    return DecisionTable(inputs, rules, columns, defaults, _policy(element, columns))


def _compiled(compiler: Callable[[str, Names], _Checked], text: str, names: Names, spot: Spot) -> Cell:
    with spot.watched():
        return Cell(compiler(text, names), spot)


def _refuse_language(element: etree._Element) -> None:
    language = element.get("expressionLanguage")
    if language and not language.rstrip("/").lower().endswith("feel"):
        raise DmnError(f"式の言語は FEEL だけです(「{language[:40]}」とあります)。", line=line_of(element))


def _input(element: etree._Element, number: int, names: Names) -> Input:
    expression = child(element, "inputExpression")
    text = text_in(expression)
    label = element.get("label") or text or str(number)
    spot = Spot(line_of(element), column=label)
    if expression is None or not text:
        raise spot.fault("入力の式がありません。")
    _refuse_language(expression)
    allowed = text_in(child(element, "inputValues"))
    return Input(
        label,
        _compiled(compile_expression, text, names, spot),
        _compiled(compile_unary_tests, allowed, names, spot) if allowed else None,
    )


def _output_label(element: etree._Element, number: int) -> str:
    return element.get("label") or element.get("name") or f"出力{number}"


def _output_names(table: etree._Element, outputs: list[etree._Element]) -> tuple[str, ...]:
    names = tuple(output.get("name") or "" for output in outputs)
    if not names:
        raise DmnError("決定表に出力の列がありません。", line=line_of(table))
    if len(names) > 1 and (not all(names) or len(set(names)) < len(names)):
        raise DmnError("出力の列が複数あるときは、それぞれに異なる名前が要ります。", line=line_of(table))
    return names


def _order(element: etree._Element, label: str) -> tuple[Value, ...]:
    """The output values in their order, which PRIORITY and OUTPUT ORDER sort by."""
    spot = Spot(line_of(element), column=label)
    cell = _compiled(compile_expression, f"[{text_in(child(element, 'outputValues'))}]", (), spot)
    values = cell.evaluate(Run({}, (), None), {})
    return tuple(values) if isinstance(values, list) else ()


def _default(element: etree._Element, label: str, names: Names) -> Cell | None:
    text = text_in(child(element, "defaultOutputEntry"))
    spot = Spot(line_of(element), column=label)
    return _compiled(compile_expression, text, names, spot) if text else None


def _policy(table: etree._Element, columns: Columns) -> Policy:
    name = table.get("hitPolicy") or "UNIQUE"
    aggregation = table.get("aggregation")
    if name not in POLICIES:
        raise DmnError(f"ヒットポリシー「{name[:40]}」はありません。", line=line_of(table))
    if name in SORTED_BY_OUTPUT and not any(columns.orders):
        raise DmnError(f"{name} には、優先順に並べた出力値(outputValues)が要ります。", line=line_of(table))
    if not aggregation:
        return POLICIES[name]
    if name != "COLLECT" or aggregation not in AGGREGATIONS or len(columns.names) > 1:
        raise DmnError(
            "集計は、出力が1列の COLLECT に SUM・COUNT・MIN・MAX だけが使えます。", line=line_of(table)
        )
    return aggregated(aggregation)


def _rule(element: etree._Element, number: int, inputs: list[str], outputs: list[str], names: Names) -> Rule:
    tests, results = list(children(element, "inputEntry")), list(children(element, "outputEntry"))
    if len(tests) != len(inputs) or len(results) != len(outputs):
        spot = Spot(line_of(element), number)
        raise spot.fault("セルの数が列の数と合いません。")
    return Rule(
        tuple(
            _test(entry, Spot(line_of(entry), number, label), names)
            for entry, label in zip(tests, inputs, strict=True)
        ),
        tuple(
            _output(entry, Spot(line_of(entry), number, label), names)
            for entry, label in zip(results, outputs, strict=True)
        ),
    )


def _test(element: etree._Element, spot: Spot, names: Names) -> Cell:
    _refuse_language(element)
    return _compiled(compile_unary_tests, text_in(element), names, spot)


def _output(element: etree._Element, spot: Spot, names: Names) -> Cell | None:
    """An output cell; an empty one and `-` are null."""
    _refuse_language(element)
    text = text_in(element)
    return None if text in {"", "-"} else _compiled(compile_expression, text, names, spot)
