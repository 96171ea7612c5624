"""The trial calculation at the counter (試算): incomes as the person has them, and what the premium would be.

It is no assessment, and nobody of the register is looked at (requirements D1, D4). Nothing is kept here; a
receipt that is asked for is (`services/premium_receipts.py`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from rules.eras import DateNotUnderstood, parse_date
from rules.law import Certainty, Law, Parameter, ParameterNotInForce
from rules.periods import FiscalYear
from rules.premium.amounts import ALL_YEAR, MONTHS, UNIT
from rules.premium.assessment import assess
from rules.premium.explaining import Line, explain, whole_yen
from rules.premium.figures import Figures
from rules.premium.households import HouseholdFacts, PersonFacts, columns_of
from rules.premium.instalments import Instalment, due_dates, plan
from rules.premium.refusals import FactError, FactsRefused
from rules.premium.terms import PremiumTerms, terms_of

ROWS: Final = 6
# What is asked about, yen a year: below UNIT_BELOW it looks like thousands or ten thousands of yen, below
# LEAST like a zero too few, above MOST like a zero too many.
UNIT_BELOW: Final = 10_000
LEAST: Final = {"salary": 500_000, "pension": 100_000, "other_income": UNIT_BELOW}
MOST: Final = 50_000_000
AMOUNTS: Final = ("salary", "pension", "other_income")
RELATIONS: Final = {
    "head": ("世帯主", "Head"),
    "member": ("加入者", "Insured"),
    "head_elsewhere": ("世帯主(未加入)", "Head, not insured"),
    "former_member": ("後期高齢へ移った人", "Now late-elderly"),
}
FIELDS: Final = ("relation", "birth", *AMOUNTS, "first_month", "undeclared")
_MONTH: Final = re.compile(r"\d{1,2}")


@dataclass(frozen=True)
class Asked:
    """An amount that can be and looks wrong all the same: its row, its field, yen.

    `doubt`: "unit" (thousands or ten thousands of yen?), "few" (a zero too few?) or "many" (one too many?).
    """

    row: int
    field: str
    amount: int
    doubt: str


@dataclass
class TrialRefused(Exception):
    """The sheet cannot be computed. `errors` are by row (-1 for the whole) and field."""

    errors: Mapping[tuple[int, str], FactError]


@dataclass(frozen=True)
class Trial:
    """What the premium would be. `rows`: the rows that hold somebody; `total`: whole yen."""

    terms: PremiumTerms
    figures: Figures
    lines: tuple[Line, ...]
    rows: tuple[int, ...]
    total: int
    instalments: tuple[Instalment, ...]
    unverified: tuple[Parameter, ...]
    asked: tuple[Asked, ...]

    def yen_of(self, part: str) -> int:
        """The year's amount of a part, cut to whole yen; nothing where the part is not levied."""
        return int(self.figures[f"{part}.amount"][0]) // UNIT if part in self.terms.parts else 0


def years(law: Law, today: date) -> tuple[FiscalYear, ...]:
    """The fiscal years around today that have figures, newest first."""
    now = FiscalYear.containing(today).year
    return tuple(year for year in map(FiscalYear, (now + 1, now, now - 1)) if _has_figures(law, year))


def _has_figures(law: Law, year: FiscalYear) -> bool:
    try:
        terms_of(law, year)
    except ParameterNotInForce:
        return False
    return True


def compute(law: Law, year: FiscalYear, sheet: Sequence[Mapping[str, str]]) -> Trial:
    """Compute the sheet: rows of typed texts by the names of `FIELDS`. Rows with nothing typed are left out.

    Raises:
        TrialRefused: what cannot be read or cannot be, by row and field.
        ParameterNotInForce: the year has no figures.
    """
    terms = terms_of(law, year)
    rows = tuple(place for place, row in enumerate(sheet) if _is_filled(row))
    errors: dict[tuple[int, str], FactError] = {}
    persons = tuple(_person(place, sheet[place], year, errors) for place in rows)
    if errors:
        raise TrialRefused(errors)
    try:
        columns = columns_of([HouseholdFacts(persons)], year)
    except FactsRefused as refused:
        raise TrialRefused(dict(_placed(refused, rows))) from refused
    figures = assess(columns, terms)
    total = whole_yen(figures["total"][0])
    return Trial(
        terms=terms,
        figures=figures,
        lines=explain(columns, figures, terms),
        rows=rows,
        total=total,
        instalments=_instalments(law, year, total),
        unverified=tuple(one for one in terms.sources.values() if one.certainty is not Certainty.VERIFIED),
        asked=tuple(_asked(rows, persons)),
    )


