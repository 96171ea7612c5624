"""What the rules of the review must know of pseudonyms: cases, protective measures, one's own people (M16).

The record holds pseudonyms, the register holds persons: here the pseudonyms are made anew, in memory, for
those few of whom something is known, and put beside the events for the time of a run.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, or_, select
from sqlalchemy.orm import Session

from models.audit.pseudonym import pseudonym_of
from models.audit_review import AuditMark
from models.case import Case
from models.household import HouseholdMember
from models.masters import Posting
from models.notification import Notification, NotificationPerson
from models.person import AddressRecord, PersonRecord, SearchKey
from models.staff import User
from rules.kana import name_search_key
from services.audit_rules import CASE, OWN, PROTECTED
from services.context import JST

AT_ONCE = 1_000
SELF, FAMILY, ADDRESS = "self", "household", "address"
REASONS = {
    SELF: ("本人(同姓同名)", "the same name"),
    FAMILY: ("同じ世帯", "the same household"),
    ADDRESS: ("同じ住所", "the same address"),
}
Mark = tuple[str, str, str, str, datetime, datetime]


def fill(session: Session, start: datetime, end: datetime, limits: Mapping[str, int]) -> int:
    """Put all marks beside the events of a time; answers how many."""
    empty(session)
    marks = {
        *_cases(session, start, end, limits),
        *_protected(session, start, end),
        *_own(session, start, end, limits["homonyms"]),
    }
    names = ("kind", "subject", "staff_number", "reason", "from_at", "until_at")
    rows = [dict(zip(names, mark, strict=True)) for mark in sorted(marks)]
    for place in range(0, len(rows), AT_ONCE):
        session.execute(insert(AuditMark), rows[place : place + AT_ONCE])
    return len(rows)


def empty(session: Session) -> None:
    """Take all marks away."""
    session.execute(delete(AuditMark))


def _cases(session: Session, start: datetime, end: datetime, limits: Mapping[str, int]) -> Iterator[Mark]:
    """Persons and households of cases, from some days before the case to some days after it."""
    before, after = timedelta(days=limits["case_days_before"]), timedelta(days=limits["case_days_after"])
    statement = (
        select(NotificationPerson.person_id, Notification.household_id, Case.started_at, Case.ended_at)
        .select_from(Case)
        .join(Notification, Notification.id == Case.notification_id)
        .outerjoin(NotificationPerson, NotificationPerson.notification_id == Notification.id)
        .where(Case.started_at < end + before, or_(Case.ended_at.is_(None), Case.ended_at > start - after))
    )
    for person_id, household_id, started_at, ended_at in session.execute(statement):
        lasted = (started_at - before, (ended_at or end) + after)
        for kind, number in (("person", person_id), ("household", household_id)):
            if number is not None:
                yield (CASE, pseudonym_of(f"{kind}:{number}"), "", "", *lasted)


def _protected(session: Session, start: datetime, end: datetime) -> Iterator[Mark]:
    day = start.astimezone(JST).date()
    statement = select(PersonRecord.person_id).where(
        PersonRecord.superseded_at.is_(None),
        PersonRecord.protective_measure.is_(True),
        or_(PersonRecord.protective_measure_until.is_(None), PersonRecord.protective_measure_until >= day),
    )
    for person_id in session.scalars(statement):
        yield (PROTECTED, pseudonym_of(f"person:{person_id}"), "", "", start, end)


def _own(session: Session, start: datetime, end: datetime, homonyms: int) -> Iterator[Mark]:
    """Whoever bears the name of somebody of the staff, with his household and address.

    A name that more than `homonyms` persons bear tells nothing and is left out.
    """
    named = _same_name(session, _staff(session, start, end))
    for staff_number, persons in named.items():
        if len(persons) <= homonyms:
            for reason, (kind, number) in _around(session, persons):
                yield (OWN, pseudonym_of(f"{kind}:{number}"), staff_number, reason, start, end)


def _staff(session: Session, start: datetime, end: datetime) -> dict[str, str]:
    """The name keys of who was posted in the time, by staff number."""
    statement = (
        select(Posting.staff_number, User.last_name, User.first_name)
        .join(User, User.id == Posting.user_id)
        .where(
            Posting.from_on < end.date(), or_(Posting.until_on.is_(None), Posting.until_on >= start.date())
        )
    )
    return {number: name_search_key(f"{last}{first}") for number, last, first in session.execute(statement)}


def _same_name(session: Session, staff: Mapping[str, str]) -> dict[str, set[int]]:
    statement = select(SearchKey.key, SearchKey.person_id).where(
        SearchKey.kind.in_(("name", "alias", "former")), SearchKey.key.in_(set(staff.values()))
    )
    bearers: dict[str, set[int]] = defaultdict(set)
    for key, person_id in session.execute(statement):
        bearers[key].add(person_id)
    return {number: bearers[key] for number, key in staff.items() if bearers[key]}


def _around(session: Session, persons: Iterable[int]) -> Iterator[tuple[str, tuple[str, int]]]:
    """The persons themselves, their households with all members, and who lives at their addresses."""
    own = set(persons)
    here = select(HouseholdMember.household_id).where(
        HouseholdMember.person_id.in_(own), HouseholdMember.superseded_at.is_(None)
    )
    rows = session.execute(
        select(HouseholdMember.household_id, HouseholdMember.person_id).where(
            HouseholdMember.household_id.in_(here), HouseholdMember.superseded_at.is_(None)
        )
    ).all()
    family = {person_id for _, person_id in rows} - own
    places = select(AddressRecord.address_search).where(
        AddressRecord.person_id.in_(own),
        AddressRecord.kind == "residence",
        AddressRecord.superseded_at.is_(None),
        AddressRecord.until_on.is_(None),
    )
    neighbours = session.scalars(
        select(AddressRecord.person_id).where(
            AddressRecord.address_search.in_(places),
            AddressRecord.kind == "residence",
            AddressRecord.superseded_at.is_(None),
            AddressRecord.until_on.is_(None),
        )
    )
    yield from ((SELF, ("person", one)) for one in own)
    yield from ((FAMILY, ("person", one)) for one in family)
    yield from ((FAMILY, ("household", one)) for one in {row.household_id for row in rows})
    yield from ((ADDRESS, ("person", one)) for one in set(neighbours) - own - family)
