"""Persons beside one another, as a decision about two of them needs it: no digit, no hidden place (A7)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from models.case import Case
from models.certificate import ENDED, Certificate, last_events, list_of_persons
from models.enrolment import Enrolment, list_periods_of
from models.household import Household, HouseholdMember
from models.notification import NotificationPerson
from models.person import Person, PersonRecord, list_current
from models.vault import find_confirmed
from services import addresses
from services.context import Context
from services.protection import list_hidden


@dataclass(frozen=True)
class Home:
    """A household that the person belongs or belonged to."""

    household: Household
    row: HouseholdMember


@dataclass(frozen=True)
class Side:
    """What is on record of one person. `address` is None where a protective measure hides it."""

    person: Person
    record: PersonRecord
    address: str | None
    homes: Sequence[Home]
    periods: Sequence[Enrolment]
    certificates: Sequence[Certificate]
    number_since: datetime | None
    open_cases: int

    @property
    def has_number(self) -> bool:
        return self.number_since is not None


def read_all(ctx: Context, person_ids: Collection[int]) -> dict[int, Side]:
    """Several persons by id, in a handful of statements; who is not on record is left out."""
    ids = list(dict.fromkeys(person_ids))
    people = {row.id: row for row in ctx.session.scalars(select(Person).where(Person.id.in_(ids)))}
    records = list_current(ctx.session, ids)
    places = addresses.current_of(ctx.session, ids, ctx.today)
    hidden = list_hidden(ctx, ids)
    homes, periods = _homes(ctx, ids), list_periods_of(ctx.session, ids)
    out = _out(ctx, ids)
    numbers = find_confirmed(ctx.session, ids).of_person
    cases = _open_cases(ctx, ids)
    return {
        one: Side(
            person=people[one],
            record=records[one],
            address=None if one in hidden else (places[one].address if one in places else ""),
            homes=homes.get(one, ()),
            periods=[row for row in periods if row.person_id == one and not row.cancelled],
            certificates=[row for row in out if row.person_id == one],
            number_since=(numbers[one].confirmed_at or numbers[one].created_at) if one in numbers else None,
            open_cases=cases.get(one, 0),
        )
        for one in ids
        if one in records
    }


def _homes(ctx: Context, ids: Sequence[int]) -> dict[int, list[Home]]:
    statement = (
        select(HouseholdMember, Household)
        .join(Household, Household.id == HouseholdMember.household_id)
        .where(HouseholdMember.person_id.in_(ids), HouseholdMember.superseded_at.is_(None))
        .order_by(HouseholdMember.from_on, HouseholdMember.id)
    )
    found: dict[int, list[Home]] = {}
    for row, household in ctx.session.execute(statement):
        found.setdefault(row.person_id, []).append(Home(household, row))
    return found


def _out(ctx: Context, ids: Sequence[int]) -> list[Certificate]:
    """Certificates that are out and have not ended."""
    rows = list_of_persons(ctx.session, ids)
    last = last_events(ctx.session, [row.id for row in rows]) if rows else {}
    return [row for row in rows if row.id not in last or last[row.id].kind not in ENDED]


def _open_cases(ctx: Context, ids: Sequence[int]) -> Mapping[int, int]:
    statement = (
        select(NotificationPerson.person_id, func.count(func.distinct(Case.id)))
        .join(Case, Case.notification_id == NotificationPerson.notification_id)
        .where(NotificationPerson.person_id.in_(ids), Case.state.in_(("open", "suspended")))
        .group_by(NotificationPerson.person_id)
    )
    return {row.person_id: row[1] for row in ctx.session.execute(statement)}
