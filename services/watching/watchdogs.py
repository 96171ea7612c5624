"""What the watchdogs that are shipped look for: each asks one question of the whole record (D1).

What is assessed is read as it is in force for the fiscal year of today; a household that is not assessed yet
is not asked about.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
from sqlalchemy import and_, func, literal, or_, select
from sqlalchemy.orm import aliased

from models.assessment import FINAL, PERSON_FLAGS, AssessedPerson, Assessment, AssessmentRun
from models.base import known
from models.columns import Column, Columns, read
from models.enrolment import Enrolment
from models.income import UNDECLARED, Income
from models.pension_deduction import PensionDeduction, PensionFact
from models.person import Person, PersonRecord
from models.premium_receipt import PremiumReceipt
from rules.ages import birthday_on
from rules.calendar_months import add_months, add_years
from rules.periods import FiscalYear
from rules.premium.dated_facts import ADULT, SCHOOL
from rules.premium.pension_deduction import DeductionTerms
from services.assessing import comparing
from services.assessing.reductions_held import not_held, on_other_premium
from services.assessing.register_facts import Range, read_facts
from services.assessing.run_pages import last_household
from services.ceiling_certificates import changed
from services.context import Context
from services.premium_receipts import differs
from services.statute import all_law

LATE_ELDERLY_AGE: Final = 75
HOUSEHOLDS_AT_ONCE: Final = 10_000
_FOREVER: Final = date(9999, 12, 31)
Words = tuple[str, str]


@dataclass(frozen=True)
class Watchdog:
    """A standing look: its names, its article, what it means, what `amount` says, and how it finds them.

    `find` answers columns `household`, `person` and `amount`, a row for each finding.
    """

    key: str
    name: Words
    article: str
    about: Words
    amount: Words
    find: Callable[[Context], Columns]


def _bit(flag: str) -> Any:
    return AssessedPerson.flags.op("&")(1 << PERSON_FLAGS.index(flag))


def _in_force(year: FiscalYear) -> Any:
    """The assessment in force of each household: (household, run), the latest final run of the year."""
    order = (AssessmentRun.ended_at.desc(), AssessmentRun.id.desc())
    ranked = (
        select(
            Assessment.household_id,
            Assessment.run_id,
            func.row_number().over(partition_by=Assessment.household_id, order_by=order).label("place"),
        )
        .join(AssessmentRun, AssessmentRun.id == Assessment.run_id)
        .where(AssessmentRun.fiscal_year == year.year, AssessmentRun.state == FINAL)
        .subquery()
    )
    return select(ranked.c.household_id, ranked.c.run_id).where(ranked.c.place == 1).subquery()


def _assessed(year: FiscalYear) -> Any:
    """Persons as they are assessed, with the assessment of the household, their birth and income of today."""
    now = _in_force(year)
    statement: Any = (
        select(
            AssessedPerson.household_id.label("household"),
            AssessedPerson.person_id.label("person"),
            literal(0).label("amount"),
        )
        .join(
            now,
            and_(now.c.household_id == AssessedPerson.household_id, now.c.run_id == AssessedPerson.run_id),
        )
        .join(
            Assessment,
            and_(Assessment.household_id == now.c.household_id, Assessment.run_id == now.c.run_id),
        )
        .join(PersonRecord, PersonRecord.person_id == AssessedPerson.person_id)
    )
    return known(statement, PersonRecord)


def _born_by(day: date) -> Any:
    """Born on that day or before; dates that are known in part are left to the confirmation list."""
    return and_(PersonRecord.birth_date <= day.isoformat(), PersonRecord.birth_date.not_like("%-00%"))


def _adult(year: FiscalYear) -> Any:
    return _born_by(date(year.year - ADULT, 4, 1))


def _income_missing(statement: Any, person: Any, year: FiscalYear) -> Any:
    """Only persons of whom no income of the year before is declared, as known today."""
    told = known(select(Income.person_id), Income).where(
        Income.income_year == year.year - 1, Income.declaration_kind != UNDECLARED
    )
    return statement.where(person.not_in(told))


def _now_insured(ctx: Context, statement: Any) -> Any:
    return known(statement, Enrolment).where(
        Enrolment.cancelled.is_(False),
        Enrolment.acquired_on <= ctx.today,
        or_(Enrolment.lost_on.is_(None), Enrolment.lost_on > ctx.today),
        or_(Enrolment.coverage_end_on.is_(None), Enrolment.coverage_end_on > ctx.today),
    )


def _insured_with_record() -> Any:
    statement: Any = select(
        Enrolment.household_id.label("household"),
        Enrolment.person_id.label("person"),
        literal(0).label("amount"),
    ).join(PersonRecord, PersonRecord.person_id == Enrolment.person_id)
    return known(statement, PersonRecord)


def over_75(ctx: Context) -> Columns:
    """Whoever is insured here though he has reached 75 (高齢者医療確保法52条)."""
    turned = add_years(ctx.today, -LATE_ELDERLY_AGE)
    if birthday_on(turned, LATE_ELDERLY_AGE) > ctx.today:
        turned = add_years(ctx.today, -LATE_ELDERLY_AGE - 1)
    return read(ctx.session, _now_insured(ctx, _insured_with_record()).where(_born_by(turned)).distinct())


def two_insurances(ctx: Context) -> Columns:
    """Whoever is insured twice at once in this fiscal year; the later period is named."""
    one, other = aliased(Enrolment), aliased(Enrolment)

    def end(period: Any) -> Any:
        return func.coalesce(period.lost_on, period.coverage_end_on, _FOREVER)

    begun = FiscalYear.containing(ctx.today).first_on
    statement: Any = (
        select(
            other.household_id.label("household"),
            other.person_id.label("person"),
            literal(0).label("amount"),
        )
        .join(one, and_(one.person_id == other.person_id, one.period_key != other.period_key))
        .where(
            or_(
                one.acquired_on < other.acquired_on,
                and_(one.acquired_on == other.acquired_on, one.id < other.id),
            ),
            one.cancelled.is_(False),
            other.cancelled.is_(False),
            end(one) > other.acquired_on,
            end(one) > begun,
            end(other) > begun,
        )
    )
    return read(ctx.session, known(known(statement, one), other).distinct())


def child_without_half(ctx: Context) -> Columns:
    """A child before school whose per-capita levy was not halved (施行令29条の7)."""
    year = FiscalYear.containing(ctx.today)
    statement = _assessed(year).where(
        AssessedPerson.insured > 0,
        _bit("is_preschool") == 0,
        PersonRecord.birth_date >= date(year.year - SCHOOL, 4, 2).isoformat(),
    )
    return read(ctx.session, statement.distinct())


def reduced_without_income(ctx: Context) -> Columns:
    """A household that is reduced though an income that counts for the test is not declared."""
    year = FiscalYear.containing(ctx.today)
    statement = _assessed(year).where(Assessment.reduction > 0, _bit("counts_for_test") != 0, _adult(year))
    return read(ctx.session, _income_missing(statement, AssessedPerson.person_id, year).distinct())


def undeclared(ctx: Context) -> Columns:
    """An adult who is insured and of whom no income of the year before is declared."""
    year = FiscalYear.containing(ctx.today)
    statement = _now_insured(ctx, _insured_with_record()).where(_adult(year))
    return read(ctx.session, _income_missing(statement, Enrolment.person_id, year).distinct())


def specified(ctx: Context) -> Columns:
    """A household that by the record of today is 特定世帯 or 特定継続世帯 in other months than assessed."""
    year = FiscalYear.containing(ctx.today)
    law, base = all_law(ctx).on(year.first_on), comparing.base_of(ctx.session, year.year)
    parts = []
    for first in range(1, last_household(ctx) + 1, HOUSEHOLDS_AT_ONCE):
        within = Range(first, first + HOUSEHOLDS_AT_ONCE - 1)
        parts.append(_specified_within(ctx, year, law, base, within))
    return _together(parts)


def _specified_within(
    ctx: Context, year: FiscalYear, law: Any, base: comparing.Base, within: Range
) -> Columns:
    told = read_facts(ctx.session, year, law, within, ctx.at)
    before = comparing.in_force(ctx.session, base, within, ("specified", "continuing", "persons"))
    before = comparing.beside(told.households, before)
    other = (told.facts.specified ^ before["specified"]) | (told.facts.continuing ^ before["continuing"])
    wrong = np.flatnonzero((other != 0) & (before["known"] == 1) & (before["persons"] > 0))
    rows = np.searchsorted(told.facts.household, wrong)
    months = (other[wrong, None] >> np.arange(12) & 1).sum(axis=1)
    return {"household": told.households[wrong], "person": told.persons[rows], "amount": months}


def receipt_differs(ctx: Context) -> Columns:
    """A bill that differs from a receipt of the counter for the household by more than the city's limit."""
    year = FiscalYear.containing(ctx.today)
    now = _in_force(year)
    statement = (
        select(PremiumReceipt, AssessedPerson.person_id, Assessment.total)
        .join(now, now.c.household_id == PremiumReceipt.household_id)
        .join(
            Assessment,
            and_(Assessment.household_id == now.c.household_id, Assessment.run_id == now.c.run_id),
        )
        .join(
            AssessedPerson,
            and_(AssessedPerson.household_id == now.c.household_id, AssessedPerson.run_id == now.c.run_id),
        )
        .where(
            PremiumReceipt.fiscal_year == year.year,
            PremiumReceipt.total != Assessment.total,
            AssessedPerson.place == 0,
        )
        .order_by(PremiumReceipt.id)
    )
    latest = {
        receipt.household_id: (receipt.household_id, person, total - receipt.total)
        for receipt, person, total in ctx.session.execute(statement)
        if differs(receipt, total)
    }
    rows = np.array(list(latest.values()), dtype=np.int64).reshape(-1, 3)
    return {"household": rows[:, 0], "person": rows[:, 1], "amount": rows[:, 2]}


