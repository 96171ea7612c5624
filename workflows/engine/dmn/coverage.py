"""Gaps, overlaps and rules that are never reached in a decision table, before any case meets them.

Each column is cut into pieces: for numbers, days, times and durations the points that its cells name and what
lies between them; for strings the values that are known (those allowed, or those named, and any other); true
and false. A rule is a box of pieces. Cells that say names or conditions cannot be compared: for gaps such a
cell counts as matching everything, for overlaps its rule is left out, so that nothing is told that may be
untrue. null is not looked at.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cmp_to_key
from itertools import combinations
from typing import Any, Literal

from workflows.engine.dmn.decision_tables import DecisionTable
from workflows.engine.feel.builtins_conversion import text_of
from workflows.engine.feel.compiler import compile_node
from workflows.engine.feel.errors import FeelError, Place
from workflows.engine.feel.operators import less
from workflows.engine.feel.parser import Parser
from workflows.engine.feel.scope import Frame, Run
from workflows.engine.feel.syntax import Cell, ConditionTest, SignTest, Test
from workflows.engine.feel.temporal import Day, Moment, Span, TimeOfDay, YearsMonths
from workflows.engine.feel.type_system import Simple, Type
from workflows.engine.feel.unary_tests import parse_cell
from workflows.engine.feel.values import Range, Value
from workflows.engine.feel.vocabulary import Vocabulary

MOST_TOLD = 20
_MOST_BOXES = 2_000
_MOST_RULES = 500
_AT = Place(1, 1)
_ORDERED = (Decimal, Day, TimeOfDay, Moment, Span, YearsMonths)
_ONE_ANSWER = frozenset({"UNIQUE", "ANY", "FIRST", "PRIORITY"})
_OTHER = "(他の値)"

Kind = Literal["gap", "overlap", "unreachable"]
Box = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """What a table leaves open or says twice: the rules concerned, and where, by column label."""

    kind: Kind
    rules: tuple[int, ...]
    columns: tuple[tuple[str, str], ...]

    @property
    def place(self) -> str:
        """The columns in one line; empty when every input is concerned."""
        return "、".join(f"{label}: {text}" for label, text in self.columns)


@dataclass(frozen=True, slots=True)
class _Test:
    """One test of a cell as a set of values: its sign and its operand, which says no names."""

    sign: str
    operand: Value


@dataclass(frozen=True, slots=True)
class _Told:
    """A cell that can be compared; no tests: everything."""

    tests: tuple[_Test, ...]
    negated: bool


def findings(table: DecisionTable) -> list[Finding]:
    """What a table leaves open, says twice or never reaches; the first of it, when it is much."""
    if not table.inputs or not table.rules or len(table.rules) > _MOST_RULES:
        return []
    columns = [_Column.of(table, index) for index in range(len(table.inputs))]
    boxes = [tuple(column.masks[number] for column in columns) for number in range(len(table.rules))]
    known = [all(column.told[number] for column in columns) for number in range(len(table.rules))]
    found: list[Finding] = []
    if table.policy_name in _ONE_ANSWER and not any(column.default for column in table.outputs):
        found += _gaps(columns, boxes)
    if table.policy_name in {"UNIQUE", "ANY"}:
        found += _overlaps(table, columns, boxes, known)
    if table.policy_name == "FIRST":
        found += _unreachable(boxes, known)
    return found[:MOST_TOLD]


def _gaps(columns: "Sequence[_Column]", boxes: Sequence[Box]) -> list[Finding]:
    open_boxes: list[Box] = [tuple(column.everything for column in columns)]
    for box in boxes:
        open_boxes = [part for one in open_boxes for part in _minus(one, box)]
        if len(open_boxes) > _MOST_BOXES:
            return []
    return [Finding("gap", (), _places(columns, box)) for box in open_boxes]


def _overlaps(
    table: DecisionTable, columns: "Sequence[_Column]", boxes: Sequence[Box], known: Sequence[bool]
) -> list[Finding]:
    found = []
    for one, other in combinations(range(len(boxes)), 2):
        shared = tuple(a & b for a, b in zip(boxes[one], boxes[other], strict=True))
        if not (known[one] and known[other] and all(shared)):
            continue
        same = table.rules[one].output_texts == table.rules[other].output_texts
        if table.policy_name == "UNIQUE" or not same:
            found.append(Finding("overlap", (one + 1, other + 1), _places(columns, shared)))
        if len(found) > MOST_TOLD:
            break
    return found


def _unreachable(boxes: Sequence[Box], known: Sequence[bool]) -> list[Finding]:
    found = []
    for number, box in enumerate(boxes):
        rest: list[Box] = [box]
        before: list[int] = []
        for earlier in range(number):
            if known[earlier]:
                cut = [part for one in rest for part in _minus(one, boxes[earlier])]
                if cut != rest:
                    before.append(earlier + 1)
                rest = cut
        if not rest or not all(box):
            found.append(Finding("unreachable", (number + 1, *before), ()))
    return found


def _minus(box: Box, cut: Box) -> list[Box]:
    """What is left of a box without another, as boxes that share nothing."""
    if not all(a & b for a, b in zip(box, cut, strict=True)):
        return [box]
    left = []
    for index, (mine, other) in enumerate(zip(box, cut, strict=True)):
        outside = mine & ~other
        if outside:
            left.append(
                (*(a & b for a, b in zip(box[:index], cut[:index], strict=True)), outside, *box[index + 1 :])
            )
    return left


def _places(columns: "Sequence[_Column]", box: Box) -> tuple[tuple[str, str], ...]:
    return tuple(
        (column.label, column.text(mask))
        for column, mask in zip(columns, box, strict=True)
        if mask != column.everything
    )


@dataclass(frozen=True, slots=True)
class _Column:
    """A column in pieces: what they are called, which are allowed, and which each rule takes."""

    label: str
    pieces: tuple[str, ...]
    everything: int
    masks: tuple[int, ...]
    told: tuple[bool, ...]

    @classmethod
    def of(cls, table: DecisionTable, index: int) -> "_Column":
        entry = table.inputs[index]
        cells = [_told(rule.test_texts[index]) for rule in table.rules]
        allowed = _told(entry.allowed_text) if entry.allowed_text else None
        values = [one for cell in (*cells, allowed) if cell for one in _named(cell)]
        pieces = _pieces(entry.wanted, values, closed=allowed is not None)
        if pieces is None:
            return cls(
                entry.label, ("",), 1, tuple(1 for _ in cells), tuple(bool(c and not c.tests) for c in cells)
            )
        full = (1 << len(pieces)) - 1
        everything = _mask(allowed, pieces) if allowed else full
        masks = tuple(everything if cell is None else _mask(cell, pieces) & everything for cell in cells)
        return cls(
            entry.label,
            tuple(piece.label for piece in pieces),
            everything,
            masks,
            tuple(cell is not None for cell in cells),
        )

    def text(self, mask: int) -> str:
        """The pieces of a mask for people, at most three of them."""
        told = [piece for index, piece in enumerate(self.pieces) if mask >> index & 1]
        return "・".join(told[:3]) + ("…" if len(told) > 3 else "")


@dataclass(frozen=True, slots=True)
class _Piece:
    """A point, or what lies between two points (None: without end), or any other string."""

    label: str
    point: Value = None
    low: Value = None
    high: Value = None
    other: bool = False


def _told(text: str) -> _Told | None:
    """The cell as sets of values; None when it says names or conditions."""
    try:
        parser = Parser(text, Vocabulary(open=True))
        cell = parse_cell(parser)
        if parser.free or parser.perhaps or not isinstance(cell, Cell):
            return None
        tests = [_test(one) for one in cell.tests]
    except (FeelError, RecursionError):
        return None
    if any(one is None for one in tests):
        return None
    return _Told(tuple(one for one in tests if one), cell.negated)


def _test(test: Test) -> _Test | None:
    if isinstance(test, ConditionTest):
        return None
    value = compile_node(test.operand)(Frame(Run({}, (), None), {}))
    if value is None or isinstance(value, dict):
        return None
    return _Test(test.sign if isinstance(test, SignTest) else "in", value)


def _named(cell: _Told) -> list[Value]:
    """The values that a cell names."""
    found: list[Value] = []
    for test in cell.tests:
        items = test.operand if isinstance(test.operand, list) else [test.operand]
        for item in items:
            found += [item.low, item.high] if isinstance(item, Range) else [item]
    return [one for one in found if one is not None]


def _pieces(wanted: Type, values: Sequence[Value], *, closed: bool) -> list[_Piece] | None:
    """The column cut at the values; None when they are of several kinds, or of one that is not compared."""
    kinds = {type(value) for value in values}
    if isinstance(wanted, Simple):
        kinds.add(wanted.kind)
    if kinds == {bool}:
        return [_Piece("true", True), _Piece("false", False)]
    if kinds == {str}:
        known = [*dict.fromkeys(value for value in values if isinstance(value, str))]
        pieces = [_Piece(text_of(value, quoted=True), value) for value in known]
        return pieces if closed and pieces else [*pieces, _Piece(_OTHER, other=True)]
    if len(kinds) == 1 and next(iter(kinds)) in _ORDERED:
        return _cut(values)
    return None


def _cut(values: Sequence[Value]) -> list[_Piece]:
    points: list[Any] = []
    for value in sorted(values, key=cmp_to_key(_order)):
        if not points or _order(points[-1], value):
            points.append(value)
    pieces = []
    for low, high in zip([None, *points], [*points, None], strict=True):
        pieces.append(_Piece(_between(low, high), low=low, high=high))
        if high is not None:
            pieces.append(_Piece(text_of(high), high))
    return pieces


def _order(one: Value, other: Value) -> int:
    run = Run({}, (), None)
    if less(run, _AT, one, other, or_equal=False):
        return -1
    return 1 if less(run, _AT, other, one, or_equal=False) else 0


def _between(low: Value, high: Value) -> str:
    if low is None:
        return "すべて" if high is None else f"< {text_of(high)}"
    return f"> {text_of(low)}" if high is None else f"{text_of(low)} と {text_of(high)} の間"


def _mask(cell: _Told, pieces: Sequence[_Piece]) -> int:
    if not cell.tests:
        return (1 << len(pieces)) - 1
    mask = 0
    for index, piece in enumerate(pieces):
        if any(_holds(test, piece) for test in cell.tests) is not cell.negated:
            mask |= 1 << index
    return mask


def _holds(test: _Test, piece: _Piece) -> bool:
    """Whether every value of the piece passes the test; pieces are cut so that all do, or none."""
    operand = test.operand
    if test.sign == "in" and isinstance(operand, list):
        return any(_holds(_Test("in", item), piece) for item in operand)
    if test.sign == "in" and isinstance(operand, Range):
        if operand.kind in {"=", "!="}:
            return _holds(_Test(operand.kind, operand.low), piece)
        if operand.kind == "null":
            return False
        low = operand.low is None or _holds(_Test(">=" if operand.low_closed else ">", operand.low), piece)
        high = operand.high is None or _holds(
            _Test("<=" if operand.high_closed else "<", operand.high), piece
        )
        return low and high
    if piece.other:
        return test.sign == "!="
    if piece.point is not None:
        order = (
            _order(piece.point, operand) if not isinstance(operand, bool) else int(piece.point is not operand)
        )
        return {
            "in": order == 0,
            "=": order == 0,
            "!=": order != 0,
            "<": order < 0,
            "<=": order <= 0,
            ">": order > 0,
            ">=": order >= 0,
        }[test.sign]
    if test.sign in {"<", "<="}:
        return piece.high is not None and _order(piece.high, operand) <= 0
    if test.sign in {">", ">="}:
        return piece.low is not None and _order(piece.low, operand) >= 0
    return test.sign == "!="
