"""Whom a deduction concerns: every condition looked at for households, as the record stands today."""

from __future__ import annotations

from collections.abc import Collection as Some
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import or_, select

from models.assessment import AssessedPerson, Assessment, AssessmentRun
from models.base import known
from models.pension_deduction import PensionFact, list_decisions, list_facts
from models.person import Person, list_current, records_of_now
from rules.eligibility.birth_dates import birth_for_ages
from rules.periods import FiscalYear
from rules.premium.collection import Collection
from rules.premium.pension_deduction import (
    APRIL,
    MONTHS,
    Applicant,
    Check,
    DeductionTerms,
    Pension,
    begins_on,
    examine,
    is_concerned,
)
from services.assessing import comparing
from services.context import Context
from services.pensions.collected import AT_ONCE, Collected, of_rows, plain, terms_of
from services.premium_notices.heads import persons_of
from services.statute import law_on

_MARCH: Final = 11  # the bit of March among the months of a fiscal year


@dataclass(frozen=True)
class Looked:
    """A household with the assessment looked at, the answers, and how its year is collected so far."""

    household_id: int
    person_id: int
    run: AssessmentRun
    row: Assessment
    applicant: Applicant
    checks: tuple[Check, ...]
    fact: PensionFact | None
    collected: Collected | None

    @property
    def is_concerned(self) -> bool:
        return is_concerned(self.checks)

    @property
    def parts(self) -> Collection:
        return self.collected.parts if self.collected else plain(self.row)


def households_told(ctx: Context, year: FiscalYear) -> list[int]:
    """The households of a year's assessments to which somebody belongs of whom a payer told something.

    What was told is of his record of today; the assessment counts him under the one of its day.
    """
    base = comparing.base_of(ctx.session, year.year)
    told = known(select(PensionFact.person_id), PensionFact).where(
        PensionFact.fiscal_year.in_((year.year, year.year + 1))
    )
    merged = select(Person.id).where(Person.merged_into_id.in_(told))
    statement = (
        select(AssessedPerson.household_id)
        .where(
            AssessedPerson.run_id.in_([run.id for run in base.runs]),
            or_(AssessedPerson.person_id.in_(told), AssessedPerson.person_id.in_(merged)),
        )
        .distinct()
    )
    return sorted(ctx.session.scalars(statement))


def look_at(ctx: Context, year: FiscalYear, month: int, household_ids: Some[int]) -> Iterator[Looked]:
    """Look at households for a deduction from a month (4 or 10) of a year on; who has no head is left out.

    For April the assessment of the year before is looked at, since that of the year is not there yet.
    """
    of_year = FiscalYear(year.year - 1) if month == APRIL else year
    base = comparing.base_of(ctx.session, of_year.year)
    terms = terms_of(ctx, year)
    wanted = sorted(household_ids)
    for first in range(0, len(wanted), AT_ONCE):
        yield from _look(ctx, year, month, base.runs, terms, wanted[first : first + AT_ONCE])


def _look(
    ctx: Context,
    year: FiscalYear,
    month: int,
    runs: tuple[AssessmentRun, ...],
    terms: DeductionTerms,
    ids: Some[int],
) -> Iterator[Looked]:
    rows = _in_force(ctx, runs, ids)
    heads = persons_of(ctx, ids)
    insured = _insured(ctx, rows, month)
    people = set(heads.values()) | {one for members in insured.values() for one in members}
    births = _births(ctx, people, begins_on(year, month))
    facts = list_facts(ctx.session, people, year.year)
    if month == APRIL:
        facts = list_facts(ctx.session, people, year.year - 1) | facts
    collected = _collected(ctx, rows)
    going = {home: one[-1].goes_on for home, one in list_decisions(ctx.session, ids, year.year).items()}
    for home, (run, row) in rows.items():
        head = heads.get(home)
        if head is None:
            continue
        now = collected.get(home)
        february = now.parts.deducted[-1] if now and now.parts.goes_on else 0
        goes_on = going.get(home, False) if month == APRIL else bool(now and now.parts.goes_on)
        applicant = Applicant(
            premium=february * len(MONTHS) if month == APRIL else row.total,
            head_birth=births.get(head),
            is_head_insured=head in insured[home],
            births=[births[one] for one in insured[home] if one in births],
            pension=_pension(facts.get(head), begins_on(year, month)),
            is_deducted=goes_on,
            last_february=february if month == APRIL else None,
        )
        yield Looked(
            home, head, run, row, applicant, examine(applicant, year, month, terms), facts.get(head), now
        )


def _in_force(
    ctx: Context, runs: tuple[AssessmentRun, ...], ids: Some[int]
) -> dict[int, tuple[AssessmentRun, Assessment]]:
    place = {run.id: number for number, run in enumerate(runs)}
    statement = select(Assessment).where(Assessment.run_id.in_(place), Assessment.household_id.in_(ids))
    rows = sorted(ctx.session.scalars(statement), key=lambda row: (row.household_id, place[row.run_id]))
    return {row.household_id: (runs[place[row.run_id]], row) for row in rows}


def _insured(
    ctx: Context, rows: Mapping[int, tuple[AssessmentRun, Assessment]], month: int
) -> dict[int, list[int]]:
    """Who of each household is insured in the month (for April: in the March before), by records of today."""
    bit = _MARCH if month == APRIL else month - APRIL
    statement = select(AssessedPerson).where(
        AssessedPerson.run_id.in_({run.id for run, _ in rows.values()}),
        AssessedPerson.household_id.in_(rows),
    )
    ordered = statement.order_by(AssessedPerson.household_id, AssessedPerson.place)
    counted = [
        one
        for one in ctx.session.scalars(ordered)
        if one.run_id == rows[one.household_id][0].id and one.insured >> bit & 1
    ]
    now = records_of_now(ctx.session, {one.person_id for one in counted})
    found: dict[int, list[int]] = {home: [] for home in rows}
    for one in counted:
        person = now[one.person_id]
        if person not in found[one.household_id]:
            found[one.household_id].append(person)
    return found


def _collected(ctx: Context, rows: Mapping[int, tuple[AssessmentRun, Assessment]]) -> dict[int, Collected]:
    by_run: dict[int, list[Assessment]] = {}
    runs = {run.id: run for run, _ in rows.values()}
    for run, row in rows.values():
        by_run.setdefault(run.id, []).append(row)
    found: dict[int, Collected] = {}
    for run_id, of in by_run.items():
        found |= of_rows(ctx, runs[run_id], of)
    return found


def _births(ctx: Context, people: Some[int], day: date) -> dict[int, date]:
    law = law_on(day)
    return {one: birth_for_ages(row.birth, law) for one, row in list_current(ctx.session, people).items()}


def _pension(fact: PensionFact | None, begins: date) -> Pension | None:
    if fact is None:
        return None
    transfer = fact.transfer_from is not None and fact.transfer_from <= begins
    return Pension(fact.annual, fact.care_premium, fact.is_care_deducted, transfer)
