"""A range of households computed and put down: every figure, the persons, the instalments (D1, D3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np

from models.assessment import INSTALMENTS, LEVIES, PARTS, PERSON_AMOUNTS, PERSON_FLAGS, PERSON_MONTHS
from models.columns import Column, Columns
from rules.premium.amounts import UNIT, Mask, months
from rules.premium.assessment import assess
from rules.premium.columns import Households, Persons
from rules.premium.dated_facts import households_of
from rules.premium.figures import Figures
from rules.premium.households import MOST_INCOME
from rules.premium.instalments import spread
from rules.premium.terms import PremiumTerms
from services.assessing import comparing
from services.assessing.register_facts import RegisterFacts

OF_PERSON: Final = frozenset({"income_levy", "per_capita_levy"})
_NOTHING: Final = np.zeros(0, dtype=np.int64)
_COUNTS: Final = ("persons", "insured", "months", "specified", "continuing", "leviable_income")
_HOUSEHOLD: Final = (
    *("household_test_income", "earners", "heads", "undeclared", "reduction"),
    *("limit_seven_tenths", "limit_five_tenths", "limit_two_tenths"),
)


@dataclass(frozen=True)
class Calendar:
    """When the year is paid: how many instalments, how many are due already, units of yen; one more later."""

    due: tuple[date, ...]
    kept: int
    unit: int
    decided_on: date


@dataclass(frozen=True)
class Computed:
    """Rows as columns by the names of their tables, and the households that cannot be assessed."""

    assessments: Columns
    persons: Columns
    refused: Column


def compute(read: RegisterFacts, terms: PremiumTerms, before: Columns, calendar: Calendar) -> Computed | None:
    """Assess the households that were read; None where none of them owes, or owed, anything in the year.

    Who owes no more gets a row of nothing.

    `before` is what is in force of them, a row for each at most (`services.assessing.comparing.in_force`).

    Raises:
        ValueError: the roundings of the municipality leave a part of a yen.
    """
    gone = before["household_id"][~np.isin(before["household_id"], read.households) & (before["total"] > 0)]
    if not len(read.households) + len(gone):
        return None
    rows, persons, refused = _assessed(read, terms)
    rows = {
        name: np.concatenate([rows.get(name, _NOTHING), gone if name == "household_id" else gone * 0])
        for name in _names()
    }
    known = comparing.beside(rows["household_id"], before)
    rows |= comparing.compared(rows, known)
    rows |= _instalments(rows["total"], known, calendar)
    return Computed(rows, persons, refused)


def _assessed(read: RegisterFacts, terms: PremiumTerms) -> tuple[Columns, Columns, Column]:
    """The rows of households and of persons, and the households that cannot be assessed."""
    if not len(read.households):
        return {}, {"household_id": _NOTHING}, _NOTHING
    households = households_of(read.facts, terms.year)
    figures = assess(households, terms)
    if (figures["total"] % UNIT).any():
        raise ValueError("a part of a yen is left in the total")
    rows = {"household_id": read.households} | figures_in_yen(households, figures)
    place = households.persons.household
    persons = {
        "household_id": read.households[place],
        "place": np.arange(len(read.persons)) - households.first[place],
        "person_id": read.persons,
    } | persons_as_rows(households.persons)
    bad = _impossible(households)
    return _only(rows, ~bad), _only(persons, ~bad[place]), read.households[bad]


def _names() -> tuple[str, ...]:
    levies = (f"{part}_{levy}" for part in PARTS for levy in LEVIES)
    return ("household_id", *_COUNTS, *_HOUSEHOLD, *levies, "exemption", "total")


def figures_in_yen(households: Households, figures: Figures) -> Columns:
    """The figures of households in whole yen, by the names of the table; those of persons summed."""
    persons = households.persons
    told = {
        "persons": households.sum(np.ones_like(persons.household)),
        "insured": households.sum((persons.insured > 0).astype(np.int64)),
        "months": households.sum(months(persons.insured)),
        "specified": households.specified,
        "continuing": households.continuing,
        "leviable_income": households.sum(figures["leviable_income"]),
    }
    told |= {name: figures[name] for name in _HOUSEHOLD}
    for part in PARTS:
        for levy in LEVIES:
            column = figures.get(f"{part}.{levy}")
            if column is None:  # the part is not levied in this year
                yen = np.zeros(len(households.specified), dtype=np.int64)
            else:
                yen = (households.sum(column) if levy in OF_PERSON else column) // UNIT
            told[f"{part}_{levy}"] = yen
    return told | {name: figures[name] // UNIT for name in ("exemption", "total")}


def persons_as_rows(persons: Persons) -> Columns:
    """What the rules read of persons, as the table holds it."""
    flags = sum(
        (getattr(persons, name).astype(np.int64) << bit for bit, name in enumerate(PERSON_FLAGS)),
        np.zeros_like(persons.household),
    )
    whole = {name: getattr(persons, name) for name in (*PERSON_AMOUNTS, *PERSON_MONTHS)}
    return whole | {"flags": flags}


def persons_of_rows(rows: Mapping[str, Column], household: Column) -> Persons:
    """The columns of persons as they were assessed; `household` is the place of each one's household."""
    told: dict[str, Any] = {
        name: (rows["flags"] >> bit & 1).astype(np.bool_) for bit, name in enumerate(PERSON_FLAGS)
    }
    told |= {name: rows[name] for name in (*PERSON_AMOUNTS, *PERSON_MONTHS)}
    return Persons(household=household, **told)


def _instalments(total: Column, known: Columns, calendar: Calendar) -> Columns:
    regular = np.stack([known[f"instalment_{one + 1}"] for one in range(len(calendar.due))], axis=1)
    told = spread(total, regular, known["late_paid"], calendar.kept, calendar.unit)
    columns = {f"instalment_{one + 1}": told.regular[:, one] for one in range(len(calendar.due))}
    empty = np.zeros_like(total)
    columns |= {f"instalment_{one + 1}": empty for one in range(len(calendar.due), INSTALMENTS)}
    return columns | {"late_before": known["late_paid"], "late": told.late, "overpaid": told.overpaid}


def _impossible(households: Households) -> Mask:
    """Households of which an amount cannot be: more than `MOST_INCOME`, or gross amounts below nothing."""
    persons = households.persons
    wrong = (persons.salary < 0) | (persons.pension < 0)
    for name in PERSON_AMOUNTS:
        wrong |= np.abs(getattr(persons, name)) > MOST_INCOME
    return households.sum(wrong.astype(np.int64)) > 0


def _only(columns: Columns, rows: Mask) -> Columns:
    return {name: column[rows] for name, column in columns.items()}
