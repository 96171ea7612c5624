"""A household as the rule of the income class reads it, from what the record holds on a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from models.assessment import UNEMPLOYED, PremiumCircumstance
from models.circumstance_entry import list_circumstances
from models.enrolment import list_household_periods
from models.household import get_head
from models.income import UNDECLARED, Income, list_incomes
from models.person import PersonRecord, list_current
from rules.benefits.income_class import (
    EXEMPT,
    TAXED,
    UNKNOWN,
    ClassFacts,
    Member,
    unemployed_from_to,
    year_of,
)
from rules.eligibility.birth_dates import birth_for_ages
from rules.law import LawAt
from rules.periods import FiscalYear
from rules.premium.dated_facts import ADULT
from services import share_entries
from services.context import Context
from services.statute import law_on

NOT_TAXED = "3"


@dataclass(frozen=True)
class Gathered:
    """The facts, and whose they are: ids in the order of the members."""

    facts: ClassFacts
    person_ids: tuple[int, ...]
    law: LawAt


def gather(
    ctx: Context, household_id: int, person_id: int, on: date, *, has_arrears: bool = False
) -> Gathered:
    """The head and all who are insured in the household on the day, with incomes and shares of the class."""
    law = law_on(on)
    year = year_of(law)
    head = get_head(ctx.session, household_id, on)
    periods = list_household_periods(ctx.session, household_id, on)
    insured = {one.person_id for one in periods if one.covers(on)}
    heads = {head.person_id} if head else set()
    ids = sorted(insured | heads | {person_id}, key=lambda one: (one not in heads, one))
    records = list_current(ctx.session, ids)
    shares = share_entries.shares_on(ctx, records, on)
    incomes = list_incomes(ctx.session, ids, year.year - 1)
    reliefs = list_circumstances(ctx.session, ids)
    members = tuple(
        _member(
            records[one],
            incomes.get(one),
            law,
            year,
            shares[one],
            is_head=one in heads,
            is_insured=one in insured,
            is_unemployed=_is_unemployed(reliefs, one, on),
        )
        for one in ids
    )
    facts = ClassFacts(members, ids.index(person_id), has_arrears=has_arrears)
    return Gathered(facts, tuple(ids), law)


def _member(
    record: PersonRecord,
    income: Income | None,
    law: LawAt,
    year: FiscalYear,
    share: int | None,
    *,
    is_head: bool,
    is_insured: bool,
    is_unemployed: bool,
) -> Member:
    birth = birth_for_ages(record.birth, law)
    is_adult = birth <= date(year.year - ADULT, 4, 1)
    if income is None:
        tax = UNKNOWN if is_adult else EXEMPT
        return Member(
            birth,
            is_head=is_head,
            is_insured=is_insured,
            is_declared=not is_adult,
            resident_tax=tax,
            share=share,
        )
    untold = (0 if income.salary_gross else income.salary_income) + (
        0 if income.pension_gross else income.pension_income
    )
    return Member(
        birth,
        is_head=is_head,
        is_insured=is_insured,
        is_declared=income.declaration_kind != UNDECLARED,
        resident_tax=_tax(income.resident_tax_kind),
        salary=income.salary_gross,
        pension=income.pension_gross,
        other_income=income.besides + untold,
        taxable_income=income.taxable_income,
        share=share,
        is_unemployed=is_unemployed,
    )


def _tax(kind: str) -> str:
    if not kind:
        return UNKNOWN
    return EXEMPT if kind == NOT_TAXED else TAXED


def _is_unemployed(reliefs: Sequence[PremiumCircumstance], person_id: int, on: date) -> bool:
    spans = (
        unemployed_from_to(one.from_on, one.until_on)
        for one in reliefs
        if one.person_id == person_id and one.kind == UNEMPLOYED
    )
    return any(first <= on <= last for first, last in spans)
