"""The figures of the law on the premium as they stood for a year, kept with what was computed from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from rules.law import Certainty, DatedValue, History, Law, Source
from rules.periods import FiscalYear

HEADS: Final = ("national/premium/", "municipal/premium/")


@dataclass(frozen=True)
class ChangedFigure:
    """A figure of the law that is another today than what was kept; None where there was or is none."""

    name: str
    title: str
    unit: str
    before: Any
    after: Any


def keep(law: Law, year: FiscalYear) -> dict[str, Any]:
    """Every figure in force at the beginning of the year, by name, as plain data."""
    on = law.on(year.first_on)
    figures = (on.get(name) for name in law.histories if name.startswith(HEADS) and on.in_force(name))
    return {
        one.name: {
            "value": one.value,
            "title": one.title,
            "unit": one.unit,
            "article": one.article,
            "certainty": str(one.certainty),
            "source": [one.source.title, one.source.article, one.source.href],
        }
        for one in figures
    }


def law_of(kept: Mapping[str, Any], year: FiscalYear) -> Law:
    """The law of a year as it was kept, and nothing besides."""
    return Law("", {name: _history(name, one, year) for name, one in kept.items()})


def changed(kept: Mapping[str, Any], law: Law, year: FiscalYear) -> list[ChangedFigure]:
    """What is another today, by name."""
    today = keep(law, year)
    told = {name: today.get(name) or kept[name] for name in kept} | today
    found = (
        ChangedFigure(name, one["title"], one["unit"], _value(kept, name), _value(today, name))
        for name, one in sorted(told.items())
    )
    return [one for one in found if one.before != one.after]


def _value(figures: Mapping[str, Any], name: str) -> Any:
    return figures[name]["value"] if name in figures else None


def _history(name: str, one: Mapping[str, Any], year: FiscalYear) -> History:
    dated = DatedValue(
        from_on=year.first_on,
        value=one["value"],
        source=Source(*one["source"]),
        checked=year.first_on,
        published=None,
        certainty=Certainty(one["certainty"]),
    )
    return History(name, one["title"], one["unit"], one["article"], (dated,))
