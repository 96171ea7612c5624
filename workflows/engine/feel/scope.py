"""What an evaluation carries: the data, the clock of the case, the budget of steps and the notices."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, TypeAlias

from workflows.engine.feel import limits
from workflows.engine.feel.errors import FeelLimitError, Notice, Place
from workflows.engine.feel.values import ARITHMETIC, Range, Value, admit


class _Missing:
    """No such name: something else than null."""


MISSING: Final = _Missing()
_START = Place(1, 1)


class Run:
    """One evaluation. Only the names that the expression uses are taken in."""

    __slots__ = ("_left", "clock", "notices", "variables")

    def __init__(self, variables: Mapping[str, object], names: Iterable[str], clock: datetime | None) -> None:
        self.clock = clock
        self.notices: list[Notice] = []
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
    """The names of one level: loop variables, entries of a context, the item of a filter, `?`."""

    __slots__ = ("names", "outer", "run")

    def __init__(self, run: Run, names: Mapping[str, Value], outer: "Frame | None" = None) -> None:
        self.run = run
        self.names = names
        self.outer = outer

    def inside(self, names: Mapping[str, Value]) -> "Frame":
        return Frame(self.run, names, self)

    def find(self, name: str) -> Value | _Missing:
        frame: Frame | None = self
        while frame is not None:
            if name in frame.names:
                return frame.names[name]
            frame = frame.outer
        return self.run.variables.get(name, MISSING)


def release(run: Run, value: Value, depth: int = 0) -> Any:
    """Hand a value out: whole numbers below 10**34 as int, other numbers as Decimal without trailing zeros.

    Dates and durations stay what they are; a range is no data and becomes null with a notice. A list that
    holds another twice is paid for twice, so a small text cannot grow into a large result.
    """
    if isinstance(value, Decimal):
        whole = value == value.to_integral_value() and value.adjusted() < ARITHMETIC.prec
        return int(value) if whole else value.normalize(ARITHMETIC)
    if isinstance(value, Range):
        run.note("範囲は結果にできないので、空(null)になりました。")
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