def reduction_not_held(ctx: Context) -> Columns:
    """A premium in force, of any year, that takes off another sum than is granted on application."""
    return _of_heads(ctx, not_held())


def reduction_on_other_premium(ctx: Context) -> Columns:
    """A reduction on application that was reckoned on incomes, or a premium, that are others by now."""
    return _of_heads(ctx, on_other_premium())


def _of_heads(ctx: Context, found: Any) -> Columns:
    """Households with a run and an amount, as findings at whoever stands first in them."""
    rows = found.subquery()
    statement = select(rows.c.household, AssessedPerson.person_id.label("person"), rows.c.amount).join(
        AssessedPerson,
        and_(
            AssessedPerson.household_id == rows.c.household,
            AssessedPerson.run_id == rows.c.run,
            AssessedPerson.place == 0,
        ),
    )
    return read(ctx.session, statement)


def ceiling_of_another_class(ctx: Context) -> Columns:
    """A ceiling-amount certificate that is out although the class of its household is another by now."""
    rows = list(changed.of_another_class(ctx))
    people = [row.certificate.person_id for row in rows]
    of = {"household": [row.household_id for row in rows], "person": people}
    return {name: np.array(ids, dtype=np.int64) for name, ids in (of | {"amount": [0] * len(rows)}).items()}


