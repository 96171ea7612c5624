"""The certificate: put on record, its paper asked for; issued again with the same contents (C1, C2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select

from models.certificate import Certificate
from models.enrolment import Enrolment
from models.notification import Notification
from models.person import Person
from printing.certificates.card import Card
from rules.benefits.ceilings import Granted
from services import households, print_queue, print_requests
from services.ceiling_certificates.assessing import held_now
from services.certificates import events
from services.certificates.contents import Holder, card_of_ceiling
from services.certificates.family import read_family
from services.context import Context
from services.numbering import certificate_serials
from services.papers import from_plain, to_plain


def issue(
    ctx: Context,
    period: Enrolment,
    granted: Granted,
    class_title: str,
    limits: Sequence[str],
    notification: Notification,
    delivery: str,
) -> tuple[Certificate, tuple[int, ...]]:
    """Issue one certificate; those of these kinds that the person holds end as replaced.

    Two cases of one person that are decided at once come one after the other: the second ends what the first
    has issued.
    """
    person_id = period.person_id
    if granted.kind is None:
        raise AssertionError("only what may be issued comes here")
    one_at_a_time = select(Person.id).where(Person.id == person_id)
    ctx.session.execute(one_at_a_time.with_for_update(key_share=True))  # deeds that name the person go on
    family = read_family(ctx, period.household_id, [person_id])
    branches = households.give_branches(ctx, family.card, [person_id])
    holder = Holder(family.records[person_id], period, family.card, branches[person_id], family.head_name)
    [serial] = certificate_serials(ctx.session, 1, ctx.today)
    card = card_of_ceiling(holder, granted, class_title, limits, serial, ctx.today, family.settings.insurer)
    former = held_now(ctx, person_id)
    row = Certificate(
        serial=serial,
        kind=granted.kind.value,
        person_id=person_id,
        household_id=period.household_id,
        card_number_id=family.card.id,
        branch=holder.branch,
        period_key=period.period_key,
        issued_on=ctx.today,
        expires_on=card.expires_on,
        notification_id=notification.id,
        replaces_id=former[0].id if former else None,
        contents=to_plain(card),
        created_at=ctx.at,
        created_by_id=ctx.actor.staff_id,
    )
    ctx.session.add(row)
    ctx.session.flush()
    events.append(ctx, row.id, "issued", notification)
    for old in former:
        events.append(ctx, old.id, "replaced", notification)
    if former:
        print_queue.strike_off_ended(ctx, period.household_id)
    requests = print_requests.ask_for_certificates(ctx, family, [row], notification, delivery)
    return row, tuple(one.id for one in requests)


def issue_again(
    ctx: Context, lost: Sequence[Certificate], notification: Notification, delivery: str, reason: str
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The same certificates with serials of their own, marked as issued again; ids of them and of papers."""
    if not lost:
        return (), ()
    family = read_family(ctx, lost[0].household_id, [one.person_id for one in lost])
    serials = certificate_serials(ctx.session, len(lost), ctx.today)
    rows = [_copy(ctx, one, serial, notification) for one, serial in zip(lost, serials, strict=True)]
    ctx.session.add_all(rows)
    ctx.session.flush()
    for row in rows:
        events.append(ctx, row.id, "issued", notification, reason)
    requests = print_requests.ask_for_certificates(ctx, family, rows, notification, delivery)
    return tuple(row.id for row in rows), tuple(one.id for one in requests)


def _copy(ctx: Context, old: Certificate, serial: str, notification: Notification) -> Certificate:
    card = replace(
        from_plain(Card, old.contents),
        serial=serial,
        issued_on=ctx.today,
        reprint=True,
        reprinted_on=ctx.today,
    )
    return Certificate(
        serial=serial,
        kind=old.kind,
        person_id=old.person_id,
        household_id=old.household_id,
        card_number_id=old.card_number_id,
        branch=old.branch,
        period_key=old.period_key,
        issued_on=ctx.today,
        expires_on=old.expires_on,
        notification_id=notification.id,
        replaces_id=old.id,
        contents=to_plain(card),
        created_at=ctx.at,
        created_by_id=ctx.actor.staff_id,
    )
