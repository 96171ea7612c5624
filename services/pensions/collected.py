"""How a year is collected: the latest decision on the pension, carried on over the assessments after it.

An assessment divides a year as if all of it were asked for by instalments. Where a deduction was decided,
what is told here holds instead: what a pension pays is not billed by slip.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import select

from models.assessment import Assessment, AssessmentRun, list_final_of
from models.pension_deduction import PensionDeduction, list_decisions
from rules.periods import FiscalYear
from rules.premium.collection import Calendar, Collection, regular_only, revise
from rules.premium.pension_deduction import MONTHS, DeductionTerms, pay_days
from services.assessing import run_figures
from services.context import Context
from services.statute import all_law

AT_ONCE: Final = 500  # households read together


@dataclass(frozen=True)
class Collected:
    """A year as it is collected. `ended_by` is the run whose lower premium asks for a stop."""

    parts: Collection
    days: tuple[date, ...]
    decision: PensionDeduction
    late_due_on: date | None
    ended_by: AssessmentRun | None = None

    @property
    def pensions(self) -> list[tuple[int, date, int]]:
        """Month, day of payment and yen of each deduction."""
        told = zip(MONTHS, self.days, self.parts.deducted, strict=True)
        return [(month, day, yen) for month, day, yen in told if yen]


def terms_of(ctx: Context, year: FiscalYear) -> DeductionTerms:
    """The figures of the year.

    Raises:
        ParameterNotInForce: the year has none.
    """
    return DeductionTerms.of(all_law(ctx).on(year.first_on))


def of_rows(ctx: Context, run: AssessmentRun, rows: Sequence[Assessment]) -> Mapping[int, Collected]:
    """Of the households of a run those with a decision: how the year is collected by this run."""
    decided = list_decisions(ctx.session, [row.household_id for row in rows], run.fiscal_year)
    if not decided:
        return {}
    terms = terms_of(ctx, FiscalYear(run.fiscal_year))
    histories = list_final_of(ctx.session, decided, run.fiscal_year)
    found = {}
    for row in rows:
        if row.household_id in decided:
            history = histories.get(row.household_id, [])
            told = _carried(run, row, decided[row.household_id], history, terms)
            if told is not None:
                found[row.household_id] = told
    return found


def overpaid_more(ctx: Context, run: AssessmentRun) -> int:
    """By how many yen more, or less, a run gives back than its rows say, for what pensions paid or pay."""
    statement = (
        select(Assessment)
        .where(
            Assessment.run_id == run.id,
            Assessment.household_id.in_(
                select(PensionDeduction.household_id).where(PensionDeduction.fiscal_year == run.fiscal_year)
            ),
        )
        .order_by(Assessment.household_id)
    )
    more = 0
    for rows in ctx.session.scalars(statement).partitions(AT_ONCE):
        told = of_rows(ctx, run, rows)
        more += sum(
            told[row.household_id].parts.overpaid - row.overpaid for row in rows if row.household_id in told
        )
    return more


def as_decided(decision: PensionDeduction, terms: DeductionTerms) -> Collected:
    """A year as the decision itself put it down, whatever was assessed since.

    Where nothing is assessed yet these are its provisional deductions.
    """
    days = pay_days(FiscalYear(decision.fiscal_year), terms.pay_day)
    return Collected(as_collection(decision), days, decision, decision.late_due_on)


def plain(row: Assessment) -> Collection:
    """An assessment without any pension."""
    return regular_only(row.instalments, row.late_before, row.late, row.overpaid)


def calendar_of(
    run: AssessmentRun, terms: DeductionTerms, decided_on: date, was_late_due: date | None
) -> Calendar:
    """The days of a run's year, for a decision of a day."""
    told = run_figures.calendar_of(run)
    return Calendar(
        due=told.due,
        days=pay_days(FiscalYear(run.fiscal_year), terms.pay_day),
        unit=told.unit,
        deduction_unit=terms.unit,
        lead_months=terms.lead_months,
        decided_on=decided_on,
        was_late_due=was_late_due,
    )


def as_collection(decision: PensionDeduction) -> Collection:
    """What a decision put down. Where the year has fewer instalments than columns, the rest are nothing."""
    return Collection(
        deducted=tuple(decision.deducted),
        regular=tuple(decision.regular),
        late_before=decision.late_before,
        late=decision.late,
        overpaid=decision.overpaid,
        goes_on=decision.goes_on,
        is_settled=decision.is_settled,
    )


def _carried(
    run: AssessmentRun,
    row: Assessment,
    decisions: Sequence[PensionDeduction],
    history: list[tuple[AssessmentRun, Assessment]],
    terms: DeductionTerms,
) -> Collected | None:
    if all(one.id != run.id for one, _ in history):
        history.append((run, row))
    place = {one.id: number for number, (one, _) in enumerate(history)}
    known = [
        one for one in decisions if one.run_id is None or place.get(one.run_id, len(history)) <= place[run.id]
    ]
    if not known:
        return None
    decision = known[-1]
    parts, late_due_on, ended_by = as_collection(decision), decision.late_due_on, None
    first = 0 if decision.run_id is None else place[decision.run_id] + 1
    for later, of in history[first : place[run.id] + 1]:
        after = revise(parts, of.total, calendar_of(later, terms, later.decided_on, late_due_on))
        if after.must_end and not parts.must_end:
            ended_by = later
        parts, late_due_on = after, later.late_due_on
    days = pay_days(FiscalYear(run.fiscal_year), terms.pay_day)
    return Collected(parts, days, decision, late_due_on, ended_by)
