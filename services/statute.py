"""The law as this process knows it: loaded once at the start, asked by day.

What the office enters itself (rates of a year, by one person and checked by another) stands in the database:
`all_law` lays it over what was loaded, as the transaction of the deed sees it. `law_on` reads the parameters
that nobody can enter; the others are not in it, so that a replaced rate is never read by mistake.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Final

from models.parameter_entry import ParameterEntry, list_in_force
from models.staff import names_of
from rules.law import Approval, Certainty, DatedValue, Law, LawAt, Source, Value
from rules.periods import FiscalYear
from services.context import JST
from services.errors import LawNotLoaded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.context import Context

_PARTS: Final = ("medical", "support", "care", "child")
_OF_A_PART: Final = ("income_rate", "per_capita_levy", "household_levy", "cap")
ENTERED: Final = frozenset(
    (
        *(f"municipal/premium/{part}/{name}" for part in _PARTS for name in _OF_A_PART),
        "municipal/premium/child/adult_supplement",
    )
)

_law: list[Law] = []  # as loaded; then without what is entered


def configure(law: Law) -> None:
    """Hand the parameters of the state and the city to this process; called once by `create_app`."""
    told = {name: history for name, history in law.histories.items() if name not in ENTERED}
    _law[:] = [law, replace(law, histories=told)]


def law_on(day: date) -> LawAt:
    """The law as it stands on `day`, without the parameters that the office enters (`ENTERED`).

    Raises:
        LawNotLoaded: nobody called `configure`.
    """
    return _loaded()[1].on(day)


def all_law(ctx: Context) -> Law:
    """The law of all days with what two persons of the office have put in force, as known now.

    Raises:
        LawNotLoaded: nobody called `configure`.
    """
    law, rows = _loaded()[0], list_in_force(ctx.session)
    people = {one for row in rows for one in (row.entered_by_id, row.decided_by_id) if one is not None}
    names = names_of(ctx.session, people)
    return law.with_values(
        (row.name, _dated(row, names), FiscalYear(row.fiscal_year + 1).first_on)
        for row in rows
        if row.name in law.histories
    )


def as_value(name: str, text: str) -> Value:
    """A value as the rules read it: rates are texts, amounts whole yen."""
    return text if name.endswith("_rate") else int(text)


def _loaded() -> list[Law]:
    if not _law:
        raise LawNotLoaded("services.statute.configure was not called")
    return _law


def _dated(row: ParameterEntry, names: Mapping[int, str]) -> DatedValue:
    decided = row.decided_at or row.entered_at
    checked = decided.astimezone(JST).date()
    return DatedValue(
        from_on=FiscalYear(row.fiscal_year).first_on,
        value=as_value(row.name, row.value),
        source=Source(row.source_title, row.source_article, row.source_href),
        checked=checked,
        published=None,
        certainty=Certainty(row.certainty),
        approval=Approval(names.get(row.entered_by_id, ""), names.get(row.decided_by_id or 0, ""), checked),
    )
