"""The examiner's decision: the certificate is issued, or refused by a letter with its reasons (F23)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from models.audit.tags import Tag
from models.ceiling_decision import ISSUED, PROPOSED, REFUSED, CeilingDecision, find_latest
from models.notification import Notification
from rules.benefits.ceilings import lines_of
from rules.benefits.income_class import CLASS_TITLES
from services import audit, notifications
from services.ceiling_certificates import refusing
from services.ceiling_certificates.assessing import Assessed, find, period_of
from services.ceiling_certificates.issuing import issue
from services.context import Context
from services.entries.ceiling_certificate import read
from services.entries.reading import Entry
from services.errors import NotFound
from services.findings import Finding, Registered, from_rule, refusal, refuse_when_any
from services.household_findings import look

SOME = "some"


def decide(
    ctx: Context, notification: Notification, entry: Entry, examined: Mapping[str, Any], delivery: str
) -> Registered:
    """Issue the certificate as it was shown to the examiner; one that the person holds ends.

    Raises:
        RegistrationRefused: something stands against it, or the record has changed since it was shown.
    """
    told = read(entry)
    row = proposed(ctx, notification)
    found = find(ctx, told, has_arrears=examined["arrears"] == SOME)
    refuse_when_any(_against_issue(row, found))
    if found.granted is None or found.granted.kind is None or found.classed.income_class is None:
        raise AssertionError("what cannot be issued was refused above")
    seen, _ = look(ctx, told.household_id, told.received_on)
    period = period_of(seen, told) if seen else None
    if period is None:
        raise AssertionError("somebody who is not insured was refused above")
    limits = lines_of(found.classed.income_class, found.gathered.law)
    title = CLASS_TITLES[found.classed.income_class]
    certificate, requests = issue(ctx, period, found.granted, title, limits, notification, delivery)
    _decided(ctx, row, ISSUED, str(examined.get("note") or ""))
    row.certificate_id = certificate.id
    ctx.session.flush()
    notifications.link_persons(ctx, notification.id, [told.person_id])
    return Registered(
        household_id=told.household_id,
        person_ids=(told.person_id,),
        certificate_ids=(certificate.id,),
        print_request_ids=requests,
        messages=tuple(one["message_ja"] for one in row.cautions),
    )


def turn_down(
    ctx: Context, notification: Notification, entry: Entry, examined: Mapping[str, Any]
) -> dict[str, Any]:
    """Refuse the certificate; the letter to the head names reasons and articles and tells of appeals.

    Raises:
        RegistrationRefused: nothing stands against the certificate, so there is no reason to print.
    """
    told = read(entry)
    row = proposed(ctx, notification)
    has_arrears = examined["arrears"] == SOME
    found = find(ctx, told, has_arrears=has_arrears)
    ground = str(examined.get("ground") or "")
    reasons = refusing.reasons(found.refusals, ground)
    if not reasons:
        refuse_when_any([_no_reason()])
    row.refusals = [
        {"code": one.code, "message_ja": one.message_ja, "article": one.article} for one in found.refusals
    ]
    _decided(ctx, row, REFUSED, ground or str(examined.get("note") or ""))
    notifications.link_persons(ctx, notification.id, [told.person_id])
    request = refusing.ask(ctx, notification, entry, told, reasons)
    return {"print_request_ids": [request.id], "reasons": [one.text for one in reasons]}


def proposed(ctx: Context, notification: Notification) -> CeilingDecision:
    """What was found of an application and waits for its decision.

    Raises:
        NotFound: it was not assessed, or is decided.
    """
    row = find_latest(ctx.session, notification.id)
    if row is None or row.state != PROPOSED:
        raise NotFound(
            "この申請の判定がありません。一覧から開き直してください。",
            "There is no assessment of this application.",
        )
    return row


def _decided(ctx: Context, row: CeilingDecision, state: str, words: str) -> None:
    row.state, row.decided_at, row.decided_by_id, row.words = state, ctx.at, ctx.actor.staff_id, words[:400]
    detail = {"state": state, "class": row.income_class}
    audit.record(ctx, Tag.CEILING_DECIDED, f"ceiling_decision:{row.id}", detail=detail)


def _against_issue(row: CeilingDecision, found: Assessed) -> list[Finding]:
    if found.refusals:
        return from_rule("decision", found.refusals, ())
    granted = found.granted
    shown = (row.income_class, row.certificate_kind, row.valid_from_on, row.expires_on, row.long_stay_on)
    income_class = found.classed.income_class
    now = (
        income_class.value if income_class else "",
        granted.kind.value if granted and granted.kind else "",
        granted.first_on if granted else None,
        granted.expires_on if granted else None,
        granted.long_stay_on if granted else None,
    )
    if shown == now:
        return []
    return [
        refusal(
            "ceiling.changed_since",
            "decision",
            "この画面の判定の後に、所得・世帯・資格の記録が変わり、判定が変わりました。"
            "「差し戻す」で窓口に戻すと、判定をやり直します。",
            "The record has changed since, and so has the class. Send it back to have it assessed again.",
        )
    ]


def _no_reason() -> Finding:
    return refusal(
        "ceiling.no_reason",
        "ground",
        "不交付の理由がありません。判定では交付できます。交付しない理由を入力するか、決定を「交付する」にしてください。",
        "Nothing stands against the certificate. Give a reason, or issue it.",
    )