def sheet_of(told: Trial, sheet: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    """The rows that were computed, each value in one way of writing: ISO dates, plain digits."""
    return [_settled(sheet[place]) for place in told.rows]


def _settled(row: Mapping[str, str]) -> dict[str, str]:
    month = _plain(row.get("first_month", "")).removesuffix("月")
    return {
        "relation": row["relation"] if row.get("relation") in RELATIONS else "member",
        "birth": parse_date(row["birth"]).isoformat(),
        **{name: _digits(row.get(name, "")) for name in AMOUNTS},
        "first_month": str(int(month)) if month else "",
        "undeclared": "yes" if row.get("undeclared") else "",
    }


def _is_filled(row: Mapping[str, str]) -> bool:
    return any(row.get(name, "").strip() for name in ("birth", *AMOUNTS))


def _person(
    place: int, row: Mapping[str, str], year: FiscalYear, errors: dict[tuple[int, str], FactError]
) -> PersonFacts:
    amounts = {name: _amount(place, name, row, errors) for name in AMOUNTS}
    undeclared = bool(row.get("undeclared"))
    if not undeclared and not any(row.get(name, "").strip() for name in AMOUNTS):
        errors[place, "salary"] = FactError("salary", "no_income_typed")
    relation = row.get("relation", "member")
    months = 0 if relation in {"head_elsewhere", "former_member"} else _months(place, row, errors)
    return PersonFacts(
        birth=_birth(place, row, year, errors),
        months=months,
        is_head=relation in {"head", "head_elsewhere"},
        is_former_member=relation == "former_member",
        is_declared=not undeclared,
        salary=amounts["salary"],
        pension=amounts["pension"],
        other_income=amounts["other_income"],
    )


def _birth(
    place: int, row: Mapping[str, str], year: FiscalYear, errors: dict[tuple[int, str], FactError]
) -> date:
    try:
        return parse_date(row.get("birth", ""))
    except DateNotUnderstood:
        errors[place, "birth"] = FactError("birth", "no_date_typed")
        return year.first_on


def _amount(place: int, name: str, row: Mapping[str, str], errors: dict[tuple[int, str], FactError]) -> int:
    typed = _digits(row.get(name, ""))
    if not typed:
        return 0
    if not re.fullmatch(r"-?\d{1,15}", typed):
        errors[place, name] = FactError(name, "not_a_whole_number")
        return 0
    if typed.startswith("-"):
        errors[place, name] = FactError(name, "negative")
        return 0
    return int(typed)


def _months(place: int, row: Mapping[str, str], errors: dict[tuple[int, str], FactError]) -> int:
    """From the month that is typed (none: April) to the end of the year, as bits."""
    typed = _plain(row.get("first_month", "")).removesuffix("月")
    if not typed:
        return ALL_YEAR
    if not _MONTH.fullmatch(typed) or not 1 <= int(typed) <= MONTHS:
        errors[place, "first_month"] = FactError("first_month", "months_of_person")
        return ALL_YEAR
    return ALL_YEAR & ~((1 << (int(typed) - 4) % MONTHS) - 1)


def _plain(typed: str) -> str:
    return unicodedata.normalize("NFKC", typed).strip()


def _digits(typed: str) -> str:
    return re.sub(r"[\s,円]", "", unicodedata.normalize("NFKC", typed))


def _placed(refused: FactsRefused, rows: Sequence[int]) -> Iterator[tuple[tuple[int, str], FactError]]:
    """The faults of the facts at the fields of the sheet."""
    names = {"birth_date": "birth", "months": "first_month"}
    for error in refused.errors:
        found = re.fullmatch(r"persons\[(\d+)\]\.(\w+)", error.where)
        if found:
            yield (rows[int(found[1])], names.get(found[2], found[2])), error
        else:
            yield (-1, "persons"), error


def _asked(rows: Sequence[int], persons: Sequence[PersonFacts]) -> Iterator[Asked]:
    for row, person in zip(rows, persons, strict=True):
        for name in AMOUNTS:
            amount = getattr(person, name)
            if doubt := _doubt(amount, LEAST[name]):
                yield Asked(row, name, amount, doubt)


def _doubt(amount: int, least: int) -> str:
    if 0 < amount < UNIT_BELOW:
        return "unit"
    if 0 < amount < least:
        return "few"
    return "many" if amount > MOST else ""


def _instalments(law: Law, year: FiscalYear, total: int) -> tuple[Instalment, ...]:
    on = law.on(year.first_on)
    head = "municipal/premium/instalments"
    due = due_dates(year, on.integer(f"{head}/first_month"), on.integer(f"{head}/count"))
    return plan(total, due, on.integer(f"{head}/unit"))
