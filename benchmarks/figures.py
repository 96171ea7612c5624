"""What a bench found, as one JSON line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Protocol


@dataclass(frozen=True)
class Figure:
    """A value of ours beside the baseline of the same run; `ratio` is how many times better ours is."""

    name: str
    value: float
    unit: str
    baseline: float | None = None
    ratio: float | None = None

    def line(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)


class Bench(Protocol):
    """Measures, and yields each figure as soon as it is known."""

    def __call__(self) -> Iterator[Figure]: ...


def more_is_better(name: str, value: float, unit: str, baseline: float) -> Figure:
    return Figure(name, round(value, 2), unit, round(baseline, 2), round(value / baseline, 2))


def less_is_better(name: str, value: float, unit: str, baseline: float) -> Figure:
    return Figure(name, round(value, 2), unit, round(baseline, 2), round(baseline / value, 2))
