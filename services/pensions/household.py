"""A household's page: which way it pays, in which months, what its payer told, which condition fails."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.assessment import find_in_force
from models.audit.tags import Tag
from models.household import Household
from models.pension_deduction import (
    PensionDeduction,
    PensionEntry,
    PensionFact,
    list_decisions,
    list_entries,
    list_facts,
)
from models.person import PersonRecord, get_current
from models.staff import names_of
from rules.law import ParameterNotInForce
from rules.periods import FiscalYear
from rules.premium.pension_deduction import FREE, OCTOBER, Check
from services import audit
from services.assessing import comparing
from services.context import Context
from services.pensions.candidates import look_at
from services.pensions.collected import Collected
from services.pensions.entries import can_stop, head_of, standing


@dataclass(frozen=True)
class Page:
    """A household in a year. `checks` are those for October of the year, empty where nothing is assessed."""

    household: Household
    head: PersonRecord
    year: FiscalYear
    years: Sequence[FiscalYear]
    total: int | None
    collected: Collected | None
    fact: PensionFact | None
    checks: Sequence[Check]
    decisions: Sequence[PensionDeduction]
    entries: Sequence[PensionEntry]
    staff: Mapping[int, str]
    can_stop: bool


def read(ctx: Context, household_id: int, fiscal_year: int | None = None) -> Page:
    """What is known of a household's year (of today's, unless told); looking at it is recorded.

    Raises:
        HouseholdUnknown: there is no such household, or nobody heads it.
    """
    head = head_of(ctx, household_id)
    now = FiscalYear.containing(ctx.today).year
    years = [FiscalYear(one) for one in (now + 1, now, now - 1)]
    year = next((one for one in years if one.year == fiscal_year), FiscalYear(now))
    entries = list_entries(ctx.session, household_id)
    in_force = find_in_force(ctx.session, household_id, year.year)
    collected = standing(ctx, household_id, year.year)
    decisions = list_decisions(ctx.session, [household_id], year.year).get(household_id, [])
    by = {one.entered_by_id for one in entries} | {one.decided_by_id for one in entries}
    by |= {one.decided_by_id for one in decisions}
    audit.record(ctx, Tag.ASSESSMENT_READ, f"household:{household_id}")
    return Page(
        household=ctx.session.get_one(Household, household_id),
        head=get_current(ctx.session, head),
        year=year,
        years=years,
        total=in_force[1].total if in_force else None,
        collected=collected,
        fact=list_facts(ctx.session, [head], year.year).get(head),
        checks=_checks(ctx, year, household_id),
        decisions=list(reversed(decisions)),
        entries=entries,
        staff=names_of(ctx.session, by - {None}),
        can_stop=can_stop(collected),
    )


def _checks(ctx: Context, year: FiscalYear, household_id: int) -> Sequence[Check]:
    """The conditions for October of the year, but for that nothing is deducted yet; none without figures."""
    if not comparing.base_of(ctx.session, year.year).runs:
        return ()
    try:
        looked = next(iter(look_at(ctx, year, OCTOBER, [household_id])), None)
    except ParameterNotInForce:
        return ()
    return () if looked is None else [one for one in looked.checks if one.code != FREE]
