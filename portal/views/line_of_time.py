"""A person's years as bars: what lasts from when to when, placed in percent of the width (screens.md).

The template draws it as SVG; the same bars stand below it as a table.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from rules.eras import format_short

YEARS_SHOWN = 12
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Span:
    """What lasted: from the first to the last day, both inside; None where not known or not ended."""

    from_on: date | None
    until_on: date | None
    text: str
    kind: str = ""


@dataclass(frozen=True)
class Bar:
    """A span in its place: left edge and width in percent, the row of the lane, open edges."""

    span: Span
    left: float
    width: float
    row: int
    begins_before: bool
    goes_on: bool


@dataclass(frozen=True)
class Lane:
    """Bars of one kind; those that overlap stand in rows below one another."""

    label: str
    bars: Sequence[Bar]

    @property
    def rows(self) -> int:
        return max((bar.row for bar in self.bars), default=0) + 1


@dataclass(frozen=True)
class LineOfTime:
    """The lanes, the beginnings of years as (left, words), and where the day of the page stands."""

    lanes: Sequence[Lane]
    years: Sequence[tuple[float, str]]
    day: float


def draw(lanes: Iterable[tuple[str, Sequence[Span]]], day: date) -> LineOfTime:
    """Place the spans on the last years up to the end of the year of the day, or of what is to come."""
    told = [(label, spans) for label, spans in lanes if spans]
    scale = _scale([span for _, spans in told for span in spans], day)
    return LineOfTime(
        lanes=[Lane(label, _bars(spans, scale, day)) for label, spans in told],
        years=[
            (scale.place(date(year, 1, 1)), format_short(date(year, 12, 31)).split(".")[0])
            for year in range(scale.first.year, scale.last.year + 1)
        ],
        day=scale.place(day),
    )


@dataclass(frozen=True)
class _Scale:
    first: date
    last: date

    def place(self, day: date) -> float:
        share = (min(max(day, self.first), self.last + ONE_DAY) - self.first) / (
            self.last + ONE_DAY - self.first
        )
        return round(share * 100, 2)


def _scale(spans: Sequence[Span], day: date) -> _Scale:
    begun = [span.from_on.year for span in spans if span.from_on]
    ends = [span.until_on.year for span in spans if span.until_on]
    last = min(max([day.year, *ends]), day.year + 2)
    first = max(min([day.year - 1, *begun]), last - YEARS_SHOWN + 1)
    return _Scale(date(first, 1, 1), date(last, 12, 31))


def _bars(spans: Sequence[Span], scale: _Scale, day: date) -> list[Bar]:
    bars: list[Bar] = []
    rows: list[date] = []
    for span in sorted(spans, key=lambda one: one.from_on or date.min):
        begins = max(span.from_on or scale.first, scale.first)
        ends = span.until_on or max(day, begins)
        if ends < scale.first:
            continue
        row = next((place for place, free in enumerate(rows) if free < begins), len(rows))
        rows[row : row + 1] = [ends]
        left = scale.place(begins)
        width = max(scale.place(ends + ONE_DAY) - left, 0.6)
        bars.append(
            Bar(
                span=span,
                left=left,
                width=round(min(width, 100 - left), 2),
                row=row,
                begins_before=span.from_on is None or span.from_on < scale.first,
                goes_on=span.until_on is None or span.until_on > scale.last,
            )
        )
    return bars
