"""Issuing certificates: kind by the law of the day, serial, contents, request to print (C1, C2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from models.certificate import Certificate
from models.enrolment import Enrolment
from models.notification import Notification
from models.share_entry import list_approved, since_of
from rules.certificates import CertificateKind, Validity, decide_kind, expiry, may_issue
from rules.derivation import Refusal
from services import addresses, households, print_requests
from services.certificates import events
from services.certificates.contents import Holder, card_of, facts_of
from services.certificates.family import Family, read_family
from services.context import Context
from services.errors import KindNotAllowed
from services.numbering import certificate_serials
from services.papers import to_plain
from services.statute import law_on


@dataclass(frozen=True)
class Issued:
    """What came of an issue: certificates and requests by id, and why somebody got none."""

    certificate_ids: tuple[int, ...] = ()
    print_request_ids: tuple[int, ...] = ()
    messages: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """One certificate about to be written."""

    holder: Holder
    kind: CertificateKind
    validity: Validity


def issue(
    ctx: Context,
    household_id: int,
    periods: Sequence[Enrolment],
    notification: Notification | None,
    delivery: str,
    *,
    replaced: Mapping[tuple[int, str], Certificate] | None = None,
    kinds: Mapping[int, Sequence[CertificateKind]] | None = None,
    reissue_reason: str | None = None,
    valid_from_on: date | None = None,
) -> Issued:
    """Issue to each person what the law of today gives him, and ask for the paper.

    `kinds` fixes the kinds for some persons (reissue); `replaced` names the certificates that end by this.
    Somebody whom no paper can serve (not insured any more today) gets none, and a message says why.
    `valid_from_on`: the first day for which it is made, where that is later than today (reaching 70).
    Without a notification it is issued on the office's own decision.

    Raises:
        KindNotAllowed: a fixed kind may not be issued on this day.
        HouseholdUnknown: the household has no card number.
    """
    family = read_family(ctx, household_id, [period.person_id for period in periods])
    plans, refusals = plan(ctx, family, periods, kinds or {}, valid_from_on)
    return write(ctx, family, plans, notification, delivery, replaced or {}, reissue_reason, refusals)


def issue_to(
    ctx: Context, family: Family, periods: Sequence[Enrolment], notification: Notification, delivery: str
) -> Issued:
    """Issue to a family whose number, head and records are in hand already."""
    plans, refusals = plan(ctx, family, periods, {})
    return write(ctx, family, plans, notification, delivery, {}, refusals=refusals)


def plan(
    ctx: Context,
    family: Family,
    periods: Sequence[Enrolment],
    kinds: Mapping[int, Sequence[CertificateKind]],
    valid_from_on: date | None = None,
) -> tuple[list[Plan], list[Refusal]]:
    """What the law of today gives each person, and why somebody gets nothing; nothing is written.

    Raises:
        KindNotAllowed: a fixed kind may not be issued on this day.
    """
    law = law_on(ctx.today)
    plans: list[Plan] = []
    refusals: list[Refusal] = []
    for holder in _holders(ctx, family, periods):
        facts = replace(facts_of(holder.record, holder.period), valid_from_on=valid_from_on)
        choice = decide_kind(facts, law).result
        wanted = kinds.get(holder.record.person_id)
        if wanted is not None:
            _refuse_kinds(wanted, ctx.today)
        refusals.extend(choice.refusals)
        for kind in wanted if wanted is not None and choice.kind else choice.kinds:
            validity = expiry(facts, law, kind).result
            refusals.extend(validity.refusals)
            if not validity.refusals:
                plans.append(Plan(holder, kind, validity))
    return _with_homes(ctx, plans), refusals


def _refuse_kinds(kinds: Sequence[CertificateKind], day: date) -> None:
    for kind in kinds:
        for refusal in may_issue(kind, law_on(day)):
            raise KindNotAllowed(
                refusal.message_ja, f"The law of {day} does not allow this kind.", refusal.article
            )


def _holders(ctx: Context, family: Family, periods: Sequence[Enrolment]) -> list[Holder]:
    ids = [period.person_id for period in periods]
    branches = households.give_branches(ctx, family.card, ids, is_new=family.is_new)
    shares = {one: family.records[one].copay_share for one in ids}
    approved = list_approved(ctx.session, {one for one in ids if shares[one] is not None})
    return [
        Holder(
            family.records[period.person_id],
            period,
            family.card,
            branches[period.person_id],
            family.head_name,
            share_since=since_of(approved.get(period.person_id, ()), shares[period.person_id]),
        )
        for period in periods
    ]


def _with_homes(ctx: Context, plans: list[Plan]) -> list[Plan]:
    """The insurance card of the old law shows where its holder lives; no other kind does."""
    ids = [one.holder.record.person_id for one in plans if one.kind is CertificateKind.INSURANCE_CARD]
    if not ids:
        return plans
    homes = addresses.current_of(ctx.session, ids, ctx.today)
    return [
        replace(one, holder=replace(one.holder, address=homes.get(one.holder.record.person_id)))
        for one in plans
    ]


def write(
    ctx: Context,
    family: Family,
    plans: Sequence[Plan],
    notification: Notification | None,
    delivery: str,
    replaced: Mapping[tuple[int, str], Certificate],
    reissue_reason: str | None = None,
    refusals: Sequence[Refusal] = (),
) -> Issued:
    """Write the certificates of a plan and ask for their paper."""
    rows = _rows(ctx, family, plans, notification, replaced, reissue_reason) if plans else []
    requests = print_requests.ask_for_certificates(ctx, family, rows, notification, delivery)
    return Issued(
        tuple(row.id for row in rows),
        tuple(request.id for request in requests),
        tuple(dict.fromkeys(refusal.message_ja for refusal in refusals)),
    )


def _rows(
    ctx: Context,
    family: Family,
    plans: Sequence[Plan],
    notification: Notification | None,
    replaced: Mapping[tuple[int, str], Certificate],
    reissue_reason: str | None,
) -> list[Certificate]:
    serials = certificate_serials(ctx.session, len(plans), ctx.today)
    by = family.settings.insurer
    rows = []
    for one, serial in zip(plans, serials, strict=True):
        former = replaced.get((one.holder.record.person_id, one.kind.value))
        card = card_of(one.holder, one.kind, one.validity, serial, ctx.today, by)
        if reissue_reason is not None:
            card = replace(card, reprint=True, reprinted_on=ctx.today)
        rows.append(_certificate(ctx, one, serial, to_plain(card), notification, former))
    ctx.session.add_all(rows)
    ctx.session.flush()
    for row in rows:
        events.append(ctx, row.id, "issued", notification, reissue_reason)
    return rows


def _certificate(
    ctx: Context,
    one: Plan,
    serial: str,
    contents: dict[str, object],
    notification: Notification | None,
    former: Certificate | None,
) -> Certificate:
    return Certificate(
        serial=serial,
        kind=one.kind.value,
        person_id=one.holder.record.person_id,
        household_id=one.holder.card.household_id,
        card_number_id=one.holder.card.id,
        branch=one.holder.branch,
        period_key=one.holder.period.period_key,
        issued_on=ctx.today,
        expires_on=one.validity.expires_on,
        notification_id=notification.id if notification else None,
        replaces_id=former.id if former else None,
        contents=contents,
        created_at=ctx.at,
        created_by_id=ctx.actor.staff_id,
    )
