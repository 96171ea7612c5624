"""Fictitious incomes: each person by a chance of his own, so that the city is the same with and without them.

Told in May of the year after; one in eighty was corrected in September. Some never declared.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from random import Random
from typing import TYPE_CHECKING, Any, Final

from models.income import AMOUNTS, DECLARED, UNDECLARED
from rules.periods import FiscalYear

if TYPE_CHECKING:
    from services.demonstration.story import Someone

COLUMNS: Final = (
    "person_id",
    "income_year",
    "taxed_municipality_code",
    "declaration_kind",
    "resident_tax_kind",
)
YEARS: Final = 2  # those that the premiums of this and the last fiscal year read
NEVER_DECLARED: Final = 0.04
CORRECTED: Final = 1 / 80
_GROWN, _RETIRED = 18, 65
_TOLD, _AGAIN = (5, 10), (9, 15)


def told(person: Someone, today: date) -> Iterator[tuple[tuple[Any, ...], date, date | None]]:
    """Rows of a person by `COLUMNS` and `AMOUNTS`, each with the day it was told and that it was replaced."""
    now = FiscalYear.containing(today).year
    rng = Random(f"income:{person.row_id}")
    for year in range(now - YEARS, now):
        age = year - int(person.birth[:4])
        row = {} if age < _GROWN else _amounts(rng, age)
        kind = UNDECLARED if age >= _GROWN and rng.random() < NEVER_DECLARED else DECLARED
        head = (person.row_id, year, "", kind, "3" if kind == UNDECLARED or not any(row.values()) else "1")
        first, again = date(year + 1, *_TOLD), date(year + 1, *_AGAIN)
        amounts = tuple(row.get(name, 0) if kind == DECLARED else 0 for name in AMOUNTS)
        if rng.random() < CORRECTED and again <= today:
            yield (*head, *amounts), first, again
            corrected = {name: value * 11 // 10 for name, value in row.items()}
            yield (
                (*head, *(corrected.get(name, 0) if kind == DECLARED else 0 for name in AMOUNTS)),
                again,
                None,
            )
        else:
            yield (*head, *amounts), first, None


def _amounts(rng: Random, age: int) -> dict[str, int]:
    """What somebody earned, by kind, in whole yen."""
    kind = rng.random()
    if age >= _RETIRED:
        row = {"pension_gross": _about(rng, 1_350_000, 700_000)}
        if kind < 0.15:
            row["salary_gross"] = _about(rng, 1_100_000, 600_000)
        elif kind < 0.22:
            row["real_estate_income"] = _about(rng, 900_000, 900_000)
        return row
    if kind < 0.30:
        return {}
    if kind < 0.72:
        return {"salary_gross": _about(rng, 2_100_000, 1_200_000)}
    if kind < 0.97:
        return {"business_income": _about(rng, 1_900_000, 1_500_000)}
    return {"business_income": _about(rng, 9_000_000, 4_000_000)}


def _about(rng: Random, middle: int, spread: int) -> int:
    return max(int(rng.gauss(middle, spread)) // 1_000 * 1_000, 0)
