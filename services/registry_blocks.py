"""Deeds on the register that a procedure drawn in the studio puts together (Ruling 1): each does one thing.

They write what a verified entry says and check nothing of the law: what stands against an entry is asked
before it is taken (`services/residence_exceptions.py`). Each is told the notification that it happens for.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from models.household import get_head
from models.notification import Notification
from services import addresses, city, eligibility, households, moving, notifications, resident_kinds
from services.addresses import AddressFacts
from services.certificates.issuing import Issued
from services.certificates.renewal import renew
from services.change import current
from services.context import Context
from services.entries.reading import CertificateReturn
from services.errors import NotInsured
from services.findings import Finding, Registered, refuse_when_any
from services.heading import change_head
from services.household_findings import Seen, look
from services.statute import law_on

NEW_NUMBER = "municipal/eligibility/head_change_gives_new_number"


def mark(
    ctx: Context,
    notification: Notification,
    household_id: int,
    person_ids: Sequence[int],
    day: date,
    exception: str | None,
    homes: Mapping[int, str] | None = None,
) -> None:
    """Set or take away the residence exception (法116条, 116条の2) on the periods that hold the day.

    Who gets one is registered elsewhere from that day on, and stands outside the resident register here (J1);
    `homes` tells where, for those whose address did not come by itself.

    Raises:
        NotInsured: somebody has no such period in this household.
        RegistrationRefused: there is no such household on the day.
    """
    seen = seen_on(ctx, household_id, day)
    periods = [seen.period_of(one, day) for one in person_ids]
    if any(period is None for period in periods):
        raise NotInsured(
            "その日に加入していない方がいるため、特例を記録できません。届出の内容を確かめてください。",
            "Somebody is not insured on that day, so the exception cannot be recorded.",
        )
    changes = [(period, {"residence_exception": exception}) for period in periods if period is not None]
    eligibility.correct_periods(ctx, changes, notification)
    if exception is not None:
        resident_kinds.stand_outside(ctx, person_ids, homes or {}, day, notification)
    notification.household_id = notification.household_id or household_id
    notifications.link_persons(ctx, notification.id, list(person_ids))


def still_marked(
    ctx: Context, household_id: int, person_ids: Collection[int], day: date, exception: str
) -> list[int]:
    """Who of these persons bears the exception on the day, in whatever order they were named."""
    seen, _ = look(ctx, household_id, day)
    if seen is None:
        return []
    periods = ((one, seen.period_of(one, day)) for one in person_ids)
    return [
        one
        for one, period in periods
        if period is not None and period.covers(day) and period.residence_exception == exception
    ]


def found_household(
    ctx: Context,
    notification: Notification,
    household_id: int,
    person_id: int,
    day: date,
    new_head_person_id: int | None,
) -> int:
    """Let somebody be a household of his own from a day on (法116条の2); answers its id.

    His period goes with him, its dates untouched. Where he headed the others, `new_head_person_id` does.

    Raises:
        RegistrationRefused: there is no such household on the day.
    """
    seen = seen_on(ctx, household_id, day)
    if seen.member_ids == {person_id}:
        return household_id
    periods = [one for one in seen.remaining_periods(day) if one.person_id == person_id]
    moving.leave(ctx, seen, [person_id], day, notification)
    own = households.begin(ctx, day, city.read(ctx.session))
    ctx.session.flush()
    households.found(ctx, own, {person_id: "head"}, person_id, day, notification)
    changes: list[tuple[Any, dict[str, Any]]] = [(one, {"household_id": own.id}) for one in periods]
    eligibility.correct_periods(ctx, changes, notification, "period_moved")
    if not seen.remaining_periods(day, [person_id]):
        households.end(ctx, household_id, day - moving.ONE_DAY, notification)
    elif seen.head_id == person_id and new_head_person_id is not None:
        new_number = law_on(day).flag(NEW_NUMBER)
        change_head(ctx, seen, new_head_person_id, day, notification, gives_new_number=new_number)
    return own.id


def move_home(
    ctx: Context, notification: Notification, person_ids: Sequence[int], place: AddressFacts, day: date
) -> None:
    """Persons live at another address from a day on; the old one is kept as the previous one."""
    addresses.move_on(ctx, dict.fromkeys(person_ids, place), day, notification)


def renew_certificates(
    ctx: Context,
    notification: Notification,
    household_id: int,
    returns: Mapping[int, CertificateReturn | None],
    day: date,
    delivery: str,
) -> Registered:
    """New certificates for the persons told of, in any case; the old ones end as told."""
    seen = seen_on(ctx, household_id, day)
    ids = list(returns)
    periods = current(ctx, [one for one in seen.remaining_periods(day) if one.person_id in ids])
    issued: Issued = renew(ctx, household_id, periods, notification, delivery, returns, always=ids)
    return Registered(
        household_id,
        tuple(ids),
        issued.certificate_ids,
        issued.print_request_ids,
        issued.messages,
    )


def renew_those_who_stay(
    ctx: Context, notification: Notification, household_id: int, day: date
) -> Registered:
    """New certificates in a household that somebody left, where what stands on them is no longer so."""
    if get_head(ctx.session, household_id, day) is None:
        return Registered(household_id)
    periods = current(ctx, seen_on(ctx, household_id, day).remaining_periods(day))
    issued = renew(ctx, household_id, periods, notification, "post")
    return Registered(household_id, (), issued.certificate_ids, issued.print_request_ids, issued.messages)


def seen_on(ctx: Context, household_id: int, day: date) -> Seen:
    """The household on a day.

    Raises:
        RegistrationRefused: there is none.
    """
    found: list[Finding]
    seen, found = look(ctx, household_id, day)
    refuse_when_any(found)
    if seen is None:
        raise AssertionError("a household that is not there was refused above")
    return seen
