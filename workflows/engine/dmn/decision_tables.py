"""A decision table, compiled from its XML; every fault names rule and column."""

from collections.abc import Iterator
from dataclasses import dataclass

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
from workflows.engine.dmn.reading import START, Cell, Reading, Spot
from workflows.engine.dmn.xml_reader import child, children, line_of, refuse_language, text_in
from workflows.engine.feel.compiler import fitted
from workflows.engine.feel.scope import Frame, Run
from workflows.engine.feel.type_system import Type
from workflows.engine.feel.values import Value


@dataclass(frozen=True, slots=True)
class Input:
    label: str
    expression: Cell
    allowed: Cell | None
    wanted: Type
    text: str
    allowed_text: str


@dataclass(frozen=True, slots=True)
class Output:
    """An output column: its label, the type of its cells, and what holds when no rule matches."""

    label: str
    wanted: Type
    default: Cell | None


@dataclass(frozen=True, slots=True)
class Rule:
    """A row: compiled cells, the types of the outputs, and their texts as the author wrote them."""

    tests: tuple[Cell, ...]
    outputs: tuple[Cell | None, ...]
    wanted: tuple[Type, ...]
    test_texts: tuple[str, ...]
    output_texts: tuple[str, ...]
    description: str


@dataclass(frozen=True, slots=True)
class Matched:
    """One evaluation of a table: whose it is, the inputs by label, the numbers of the rules that matched."""

    owner: str
    inputs: tuple[tuple[str, Value], ...]
    rules: tuple[int, ...]
    value: Value


@dataclass(frozen=True, slots=True)
class DecisionTable:
    """Inputs, rules and the policy that makes one result of those that match."""

    owner: str
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]
    columns: Columns
    policy: Policy
    policy_name: str
    line: int | None
    lenient: bool = False

    def evaluate(self, frame: Frame) -> Value:
        """The result; what matched is noted in the trace of the run."""
        run = frame.run
        inputs = tuple((entry.label, self._input(entry, frame)) for entry in self.inputs)
        outside = [
            self._outside(entry, value, frame) for entry, (_, value) in zip(self.inputs, inputs, strict=True)
        ]
        if any(outside) and not self.lenient:
            run.trace.append(Matched(self.owner, inputs, (), None))
            return None
        subjects: list[dict[str, Value]] = [
            {"?": None if out else value} for out, (_, value) in zip(outside, inputs, strict=True)
        ]
        hits = [
            Hit(number, self._outputs(rule.outputs, frame, rule.wanted))
            for number, rule in enumerate(self.rules, 1)
            if all(
                test.evaluate(frame, subject) is True
                for test, subject in zip(rule.tests, subjects, strict=True)
            )
        ]
        value = self.policy(run, self.columns, hits) if hits else self._without_hit(frame)
        run.trace.append(Matched(self.owner, inputs, tuple(hit.rule for hit in hits), value))
        return value

    def _input(self, entry: Input, frame: Frame) -> Value:
        value = entry.expression.evaluate(frame)
        return fitted(frame.run, START, entry.wanted, value, f"列「{entry.label}」の入力")

    def _outside(self, entry: Input, value: Value, frame: Frame) -> bool:
        """Whether the value is none of the input values of its column.

        As the standard has it, null stands in the column then; strictly there is no result.
        """
        if value is None or not entry.allowed or entry.allowed.evaluate(frame, {"?": value}) is True:
            return False
        what = "この列" if self.lenient else "結果"
        frame.run.note(f"列「{entry.label}」の入力が許された値ではないので、{what}を空(null)にしました。")
        return True

    def _outputs(
        self, cells: tuple[Cell | None, ...], frame: Frame, own: tuple[Type, ...] | None = None
    ) -> tuple[Value, ...]:
        """The values of a row, each as the cell itself and its column want it."""
        made = []
        for place, (cell, column) in enumerate(zip(cells, self.outputs, strict=True)):
            value, what = _value(cell, frame), f"列「{column.label}」の結果"
            if own is not None:
                value = fitted(frame.run, START, own[place], value, what)
            made.append(fitted(frame.run, START, column.wanted, value, what))
        return tuple(made)

    def _without_hit(self, frame: Frame) -> Value:
        defaults = tuple(column.default for column in self.outputs)
        if not any(defaults):
            return None
        return self.columns.result(self._outputs(defaults, frame))

    def rule_texts(self, number: int) -> tuple[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]:
        """What a rule says, for people: (label, text) of its tests, and of its outputs."""
        rule = self.rules[number - 1]
        tests = zip((entry.label for entry in self.inputs), rule.test_texts, strict=True)
        outputs = zip((column.label for column in self.outputs), rule.output_texts, strict=True)
        return tuple(tests), tuple(outputs)


