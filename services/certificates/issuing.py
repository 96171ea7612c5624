"""Issuing certificates: kind by the law of the day, serial, contents, request to print (C1, C2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from models.certificate import Certificate
from models.enrolment import Enrolment
from models.household import current_card_number, get_head
from models.notification import Notification
from models.person import list_current
from rules.certificates import CertificateKind, Validity, decide_kind, expiry, may_issue
from rules.derivation import Refusal
from services import addresses, city, households, print_requests
from services.certificates import events
from services.certificates.contents import Holder, card_of, facts_of
from services.context import Context
from services.errors import HouseholdUnknown, KindNotAllowed
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
    plans, refusals = plan(ctx, household_id, periods, kinds or {}, valid_from_on)
    return write(ctx, plans, notification, delivery, replaced or {}, reissue_reason, refusals)


def plan(
    ctx: Context,
    household_id: int,
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
    for holder in _holders(ctx, household_id, periods):
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
    return plans, refusals


def _refuse_kinds(kinds: Sequence[CertificateKind], day: date) -> None:
    for kind in kinds:
        for refusal in may_issue(kind, law_on(day)):
            raise KindNotAllowed(
                refusal.message_ja, f"The law of {day} does not allow this kind.", refusal.article
            )


def _holders(ctx: Context, household_id: int, periods: Sequence[Enrolment]) -> list[Holder]:
    card = current_card_number(ctx.session, household_id)
    if card is None:
        raise HouseholdUnknown(
            "この世帯には被保険者番号がありません。世帯を確かめてください。",
            "This household has no card number. Check the household.",
        )
    ids = [period.person_id for period in periods]
    head = get_head(ctx.session, household_id, ctx.today)
    records = list_current(ctx.session, [*ids, *([head.person_id] if head else [])])
    branches = households.give_branches(ctx, card, ids)
    homes = addresses.current_of(ctx.session, ids, ctx.today)
    head_name = records[head.person_id].name if head else ""
    return [
        Holder(
            records[period.person_id],
            period,
            card,
            branches[period.person_id],
            head_name,
            homes.get(period.person_id),
        )
        for period in periods
    ]


def write(
    ctx: Context,
    plans: Sequence[Plan],
    notification: Notification | None,
    delivery: str,
    replaced: Mapping[tuple[int, str], Certificate],
    reissue_reason: str | None = None,
    refusals: Sequence[Refusal] = (),
) -> Issued:
    """Write the certificates of a plan and ask for their paper."""
    rows = _rows(ctx, plans, notification, replaced, reissue_reason) if plans else []
    requests = print_requests.ask_for_certificates(ctx, rows, notification, delivery)
    return Issued(
        tuple(row.id for row in rows),
        tuple(request.id for request in requests),
        tuple(dict.fromkeys(refusal.message_ja for refusal in refusals)),
    )


def _rows(
    ctx: Context,
    plans: Sequence[Plan],
    notification: Notification | None,
    replaced: Mapping[tuple[int, str], Certificate],
    reissue_reason: str | None,
) -> list[Certificate]:
    serials = certificate_serials(ctx.session, len(plans), ctx.today)
    by = city.settings_on(ctx.session, ctx.today).insurer
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
