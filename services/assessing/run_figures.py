"""By which figures and days a run is computed: those of its fiscal year, on record with it (D1, D3)."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from models.assessment import INSTALMENTS, AssessmentRun
from rules.calendar_months import add_months
from rules.law import Certainty, Law, ParameterNotInForce
from rules.periods import FiscalYear, month_end, next_open_day
from rules.premium.instalments import due_dates
from rules.premium.terms import PremiumTerms, terms_of
from services.assessing.computing import Calendar
from services.context import Context
from services.errors import RuleBroken
from services.office_calendar import closed_between
from services.statute import all_law, law_on

_HEAD: Final = "municipal/premium/instalments"
_LIMIT: Final = "national/premium/limits/years_to_assess"


class AssessmentTooLate(RuleBroken):
    """The time in which a premium of that year may be assessed is over (法110条の2)."""

    code = "assessment_too_late"


def years(ctx: Context) -> list[FiscalYear]:
    """The fiscal years around today that have figures and may be assessed, the latest first."""
    now = FiscalYear.containing(ctx.today).year
    found = []
    for year in map(FiscalYear, (now, now - 1, now - 2)):
        try:
            terms_of(all_law(ctx), year)
            must_be_in_time(ctx, due_days(ctx, year)[0])
        except (ParameterNotInForce, AssessmentTooLate):
            continue
        found.append(year)
    return found


def unverified(run: AssessmentRun) -> list[str]:
    """The figures of a run whose source was not verified, by name."""
    return sorted(
        name for name, one in run.parameters.items() if one["certainty"] != Certainty.VERIFIED.value
    )


def told_parameters(terms: PremiumTerms) -> dict[str, Any]:
    """The figures as a run keeps them."""
    return {
        name: {"value": one.value, "title": one.title, "unit": one.unit, "certainty": str(one.certainty)}
        for name, one in sorted(terms.sources.items())
    }


def figures(law: Law, year: FiscalYear) -> PremiumTerms:
    try:
        return terms_of(law, year)
    except ParameterNotInForce as error:
        raise RuleBroken(
            f"{year.label_ja}の基準値「{error.name}」がないため、賦課できません。基準値の登録を依頼してください。",
            f"There is no value of {error.name} in fiscal year {year.year}. Have it entered.",
        ) from error


def due_days(ctx: Context, year: FiscalYear) -> tuple[date, ...]:
    law = law_on(year.first_on)
    closed = closed_between(ctx.session, year.first_on, add_months(year.last_on, 2))
    count = min(law.integer(f"{_HEAD}/count"), INSTALMENTS)
    return due_dates(year, law.integer(f"{_HEAD}/first_month"), count, closed)


def late_due_on(ctx: Context) -> date:
    """The end of the month after the decision, for what comes after the last regular instalment."""
    due = month_end(add_months(ctx.today, 1))
    return next_open_day(due, closed_between(ctx.session, due, add_months(due, 1)))


def calendar_of(run: AssessmentRun) -> Calendar:
    due = tuple(date.fromisoformat(day) for day in run.due_dates)
    unit = law_on(FiscalYear(run.fiscal_year).first_on).integer(f"{_HEAD}/unit")
    return Calendar(due, sum(day <= run.decided_on for day in due), unit, run.decided_on)


def must_be_in_time(ctx: Context, first_due: date) -> None:
    """法110条の2: not later than so many years after the day following the first due date."""
    last = add_months(first_due, 12 * law_on(ctx.today).integer(_LIMIT))
    if ctx.today > last:
        raise AssessmentTooLate(
            f"この年度の賦課ができるのは{last}までです(国民健康保険法110条の2)。期間が過ぎているため、変更できません。",
            f"The premium of that year could be assessed until {last}. It cannot be changed any more.",
            "国民健康保険法110条の2",
        )