def deduction_to_stop(ctx: Context) -> Columns:
    """A pension that pays by a decision that reckoned with more premium, or although transfer begins."""
    year = FiscalYear.containing(ctx.today)
    latest = (
        select(func.max(PensionDeduction.id).label("id"))
        .where(PensionDeduction.fiscal_year == year.year)
        .group_by(PensionDeduction.household_id)
        .subquery()
    )
    now, before, force = aliased(Assessment), aliased(Assessment), _in_force(year)
    payer = func.coalesce(Person.merged_into_id, Person.id)  # whose pension it is, by the record of now
    statement: Any = (
        select(
            PensionDeduction.household_id.label("household"),
            payer.label("person"),
            (before.total - now.total).label("amount"),
        )
        .join(latest, latest.c.id == PensionDeduction.id)
        .join(Person, Person.id == PensionDeduction.person_id)
        .join(force, force.c.household_id == PensionDeduction.household_id)
        .join(now, and_(now.household_id == force.c.household_id, now.run_id == force.c.run_id))
        .join(
            before,
            and_(
                before.household_id == PensionDeduction.household_id,
                before.run_id == PensionDeduction.run_id,
            ),
        )
        .where(PensionDeduction.goes_on.is_(True), now.total < before.total)
    )
    lower = read(ctx.session, statement)
    transfer: Any = (
        select(
            PensionDeduction.household_id.label("household"),
            payer.label("person"),
            literal(0).label("amount"),
        )
        .join(latest, latest.c.id == PensionDeduction.id)
        .join(Person, Person.id == PensionDeduction.person_id)
        .where(
            PensionDeduction.goes_on.is_(True),
            payer.in_(_choosing_transfer(ctx, year)),
            PensionDeduction.household_id.not_in(lower["household"].tolist()),
        )
    )
    return _together([lower, read(ctx.session, transfer)])


def _choosing_transfer(ctx: Context, year: FiscalYear) -> Any:
    """Who chose transfer from a day that is near, by the newest that is known of him.

    What began in April was decided by what was told in the year before.
    """
    order = PensionFact.fiscal_year.desc()
    facts: Any = select(
        PensionFact.person_id,
        PensionFact.transfer_from,
        func.row_number().over(partition_by=PensionFact.person_id, order_by=order).label("place"),
    ).where(PensionFact.fiscal_year.in_((year.year - 1, year.year)))
    newest = known(facts, PensionFact).subquery()
    return select(newest.c.person_id).where(
        newest.c.place == 1, newest.c.transfer_from <= _payers_told_by(ctx, year)
    )


def _payers_told_by(ctx: Context, year: FiscalYear) -> date:
    """The first month of which a payer could still be told next month."""
    lead = DeductionTerms.of(all_law(ctx).on(year.first_on)).lead_months
    return add_months(ctx.today.replace(day=1), lead + 1)


def _together(parts: list[Columns]) -> Columns:
    names = ("household", "person", "amount")
    empty: Column = np.zeros(0, dtype=np.int64)
    return {name: np.concatenate([empty, *(one[name] for one in parts)]) for name in names}
