"""What later notifications built on what an earlier one recorded: they must be cancelled first (B5)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.certificate import Certificate
from models.enrolment import Enrolment
from models.household import HouseholdHead, HouseholdMember
from models.notification import Notification, NotificationAction
from models.person import AddressRecord, PersonRecord
from services.household_findings import end_of
from services.undoing import Traces

ONE_DAY = timedelta(days=1)


def later_notifications(session: Session, notification_id: int, traces: Traces) -> set[int | None]:
    """The notifications (None: a deed without one) that changed or used what this one recorded."""
    found = {
        *_closed_by_others(traces, notification_id),
        *_on_new_persons(session, traces),
        *_on_new_households(session, traces),
        *_heads_by_membership(session, traces),
        *_certificates(session, notification_id),
        *_in_the_way(session, traces),
        *_stranded(session, traces),
    }
    return found - {notification_id} - cancelled_among(session, found) - _cancellations(session, found)


def cancelled_among(session: Session, ids: Iterable[int | None]) -> set[int | None]:
    """Which of these notifications were cancelled."""
    wanted = [one for one in ids if one is not None]
    statement = select(NotificationAction.notification_id).where(
        NotificationAction.notification_id.in_(wanted), NotificationAction.kind == "cancelled"
    )
    return set(session.scalars(statement))


def _cancellations(session: Session, ids: Iterable[int | None]) -> set[int | None]:
    """A cancellation stands in nobody's way: what it made believed again belongs to the earlier one."""
    wanted = [one for one in ids if one is not None]
    statement = select(Notification.id).where(
        Notification.id.in_(wanted), Notification.procedure == "cancellation"
    )
    return set(session.scalars(statement))


def _closed_by_others(traces: Traces, notification_id: int) -> set[int | None]:
    """Rows that were closed meanwhile; one that is believed again has a new row of the same notification."""
    return {
        row.superseded_by_notification_id
        for row in traces.made
        if row.superseded_at is not None and row.superseded_by_notification_id != notification_id
    }


def _on_new_persons(session: Session, traces: Traces) -> set[int | None]:
    ids = traces.new_person_ids
    return {
        one
        for entity in (PersonRecord, AddressRecord, HouseholdMember, HouseholdHead, Enrolment)
        for one in _believed_by(session, entity, entity.person_id.in_(ids))
        if ids
    }


def _on_new_households(session: Session, traces: Traces) -> set[int | None]:
    ids = traces.new_household_ids
    return {
        one
        for entity in (HouseholdMember, HouseholdHead, Enrolment)
        for one in _believed_by(session, entity, entity.household_id.in_(ids))
        if ids
    }


def _heads_by_membership(session: Session, traces: Traces) -> set[int | None]:
    """Somebody became head of a household in which he is by this notification."""
    found: set[int | None] = set()
    for row in traces.of(traces.made, HouseholdMember):
        if row.superseded_at is None:
            here = (HouseholdHead.household_id == row.household_id) & (
                HouseholdHead.person_id == row.person_id
            )
            found |= _believed_by(session, HouseholdHead, here & (HouseholdHead.from_on >= row.from_on))
    return found - {row.notification_id for row in traces.of(traces.closed, HouseholdHead)}


def _certificates(session: Session, notification_id: int) -> set[int | None]:
    """Papers issued later to people to whom this notification gave one."""
    statement = select(Certificate).where(Certificate.notification_id == notification_id)
    own = session.scalars(statement).all()
    ids = {row.person_id for row in own}
    after = max((row.id for row in own), default=0)
    if not ids:
        return set()
    later = select(Certificate.notification_id).where(Certificate.person_id.in_(ids), Certificate.id > after)
    return set(session.scalars(later))


def _in_the_way(session: Session, traces: Traces) -> set[int | None]:
    """Periods and heads recorded meanwhile that would meet those which are believed again."""
    found: set[int | None] = set()
    gone = {row.id for row in traces.of(traces.made, Enrolment)}
    for period in traces.of(traces.closed, Enrolment):
        statement = select(Enrolment).where(
            Enrolment.person_id == period.person_id,
            Enrolment.superseded_at.is_(None),
            Enrolment.cancelled.is_(False),
            Enrolment.period_key != period.period_key,
        )
        found |= {
            other.notification_id
            for other in session.scalars(statement)
            if other.id not in gone
            and _meet((period.coverage_start_on, end_of(period)), (other.coverage_start_on, end_of(other)))
        }
    made = {row.id for row in traces.of(traces.made, HouseholdHead)}
    for head in traces.of(traces.closed, HouseholdHead):
        heads = select(HouseholdHead).where(
            HouseholdHead.household_id == head.household_id, HouseholdHead.superseded_at.is_(None)
        )
        found |= {
            other.notification_id
            for other in session.scalars(heads)
            if other.id not in made
            and _meet((head.from_on, _after(head.until_on)), (other.from_on, _after(other.until_on)))
        }
    return found


def _stranded(session: Session, traces: Traces) -> set[int | None]:
    """Periods that would hold again in a household which has no head, or not the person, any more."""
    found: set[int | None] = set()
    for period in traces.of(traces.closed, Enrolment):
        for entity, condition in (
            (HouseholdHead, HouseholdHead.household_id == period.household_id),
            (HouseholdMember, HouseholdMember.person_id == period.person_id),
        ):
            rows = _believed_after(session, traces, entity, condition)
            here = [row for row in rows if row.household_id == period.household_id]
            if not any(_reaches(row, end_of(period)) for row in here):
                found |= {row.notification_id for row in rows if row.until_on is not None or row not in here}
    return found


def _believed_after(session: Session, traces: Traces, entity: type[Any], condition: Any) -> list[Any]:
    """What would be believed after the cancelling: without its own rows, with those it had closed."""
    made = {row.id for row in traces.of(traces.made, entity)}
    now = session.scalars(select(entity).where(condition, entity.superseded_at.is_(None)))
    closed = {row.id for row in traces.of(traces.closed, entity)}
    again = session.scalars(select(entity).where(condition, entity.id.in_(closed))) if closed else ()
    return [*(row for row in now if row.id not in made), *again]


def _reaches(row: Any, end: date | None) -> bool:
    """Whether a membership or headship lasts as long as a period ending before `end` (None: open)."""
    return row.until_on is None or (end is not None and row.until_on + ONE_DAY >= end)


def _believed_by(session: Session, entity: type[Any], condition: Any) -> set[int | None]:
    statement = select(entity.notification_id).where(condition, entity.superseded_at.is_(None))
    return set(session.scalars(statement.distinct()))


def _after(last_day: date | None) -> date | None:
    return None if last_day is None else last_day + ONE_DAY


def _meet(one: tuple[date, date | None], other: tuple[date, date | None]) -> bool:
    """Whether two half-open spans share a day."""
    return (one[1] is None or other[0] < one[1]) and (other[1] is None or one[0] < other[1])
