"""People going from one household to another: split, merge, leaving (規則9条)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from models.enrolment import Enrolment
from models.notification import Notification
from services import addresses, changing, city, eligibility, heading, households
from services.context import Context
from services.entries.change import ChangedPerson, ChangeEntry
from services.household_findings import Seen

ONE_DAY = timedelta(days=1)


def leave(
    ctx: Context, seen: Seen, person_ids: Iterable[int], from_on: date, notification: Notification
) -> None:
    """Persons belong to the household no more from a day on."""
    last_days = dict.fromkeys(person_ids, from_on - ONE_DAY)
    households.remove_members(ctx, seen.household_id, last_days, notification)


def split(
    ctx: Context, told: ChangeEntry, seen: Seen, notification: Notification
) -> dict[int, list[Enrolment]]:
    """Make the new households; answer their periods by household. Who is not insured founds none."""
    moved: dict[int, list[Enrolment]] = {}
    insured = {period.person_id for period in seen.remaining_periods(told.event_on)}
    leave(ctx, seen, told.person_ids, told.event_on, notification)
    if told.new_address is not None:
        addresses.move_all(ctx, told.person_ids, told.new_address, told.event_on, notification)
    for group in changing.groups_of(told).values():
        if any(row.person_id in insured for row in group):
            household_id = _found(ctx, group, told.event_on, notification)
            moved[household_id] = _bring(ctx, seen, group, household_id, notification, told.event_on)
    _what_stays(ctx, told, seen, notification)
    return moved


def merge(
    ctx: Context, told: ChangeEntry, seen: Seen, other: Seen, notification: Notification
) -> list[Enrolment]:
    """Bring the persons told of into the household; the other one ends with its last insured person."""
    leave(ctx, other, told.person_ids, told.event_on, notification)
    related = {row.person_id: row.relationship for row in told.persons}
    households.add_members(ctx, seen.household_id, related, told.event_on, notification)
    brought = _bring(ctx, other, list(told.persons), seen.household_id, notification, told.event_on)
    if not other.remaining_periods(told.event_on, told.person_ids):
        households.end(ctx, other.household_id, told.event_on - ONE_DAY, notification)
    return brought


def _found(ctx: Context, group: list[ChangedPerson], from_on: date, notification: Notification) -> int:
    related = {row.person_id: row.relationship for row in group}
    head_id = next(row.person_id for row in group if row.relationship == "head")
    household = households.begin(ctx, from_on, city.read(ctx.session))
    ctx.session.flush()
    households.found(ctx, household, related, head_id, from_on, notification)
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
    moved = [(period, {"household_id": household_id}) for period in periods]
    return eligibility.correct_periods(ctx, moved, notification, "period_moved")


def _what_stays(ctx: Context, told: ChangeEntry, seen: Seen, notification: Notification) -> None:
    if not seen.remaining_periods(told.event_on, told.person_ids):
        households.end(ctx, seen.household_id, told.event_on - ONE_DAY, notification)
    elif seen.head_id in told.person_ids and told.new_head_person_id is not None:
        heading.change_head(
            ctx, seen, told.new_head_person_id, told.event_on, notification, gives_new_number=False
        )
