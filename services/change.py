"""Changes (変更届): address, name, head, head for NHI only, split, merge (docs/procedures/change.md)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from models.enrolment import Enrolment
from models.notification import Notification
from rules.derivation import Decision
from rules.eligibility.changes import Change, ChangeKind
from services import (
    addresses,
    changing,
    heading,
    households,
    moving,
    notifications,
    number_linking,
    personal_changes,
    persons,
)
from services.certificates.issuing import Issued
from services.certificates.renewal import renew
from services.context import Context
from services.entries.change import ChangeEntry, read
from services.entries.reading import Entry
from services.findings import Finding, Registered, Severity, refuse_when_any
from services.household_findings import Seen, look
from services.persons import PersonFacts


@dataclass(frozen=True)
class Deed:
    """A change about to be written: what was told, the household it was told of, and what the law says."""

    told: ChangeEntry
    seen: Seen
    other: Seen | None
    decisions: list[Decision[Change]]
    notification: Notification
    delivery: str


def check(ctx: Context, entry: Entry) -> list[Finding]:
    """What stands against the notification, field by field; nothing is written."""
    return _look(ctx, read(entry))[0]


def register(
    ctx: Context, notification: Notification, entry: Entry, delivery: str | None = None
) -> Registered:
    """Write the change and issue new certificates where they are no longer right.

    Raises:
        RegistrationRefused: a check found a refusal.
    """
    told = read(entry)
    findings, seen, other, decisions = _look(ctx, told)
    refuse_when_any(findings)
    if seen is None:
        raise AssertionError("a household that is not there was refused above")
    way = delivery or ("counter" if notification.way == "counter" else "post")
    deed = Deed(told, seen, other, decisions, notification, way)
    touched, issued = _DEEDS[ChangeKind(told.kind)](ctx, deed)
    notification.household_id = notification.household_id or told.household_id
    notifications.link_persons(ctx, notification.id, touched)
    told_of = [one.message_ja for one in findings if one.severity is Severity.WARNING]
    return Registered(
        household_id=told.household_id,
        person_ids=tuple(dict.fromkeys(touched)),
        certificate_ids=tuple(one for part in issued for one in part.certificate_ids),
        print_request_ids=tuple(one for part in issued for one in part.print_request_ids),
        messages=(*told_of, *(message for part in issued for message in part.messages)),
        trace=tuple(step for decision in decisions for step in decision.trace()),
    )


def _look(
    ctx: Context, told: ChangeEntry
) -> tuple[list[Finding], Seen | None, Seen | None, list[Decision[Change]]]:
    seen, found = look(ctx, told.household_id, told.event_on)
    other = None
    if told.other_household_id is not None:
        other, more = look(ctx, told.other_household_id, told.event_on)
        found = [*found, *more]
    if seen is None or found:
        return found, None, other, []
    decisions = changing.decide(ctx, told, seen)
    return changing.findings(ctx, told, seen, other, decisions), seen, other, decisions


def _name(ctx: Context, deed: Deed) -> tuple[list[int], list[Issued]]:
    told = deed.told
    changes = {
        row.person_id: {
            "name": row.new_name,
            **({"name_kana": row.new_kana} if row.new_kana is not None else {}),
        }
        for row in told.persons
    }
    persons.revise_all(ctx, changes, told.event_on, deed.notification)
    return told.person_ids, [_renew(ctx, deed, deed.seen)]


def _address(ctx: Context, deed: Deed) -> tuple[list[int], list[Issued]]:
    told = deed.told
    if told.new_address is None:
        raise AssertionError("the form asks for the new address")
    places = dict.fromkeys(told.person_ids, told.new_address)
    addresses.move_on(ctx, places, told.event_on, deed.notification)
    return told.person_ids, [_renew(ctx, deed, deed.seen)]


def _head(ctx: Context, deed: Deed) -> tuple[list[int], list[Issued]]:
    told, seen = deed.told, deed.seen
    new_head = told.new_head_person_id or _newcomer(ctx, deed)
    heading.change_head(
        ctx,
        seen,
        new_head,
        told.event_on,
        deed.notification,
        gives_new_number=deed.decisions[0].result.gives_new_number,
    )
    if told.head_change_reason in {"death", "moved_out"}:
        moving.leave(ctx, seen, [seen.head_id], told.event_on, deed.notification)
    return [*told.person_ids, seen.head_id, new_head], [_renew(ctx, deed, seen)]


def _newcomer(ctx: Context, deed: Deed) -> int:
    """A new head who was not on record: he owes the premium and is not insured (擬制世帯主)."""
    told = deed.told.new_head
    if told is None:
        raise AssertionError("the form asks for the new head")
    facts = PersonFacts(told.name, told.birth_date, told.sex, told.kana)
    person = persons.create(ctx, facts, deed.notification)
    number_linking.write_all(ctx, {person.id: told.number}, deed.notification, newcomers=[person.id])
    households.add_members(
        ctx, deed.seen.household_id, {person.id: "head"}, deed.told.event_on, deed.notification
    )
    home = addresses.current(ctx.session, deed.seen.head_id, deed.told.event_on)
    if home is not None:
        addresses.move(ctx, person.id, addresses.facts_of(home), deed.told.event_on, deed.notification)
    return person.id


def _nhi_head(ctx: Context, deed: Deed) -> tuple[list[int], list[Issued]]:
    told, seen = deed.told, deed.seen
    if told.new_head_person_id is None:
        raise AssertionError("the form asks for the new head")
    heading.change_head(
        ctx,
        seen,
        told.new_head_person_id,
        told.event_on,
        deed.notification,
        gives_new_number=False,
        nhi_only=True,
    )
    return [seen.head_id, told.new_head_person_id], [_renew(ctx, deed, seen)]


def _split(ctx: Context, deed: Deed) -> tuple[list[int], list[Issued]]:
    told, seen = deed.told, deed.seen
    moved = moving.split(ctx, told, seen, deed.notification)
    issued = [
        renew(ctx, household_id, current(ctx, periods), deed.notification, deed.delivery, told.returns)
        for household_id, periods in moved.items()
    ]
    gone = {period.person_id for periods in moved.values() for period in periods} | set(told.person_ids)
    staying = seen.remaining_periods(told.event_on, gone)
    if staying and told.new_head_person_id is not None and seen.head_id in gone:
        issued.append(renew(ctx, seen.household_id, current(ctx, staying), deed.notification, deed.delivery))
    return [*told.person_ids, seen.head_id], issued


def _merge(ctx: Context, deed: Deed) -> tuple[list[int], list[Issued]]:
    told, seen, other = deed.told, deed.seen, deed.other
    if other is None or told.new_head_person_id is None:
        raise AssertionError("the form asks for the other household and the head")
    periods = moving.merge(ctx, told, seen, other, deed.notification)
    if told.new_head_person_id != seen.head_id:
        heading.change_head(
            ctx, seen, told.new_head_person_id, told.event_on, deed.notification, gives_new_number=False
        )
    everybody = [*periods, *seen.remaining_periods(told.event_on)]
    issued = renew(
        ctx, seen.household_id, current(ctx, everybody), deed.notification, deed.delivery, told.returns
    )
    return [*told.person_ids, seen.head_id, told.new_head_person_id], [issued]


def _personal(ctx: Context, deed: Deed) -> tuple[list[int], list[Issued]]:
    """A new last day or another mark stands on new certificates; another Individual Number on none."""
    told, seen = deed.told, deed.seen
    personal_changes.register(ctx, told, seen, deed.notification)
    if told.kind == ChangeKind.MY_NUMBER:
        return told.person_ids, []
    after, _ = look(ctx, told.household_id, told.event_on)
    if after is None:
        raise AssertionError("a household that is not there was refused before")
    ids, returns = told.person_ids, told.returns
    periods = current(ctx, [one for one in after.periods if one.person_id in ids])
    issued = renew(ctx, seen.household_id, periods, deed.notification, deed.delivery, returns, always=ids)
    return ids, [issued]


def _renew(ctx: Context, deed: Deed, seen: Seen) -> Issued:
    periods = current(ctx, seen.remaining_periods(deed.told.event_on))
    return renew(ctx, seen.household_id, periods, deed.notification, deed.delivery, deed.told.returns)


def current(ctx: Context, periods: list[Enrolment]) -> list[Enrolment]:
    """The periods that hold today or begin later: a paper is made for no other."""
    return [period for period in periods if period.covers(max(ctx.today, period.acquired_on))]


_DEEDS: dict[ChangeKind, Callable[[Context, Deed], tuple[list[int], list[Issued]]]] = {
    ChangeKind.NAME: _name,
    ChangeKind.ADDRESS: _address,
    ChangeKind.HEAD: _head,
    ChangeKind.NHI_HEAD: _nhi_head,
    ChangeKind.SPLIT: _split,
    ChangeKind.MERGE: _merge,
    ChangeKind.RESIDENCE: _personal,
    ChangeKind.STUDENT: _personal,
    ChangeKind.MY_NUMBER: _personal,
}
