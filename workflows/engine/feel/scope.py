"""What an evaluation carries: the data, the clock of the case, the budget of steps and the notices."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, TypeAlias

from workflows.engine.feel import limits
from workflows.engine.feel.errors import FeelLimitError, Notice, Place
from workflows.engine.feel.functions import Function
from workflows.engine.feel.temporal import Day, Moment, Span, TimeOfDay, YearsMonths, to_python
from workflows.engine.feel.temporal_text import temporal_text
from workflows.engine.feel.values import ARITHMETIC, Range, Value, admit

# The office's own closed days from one day to another, asked for only when working days are counted.
ClosedDays: TypeAlias = Callable[[date, date], frozenset[date]]


class Missing:
    """No such name: something else than null."""


MISSING: Final = Missing()
_START = Place(1, 1)


class Run:
    """One evaluation. Only the names that the expression uses are taken in."""

    __slots__ = ("_left", "clock", "closed_days", "depth", "notices", "trace", "variables")

    def __init__(
        self,
        variables: Mapping[str, object],
        names: Iterable[str],
        clock: datetime | None,
        closed_days: ClosedDays | None = None,
    ) -> None:
        self.clock = clock
        self.closed_days = closed_days
        self.depth = 0
        self.notices: list[Notice] = []
        self.trace: list[Any] = []  # what decision tables note of their evaluation
        self._left = limits.STEPS
        self.variables: dict[str, Value] = {
            name: admit(variables[name], self.note) for name in names if name in variables
        }

    def note(self, message_ja: str) -> None:
        """A notice about the data, which has no place in the text."""
        self.warn(_START, message_ja)

    def warn(self, at: Place, message_ja: str) -> None:
        if len(self.notices) < limits.NOTICES:
            self.notices.append(Notice(message_ja, *at))

    def charge(self, at: Place, steps: int) -> None:
        """Take steps from the budget; loops, filters and functions over lists pay, straight code is short."""
        self._left -= steps
        if self._left < 0:
            raise FeelLimitError("計算の手数が多すぎます。繰り返しを減らしてください。", *at)


class Frame:
    """The names of one level: loop variables, entries of a context, the item of a filter, `?`.

    `variables` are the names of the data, or of the decision that the text stands in.
    """

    __slots__ = ("names", "outer", "run", "variables")

    def __init__(
        self,
        run: Run,
        names: Mapping[str, Value],
        outer: "Frame | None" = None,
        variables: Mapping[str, Value] | None = None,
    ) -> None:
        self.run = run
        self.names = names
        self.outer = outer
        self.variables = run.variables if variables is None else variables

    def inside(self, names: Mapping[str, Value]) -> "Frame":
        return Frame(self.run, names, self, self.variables)

    def find(self, name: str) -> Value | Missing:
        frame: Frame | None = self
        while frame is not None:
            if name in frame.names:
                return frame.names[name]
            frame = frame.outer
        return self.variables.get(name, MISSING)


def release(run: Run, value: Value, depth: int = 0) -> Any:
    """Hand a value out: whole numbers below 10**34 as int, other numbers as Decimal without trailing zeros.

    Days, moments and durations of days and time become those of `datetime`; times, other durations and years
    that `datetime` does not know become their text. A range or a function is no data and becomes null with a
    notice. A list that holds another twice is paid for twice, so a small text cannot grow into a large one.
    """
    if isinstance(value, Decimal):
        whole = value == value.to_integral_value() and value.adjusted() < ARITHMETIC.prec
        return int(value) if whole else value.normalize(ARITHMETIC)
    if isinstance(value, (Day, Moment, Span)):
        told = to_python(value)
        return temporal_text(value) if told is None else told
    if isinstance(value, (TimeOfDay, YearsMonths)):
        return temporal_text(value)
    if isinstance(value, (Range, Function)):
        what = "範囲" if isinstance(value, Range) else "関数"
        run.note(f"{what}は結果にできないので、空(null)になりました。")
        return None
    if not isinstance(value, (list, dict)):
        return value
    if depth > limits.NESTING:
        raise FeelLimitError(f"結果の入れ子が{limits.NESTING}段を超えています。", *_START)
    run.charge(_START, len(value))
    if isinstance(value, list):
        return [release(run, item, depth + 1) for item in value]
    return {key: release(run, item, depth + 1) for key, item in value.items()}


Closure: TypeAlias = Callable[[Frame], Value]
