"""Cancellation of a completed notification (取消): nothing of it is deleted (B5; docs/procedures)."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import or_, select

from models.audit.tags import Tag
from models.certificate import ENDED, Certificate, CertificateEvent, last_events
from models.document import PrintEvent, PrintRequest
from models.enrolment import Enrolment
from models.notification import Notification, NotificationPerson
from services import audit, building_on, notifications, number_linking, numbers_vault, undoing
from services.certificates import events
from services.certificates.renewal import renew
from services.context import Context
from services.entries.cancellation import CancellationEntry, read
from services.entries.reading import Entry
from services.findings import Finding, Registered, refusal, refuse_when_any
from services.undoing import Traces

STILL_HELD = frozenset({"replaced", "not_returned", "lost"})


def check(ctx: Context, entry: Entry) -> list[Finding]:
    """What stands against the cancellation; nothing is written."""
    return _findings(ctx, read(entry))[0]


def register(
    ctx: Context, notification: Notification, entry: Entry, delivery: str | None = None
) -> Registered:
    """Take back what the notification recorded; its certificates are void and must come back.

    Raises:
        RegistrationRefused: it recorded nothing, was cancelled before, or a later one builds on it.
    """
    told = read(entry)
    findings, target, traces = _findings(ctx, told)
    refuse_when_any(findings)
    if target is None:
        raise AssertionError("a notification that is not there was refused above")
    restored = undoing.take_back(ctx, traces, notification)
    voided = _void_papers(ctx, target, traces, notification, told.note)
    _revive(ctx, target, notification)
    numbers_vault.unconfirm(ctx, target)
    number_linking.withdraw(ctx, target)
    notification.cancels_id = notification.cancels_id or target.id
    notification.household_id = notification.household_id or target.household_id
    concerned = list(
        ctx.session.scalars(
            select(NotificationPerson.person_id).where(NotificationPerson.notification_id == target.id)
        )
    )
    notifications.link_persons(ctx, notification.id, concerned)
    notifications.act(ctx, target.id, "cancelled", note=told.note, data={"by": notification.number})
    audit.record(
        ctx,
        Tag.REGISTER_CHANGED,
        f"notification:{target.id}",
        detail={"deed": "cancelled", "notification": notification.id},
    )
    way = delivery or ("counter" if notification.way == "counter" else "post")
    certificates, requests, messages = _issue_again(ctx, restored, notification, way)
    return Registered(
        household_id=notification.household_id,
        person_ids=tuple(dict.fromkeys(concerned)),
        certificate_ids=certificates,
        print_request_ids=requests,
        messages=(*_collect(voided), *messages),
    )


def _findings(ctx: Context, told: CancellationEntry) -> tuple[list[Finding], Notification | None, Traces]:
    target = ctx.session.get(Notification, told.notification_id)
    if target is None or target.office_id != ctx.actor.office_id:
        return [_unknown()], None, Traces()
    if building_on.cancelled_among(ctx.session, [target.id]):
        return [_cancelled_before(target)], target, Traces()
    traces = undoing.traces_of(ctx.session, target.id)
    papers = select(CertificateEvent.id).where(CertificateEvent.notification_id == target.id).limit(1)
    if target.procedure == "cancellation" or (traces.is_empty and ctx.session.scalar(papers) is None):
        return [_nothing(target)], target, traces
    later = building_on.later_notifications(ctx.session, target.id, traces)
    return ([_later(ctx, later)] if later else []), target, traces


def _void_papers(
    ctx: Context, target: Notification, traces: Traces, by: Notification, note: str
) -> list[str]:
    """End the certificates of the notification and of the periods it opened; stop what waits for paper."""
    rows = ctx.session.scalars(
        select(Certificate).where(
            or_(
                Certificate.notification_id == target.id,
                Certificate.period_key.in_(traces.new_period_keys),
            )
        )
    ).all()
    states = last_events(ctx.session, [row.id for row in rows])
    serials = []
    for row in rows:
        if states[row.id].kind not in ENDED:
            events.append(ctx, row.id, "voided", by, note[:200])
            serials.append(row.serial)
    waiting = select(PrintRequest).where(
        or_(
            PrintRequest.notification_id == target.id,
            PrintRequest.certificate_id.in_([row.id for row in rows]),
        ),
        PrintRequest.state == "waiting",
    )
    for request in ctx.session.scalars(waiting):
        request.state = "cancelled"
        ctx.session.add(
            PrintEvent(
                request_id=request.id,
                kind="cancelled",
                at=ctx.at,
                by_id=ctx.actor.staff_id,
                reason=note[:200],
            )
        )
    return serials


def _revive(ctx: Context, target: Notification, by: Notification) -> None:
    """Papers that ended by the notification and are still in the hands of people are good again."""
    ended = select(CertificateEvent.certificate_id).where(
        CertificateEvent.notification_id == target.id, CertificateEvent.kind.in_(STILL_HELD)
    )
    ids = list(dict.fromkeys(ctx.session.scalars(ended)))
    states = last_events(ctx.session, ids) if ids else {}
    for certificate_id, last in states.items():
        if last.notification_id == target.id and last.kind in STILL_HELD:
            reason = f"届出{target.number}の取消により有効に戻す"
            events.append(ctx, certificate_id, "issued", by, reason)
    ctx.session.flush()


def _issue_again(
    ctx: Context, restored: list[Enrolment], notification: Notification, way: str
) -> tuple[tuple[int, ...], tuple[int, ...], list[str]]:
    """Who is insured again and has no paper gets a new one."""
    by_household: dict[int, list[Enrolment]] = defaultdict(list)
    for period in restored:
        if period.covers(ctx.today):
            by_household[period.household_id].append(period)
    certificates: list[int] = []
    requests: list[int] = []
    messages: list[str] = []
    for household_id, periods in by_household.items():
        issued = renew(ctx, household_id, periods, notification, way)
        certificates += issued.certificate_ids
        requests += issued.print_request_ids
        messages += issued.messages
    return tuple(certificates), tuple(requests), messages


def _collect(serials: list[str]) -> list[str]:
    if not serials:
        return []
    return [f"証{len(serials)}枚({'、'.join(serials)})を無効にしました。渡したものは回収してください。"]


def _unknown() -> Finding:
    return refusal(
        "cancellation.unknown",
        "notification_id",
        "この届出は見つかりません。届出の画面から取消を選び直してください。",
        "There is no such notification. Choose the cancellation on its page.",
    )


def _cancelled_before(target: Notification) -> Finding:
    return refusal(
        "cancellation.cancelled_before",
        "notification_id",
        f"届出{target.number}は、すでに取り消されています。二度取り消すことはできません。履歴を確かめてください。",
        f"Notification {target.number} was cancelled before. Look at its history.",
    )


def _nothing(target: Notification) -> Finding:
    return refusal(
        "cancellation.nothing_recorded",
        "notification_id",
        f"届出{target.number}による登録がないため、取り消すものがありません。登録前の届出は取下げで、"
        "取消の取消しは改めて届出を登録することで処理してください。",
        f"Notification {target.number} recorded nothing that could be cancelled. Withdraw one that is not "
        "registered yet; record a cancelled one anew.",
    )


def _later(ctx: Context, ids: set[int | None]) -> Finding:
    rows = [ctx.session.get(Notification, one) for one in sorted(one for one in ids if one is not None)]
    numbers = "、".join(row.number for row in rows if row is not None) or "届出によらない登録"
    return refusal(
        "cancellation.later_builds_on",
        "notification_id",
        f"この届出の登録の上に、後の届出({numbers})の登録が重なっています。先にそちらを取り消してください。"
        "取り消す必要がないときは、取消ではなく新しい届出で直してください。",
        f"Later notifications ({numbers}) build on this one. Cancel those first, "
        "or correct it by a new notification.",
    )
