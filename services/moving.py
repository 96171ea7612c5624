"""People going from one household to another: split, merge, leaving (規則9条)."""

from __future__ import annotations

from datetime import date, timedelta

from models.enrolment import Enrolment
from models.notification import Notification
from services import addresses, changing, eligibility, heading, households
from services.context import Context
from services.entries.change import ChangedPerson, ChangeEntry
from services.household_findings import Seen

ONE_DAY = timedelta(days=1)


def leave(ctx: Context, seen: Seen, person_id: int, from_on: date, notification: Notification) -> None:
    """Somebody belongs to the household no more from a day on."""
    households.remove_member(ctx, seen.household_id, person_id, from_on - ONE_DAY, notification)


def split(
    ctx: Context, told: ChangeEntry, seen: Seen, notification: Notification
) -> dict[int, list[Enrolment]]:
    """Make the new households; answer their periods by household. Who is not insured founds none."""
    moved: dict[int, list[Enrolment]] = {}
    insured = {period.person_id for period in seen.remaining_periods(told.event_on)}
    for group in changing.groups_of(told).values():
        for row in group:
            leave(ctx, seen, row.person_id, told.event_on, notification)
            if told.new_address is not None:
                addresses.move(ctx, row.person_id, told.new_address, told.event_on, notification)
        if any(row.person_id in insured for row in group):
            household_id = _found(ctx, group, told.event_on, notification)
            moved[household_id] = _bring(ctx, seen, group, household_id, notification, told.event_on)
    _what_stays(ctx, told, seen, notification)
    return moved


def merge(
    ctx: Context, told: ChangeEntry, seen: Seen, other: Seen, notification: Notification
) -> list[Enrolment]:
    """Bring the persons told of into the household; the other one ends with its last insured person."""
    for row in told.persons:
        leave(ctx, other, row.person_id, told.event_on, notification)
    related = {row.person_id: row.relationship for row in told.persons}
    households.add_members(ctx, seen.household_id, related, told.event_on, notification)
    brought = _bring(ctx, other, list(told.persons), seen.household_id, notification, told.event_on)
    if not other.remaining_periods(told.event_on, told.person_ids):
        households.end(ctx, other.household_id, told.event_on - ONE_DAY, notification)
    return brought


def _found(ctx: Context, group: list[ChangedPerson], from_on: date, notification: Notification) -> int:
    household = households.create(ctx, from_on, notification)
    related = {row.person_id: row.relationship for row in group}
    households.add_members(ctx, household.id, related, from_on, notification)
    head_id = next(row.person_id for row in group if row.relationship == "head")
    households.set_head(ctx, household.id, head_id, from_on, notification)
    return household.id


def _bring(
    ctx: Context,
    seen: Seen,
    group: list[ChangedPerson],
    household_id: int,
    notification: Notification,
    from_on: date,
) -> list[Enrolment]:
    """The periods that hold on the day go with their persons; the status itself is not touched."""
    ids = [row.person_id for row in group]
    periods = [period for period in seen.remaining_periods(from_on) if period.person_id in ids]
    return [
        eligibility.correct_period(ctx, period, {"household_id": household_id}, notification, "period_moved")
        for period in periods
    ]


def _what_stays(ctx: Context, told: ChangeEntry, seen: Seen, notification: Notification) -> None:
    if not seen.remaining_periods(told.event_on, told.person_ids):
        households.end(ctx, seen.household_id, told.event_on - ONE_DAY, notification)
    elif seen.head_id in told.person_ids and told.new_head_person_id is not None:
        heading.change_head(
            ctx, seen, told.new_head_person_id, told.event_on, notification, gives_new_number=False
        )
