"""The law as this process knows it: loaded once at the start, asked by day."""

from __future__ import annotations

from datetime import date

from rules.law import Law, LawAt
from services.errors import LawNotLoaded

_law: list[Law] = []


def configure(law: Law) -> None:
    """Hand the parameters of the state and the city to this process; called once by `create_app`."""
    _law[:] = [law]


def law_on(day: date) -> LawAt:
    """The law as it stands on `day`.

    Raises:
        LawNotLoaded: nobody called `configure`.
    """
    return all_law().on(day)


def all_law() -> Law:
    """The law of all days.

    Raises:
        LawNotLoaded: nobody called `configure`.
    """
    if not _law:
        raise LawNotLoaded("services.statute.configure was not called")
    return _law[0]