def _value(cell: Cell | None, frame: Frame) -> Value:
    return cell.evaluate(frame) if cell else None


def read_table(element: etree._Element, reading: Reading, owner: str) -> DecisionTable:
    """The table of an element. Raises DmnError with line, rule and column."""
    inputs = tuple(_inputs(element, reading))
    outputs = list(children(element, "output"))
    labels = [_output_label(output, number) for number, output in enumerate(outputs, 1)]
    columns = Columns(
        _output_names(element, outputs),
        tuple(_order(output, label, reading) for output, label in zip(outputs, labels, strict=True)),
    )
    rules = tuple(
        _rule(rule, number, [entry.label for entry in inputs], labels, reading)
        for number, rule in enumerate(children(element, "rule"), 1)
    )
    told = tuple(_output(output, label, reading) for output, label in zip(outputs, labels, strict=True))
    policy = _policy(element, columns)
    name = element.get("hitPolicy") or "UNIQUE"
    table = DecisionTable(
        owner, inputs, told, rules, columns, policy, name, line_of(element), reading.lenient
    )
    reading.tables.append(table)
    return table


def _inputs(element: etree._Element, reading: Reading) -> Iterator[Input]:
    for number, entry in enumerate(children(element, "input"), 1):
        expression = child(entry, "inputExpression")
        text = text_in(expression)
        label = entry.get("label") or text or str(number)
        spot = Spot(line_of(entry), column=label)
        if expression is None or not text:
            raise spot.fault("入力の式がありません。")
        refuse_language(expression)
        allowed = text_in(child(entry, "inputValues"))
        yield Input(
            label,
            reading.expression(text, spot),
            reading.tests(allowed, spot) if allowed else None,
            reading.type_of(expression),
            text,
            allowed,
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


def _order(element: etree._Element, label: str, reading: Reading) -> tuple[Value, ...]:
    """The output values in their order, which PRIORITY and OUTPUT ORDER sort by."""
    text = text_in(child(element, "outputValues"))
    if not text:
        return ()
    spot = Spot(line_of(element), column=label)
    cell = Reading(reading.vocabulary, reading.type_named).expression(f"[{text}]", spot)
    values = cell.evaluate(Frame(Run({}, (), None), {}))
    return tuple(values) if isinstance(values, list) else ()


def _output(element: etree._Element, label: str, reading: Reading) -> Output:
    text = text_in(child(element, "defaultOutputEntry"))
    spot = Spot(line_of(element), column=label)
    return Output(label, reading.type_of(element), reading.expression(text, spot) if text else None)


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


def _rule(
    element: etree._Element, number: int, inputs: list[str], outputs: list[str], reading: Reading
) -> Rule:
    tests, results = list(children(element, "inputEntry")), list(children(element, "outputEntry"))
    if len(tests) != len(inputs) or len(results) != len(outputs):
        spot = Spot(line_of(element), number)
        raise spot.fault("セルの数が列の数と合いません。")
    return Rule(
        tuple(
            _test(entry, Spot(line_of(entry), number, label), reading)
            for entry, label in zip(tests, inputs, strict=True)
        ),
        tuple(
            _result(entry, Spot(line_of(entry), number, label), reading)
            for entry, label in zip(results, outputs, strict=True)
        ),
        tuple(map(reading.type_of, results)),
        tuple(map(text_in, tests)),
        tuple(map(text_in, results)),
        _description(element),
    )


def _description(element: etree._Element) -> str:
    told = child(element, "description")
    return "" if told is None else " ".join((told.text or "").split())


def _test(element: etree._Element, spot: Spot, reading: Reading) -> Cell:
    refuse_language(element)
    return reading.tests(text_in(element), spot)


def _result(element: etree._Element, spot: Spot, reading: Reading) -> Cell | None:
    """An output cell; an empty one and `-` are null."""
    refuse_language(element)
    text = text_in(element)
    return None if text in {"", "-"} else reading.expression(text, spot)
