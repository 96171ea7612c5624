"""The register once more, plainly: one household and one row at a time, for the oracle of the assessment."""

from collections import defaultdict
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.assessment import PremiumCircumstance
from models.base import known
from models.enrolment import Enrolment
from models.exemption import PremiumExemption
from models.household import HouseholdHead, HouseholdMember
from models.income import UNDECLARED, Income
from models.person import PersonRecord
from rules.eligibility.birth_dates import birth_for_ages
from rules.periods import FiscalYear
from rules.premium.households import Birth, ChargedPeriod, HouseholdFacts, PersonFacts
from services.statute import law_on
from tests.rules.premium.oracle import is_charged, month_of, years_on

OTHER_INSURANCE = {"02", "05"}


def facts_of(session: Session, year: FiscalYear, as_of: datetime) -> dict[int, HouseholdFacts]:
    """Each household that owes in the year, as known at a moment."""
    rows = {
        entity: list(session.scalars(known(select(entity), entity, as_of)))
        for entity in (Enrolment, HouseholdHead, HouseholdMember, Income, PersonRecord, PremiumCircumstance)
    }
    homes = by_household(row for row in rows[Enrolment] if not row.cancelled)
    heads_of, members_of = by_household(rows[HouseholdHead]), by_household(rows[HouseholdMember])
    told = {
        "births": {
            row.person_id: birth_for_ages(row.birth, law_on(year.first_on)) for row in rows[PersonRecord]
        },
        "incomes": {row.person_id: row for row in rows[Income] if row.income_year == year.year - 1},
        "circumstances": rows[PremiumCircumstance],
    }
    found = {}
    for household_id, periods in homes.items():
        facts = _household(year, told, periods, heads_of[household_id], members_of[household_id])
        if facts is not None:
            found[household_id] = replace(facts, exempted=taken_off(session, household_id, year, as_of))
    return found


def taken_off(session: Session, household_id: int, year: FiscalYear, as_of: datetime) -> int:
    """What was decided on application and not taken back."""
    statement = select(PremiumExemption).where(PremiumExemption.household_id == household_id)
    return sum(
        one.amount
        for one in session.scalars(statement)
        if one.fiscal_year == year.year
        and one.decided_at <= as_of
        and (one.revoked_at is None or as_of < one.revoked_at)
    )


def by_household(rows):
    """Rows by their household."""
    found = defaultdict(list)
    for row in rows:
        found[row.household_id].append(row)
    return found


def _household(year, told, periods, heads, members):
    of_year = [
        one
        for one in periods
        if one.acquired_on <= year.last_on and ((end := _end(one)) is None or end > year.first_on)
    ]
    plain = {}
    for one in of_year:
        plain.setdefault(one.person_id, []).append(
            ChargedPeriod(one.acquired_on, _end(one), one.loss_reason in OTHER_INSURANCE)
        )
    charged = {
        person: own
        for person, own in plain.items()
        if any(is_charged(PersonFacts(date(1900, 1, 1), tuple(own)), year.year, place) for place in range(12))
    }
    if not charged:
        return None
    first = max(year.first_on, min(one.acquired_on for one in of_year))
    head = max(
        (row for row in heads if row.from_on <= first and (row.until_on is None or row.until_on >= first)),
        key=lambda row: row.id,
        default=None,
    )
    stayed = [
        one
        for one in periods
        if one.loss_reason == "05"
        and any(
            row.person_id == one.person_id and (row.until_on is None or row.until_on >= max(_end(one), first))
            for row in members
        )
    ]
    former = {one.person_id for one in stayed if _end(one) <= first}
    people = sorted({*charged, *former, *([head.person_id] if head else [])})
    persons = tuple(
        _person(
            year,
            told,
            person,
            plain.get(person, []),
            is_head=bool(head and head.person_id == person),
            is_former=person in former,
        )
        for person in people
    )
    specified, continuing = _specified(year, stayed, persons)
    return HouseholdFacts(persons, specified, continuing)


def _person(year, told, person_id, periods, *, is_head, is_former):
    birth, income = told["births"][person_id], told["incomes"].get(person_id)
    kinds = {row.kind: row for row in told["circumstances"] if row.person_id == person_id}
    grown = years_on(birth, date(year.year, 3, 31)) >= 18
    return PersonFacts(
        birth=birth,
        periods=tuple(periods),
        is_head=is_head,
        is_former_member=is_former,
        salary=income.salary_gross if income else 0,
        pension=income.pension_gross if income else 0,
        other_income=income.besides if income else 0,
        test_addition=income.test_addition if income else 0,
        is_declared=income.declaration_kind != UNDECLARED if income else not grown,
        is_unemployed="unemployed" in kinds,
        is_former_dependant="former_dependant" in kinds,
        births=tuple(Birth(row.from_on, row.is_multiple) for kind, row in kinds.items() if kind == "birth"),
    )


def _specified(year, stayed, persons):
    if not stayed:
        return 0, 0
    begun = min(_first_free_month(_end(one)) for one in stayed)
    specified = continuing = 0
    for place in range(12):
        alone = sum(is_charged(person, year.year, place) for person in persons) == 1
        age = _number(*month_of(year.year, place)) - begun
        specified |= (alone and 0 <= age < 60) << place
        continuing |= (alone and 60 <= age < 96) << place
    return specified, continuing


def _first_free_month(end: date) -> int:
    eve = date.fromordinal(end.toordinal() - 1)
    return _number(eve.year, eve.month)


def _number(year: int, month: int) -> int:
    return year * 12 + month


def _end(row: Enrolment) -> date | None:
    return row.lost_on or row.coverage_end_on
