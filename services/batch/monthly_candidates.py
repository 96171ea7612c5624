"""Who may stand on a monthly list: found in one statement for the whole register, judged by the rules."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, or_, select

from interchange.juki.deaths import Death
from models.enrolment import Enrolment
from models.person import Person, PersonRecord
from rules.calendar_months import add_months
from rules.eligibility import monthly
from rules.eligibility.monthly import Listing
from rules.eras import format_long
from rules.periods import month_end, month_start
from services.context import Context
from services.statute import law_on

STUDENT_PROOF_ENDS = "municipal/eligibility/student_proof_ends"
ONE_DAY = timedelta(days=1)
AT_ONCE = 500


@dataclass(frozen=True)
class Candidate:
    """Somebody insured who stands on a list: the day that counts, and what a person must look at."""

    person_id: int
    household_id: int
    due_on: date | None
    needs_decision: bool
    note: str


def reaching(ctx: Context, month: date, kind: str) -> list[Candidate]:
    """Those who reach 70 or 75 in the month, or may do so by a date of birth known in part."""
    law = law_on(month_end(month))
    predicate, name = {
        "reaching_70": (monthly.reaching_70, monthly.SHARE_AGE),
        "reaching_75": (monthly.reaching_75, monthly.LATE_ELDERLY_AGE),
    }[kind]
    years = law.integer(name)
    rows = _insured(ctx, _born(month, years))
    return [
        _candidate(row, found)
        for row in rows
        if (found := predicate(row.PersonRecord.birth, month, law)) is not None
    ]


def residence_ending(ctx: Context, month: date) -> list[Candidate]:
    """Those whose period of residence ends in the month; whether it was extended, a person looks up."""
    within = PersonRecord.residence_expires_on.between(month_start(month), month_end(month))
    told = []
    for row in _insured(ctx, within):
        found = monthly.residence_ending(row.PersonRecord.residence_expires_on, month)
        if found is not None:
            note = f"{found.note_ja}。在留期間の更新・更新申請がないことを在留カードで確かめてください"
            told.append(Candidate(row.person_id, row.household_id, found.due_on, True, note))
    return told


def student_proof_due(ctx: Context, month: date) -> list[Candidate]:
    """Students away from home (法116条) whose yearly proof is due; the day of the year is the city's."""
    month_of_year, day = (int(part) for part in law_on(month).text(STUDENT_PROOF_ENDS).split("-"))
    this_year = date(month.year, month_of_year, day)
    ends_on = this_year if this_year >= month else date(month.year + 1, month_of_year, day)
    found = monthly.student_proof_due(ends_on, month)
    if found is None:
        return []
    rows = _insured(ctx, Enrolment.residence_exception == "student")
    return [_candidate(row, found) for row in rows if row.acquired_on <= ends_on]


def deaths(ctx: Context, month: date, told: Sequence[Death]) -> list[Candidate]:
    """Those of the register's file who are insured and died until the end of the month."""
    days = {death.addressee_number: death.died_on for death in told if death.died_on <= month_end(month)}
    numbers = list(days)
    found = []
    for place in range(0, len(numbers), AT_ONCE):
        for row in _insured(ctx, Person.addressee_number.in_(numbers[place : place + AT_ONCE])):
            died_on = days[row.addressee_number]
            note = f"住民基本台帳の死亡の異動 死亡日 {format_long(died_on)}"
            found.append(Candidate(row.person_id, row.household_id, died_on, False, note))
    return found


def _insured(ctx: Context, condition: ColumnElement[bool]) -> Iterable[Row[Any]]:
    """Persons with an open period here that meet a condition, in one statement."""
    statement = (
        select(
            PersonRecord,
            Enrolment.person_id,
            Enrolment.household_id,
            Enrolment.acquired_on,
            Person.addressee_number,
        )
        .join(Enrolment, Enrolment.person_id == PersonRecord.person_id)
        .join(Person, Person.id == PersonRecord.person_id)
        .where(
            Enrolment.lost_on.is_(None),
            Enrolment.coverage_end_on.is_(None),
            Enrolment.cancelled.is_(False),
            Enrolment.superseded_at.is_(None),
            PersonRecord.superseded_at.is_(None),
            condition,
        )
    )
    return ctx.session.execute(statement.order_by(PersonRecord.person_id))


def _born(month: date, years: int) -> ColumnElement[bool]:
    """A range on the index of dates of birth: a month to each side, and years of which parts are unknown."""
    first = add_months(month_start(month) - ONE_DAY, -12 * years - 1)
    last = add_months(month_end(month) + ONE_DAY, -12 * years)
    column = PersonRecord.birth_date
    around = and_(column >= f"{first.year:04}-{first.month:02}-00", column <= last.isoformat())
    unknown = [
        column.between(f"{year:04}-00-00", f"{year:04}-00-99")
        for year in sorted({first.year - 1, first.year, last.year, last.year + 1})
    ]
    return or_(around, *unknown)


def _candidate(row: Row[Any], found: Listing) -> Candidate:
    return Candidate(row.person_id, row.household_id, found.due_on, found.needs_decision, found.note_ja)
