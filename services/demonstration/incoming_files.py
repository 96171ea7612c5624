"""Files of the tax section for the demonstration: one that changes some incomes, and one with faults."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select

from interchange.incoming.sources import sources
from models.income import AMOUNTS, Income
from models.person import Person

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

SOURCE: Final = "tax_income"
TAXED_HERE: Final = "999997"
UNKNOWN: Final = "888888888888888"
PERSONS: Final = 6


def changed_incomes(session: Session) -> bytes:
    """The newest incomes of some persons, corrected upwards; one new year, and one nobody of this number."""
    known = _known(session)
    lines = [_line(one, number, salary_gross=one.salary_gross + 120_000) for number, one in known]
    number, last = known[-1]
    lines.append(_line(last, number, income_year=last.income_year - PERSONS))
    lines.append(_line(last, UNKNOWN))
    return _file(lines)


def with_faults(session: Session) -> bytes:
    """The same persons with faults as they come: a thousands separator, a day for a year, a person twice."""
    known = _known(session)
    lines = [_line(one, number) for number, one in known]
    (first, one), (second, two) = known[:2]
    lines[1] = _line(two, second, salary_gross="3 100 000")
    lines[2] = _line(two, second, income_year="R7", declaration_kind="9")
    lines.append(_line(one, first, salary_income=one.salary_gross + 1))
    return _file(lines)


def _known(session: Session) -> list[tuple[str, Income]]:
    """Some persons who have wages in the newest year on record, with their numbers."""
    statement = (
        select(Person.addressee_number, Income)
        .join(Income, Income.person_id == Person.id)
        .where(
            Income.superseded_at.is_(None),
            Income.salary_gross > 0,
            Income.income_year == select(func.max(Income.income_year)).scalar_subquery(),
        )
        .order_by(Person.id)
        .limit(PERSONS)
    )
    return [(number, income) for number, income in session.execute(statement)]


def _line(income: Income, number: str, **other: object) -> str:
    values: dict[str, object] = {
        "addressee_number": number,
        "income_year": income.income_year,
        "taxed_municipality_code": TAXED_HERE,
        "declaration_kind": income.declaration_kind,
        "resident_tax_kind": income.resident_tax_kind,
        **{name: getattr(income, name) for name in AMOUNTS},
    }
    told = {name: "" if value is None else value for name, value in (values | other).items()}
    return ",".join(str(told[one.name]) for one in sources()[SOURCE].fields)


def _file(lines: list[str]) -> bytes:
    header = ",".join(one.name for one in sources()[SOURCE].fields)
    return "".join(f"{one}\r\n" for one in (header, *lines)).encode()
