"""Operations of the procedure ceiling_certificate (限度額適用認定の申請)."""

from __future__ import annotations

from typing import Any

from services import notifications
from services.ceiling_certificates import assessing, deciding
from services.context import Context
from services.findings import refuse_when_any
from workflows.engine import matters
from workflows.engine.operations import CaseData, Example, operation
from workflows.notified import NotificationMatter
from workflows.registered import EXAMINED, REFUSED, REGISTERED, as_data

matters.register("ceiling_certificate", NotificationMatter())

ASSESSED = (
    Example("交付できる", "May be issued", {"can_issue": True, "income_class": "A03", "refusals": []}),
    Example(
        "所得の申告がない",
        "An income is not declared",
        {"can_issue": False, "income_class": "", "refusals": ["ceiling.income_not_declared"]},
    ),
)
SENT_BACK = (Example("差戻しを記録した", "The return is recorded", {"note": "入院期間を確かめてください"}),)
TURNED_DOWN = (
    Example(
        "不交付の通知を印刷待ちに入れた",
        "The letter waits for print",
        {"print_request_ids": [1], "reasons": ["所得の申告をしていない方がいます。"]},
    ),
)


@operation("ceiling_certificate.examine", examples=EXAMINED)
def examine(ctx: Context, case: CaseData) -> dict[str, Any]:
    """Refuse an entry that could never be decided; tell what is only to be pointed out."""
    found = assessing.check(ctx, case.form("apply"))
    refuse_when_any(found)
    return {"cautions": [one.message_ja for one in found]}


@operation("ceiling_certificate.assess", examples=ASSESSED)
def assess(ctx: Context, case: CaseData) -> dict[str, Any]:
    """Tell class, limit and certificate by the record of now, for the examiner."""
    notification = notifications.get(ctx, case.notification_id)
    row = assessing.assess(ctx, notification, case.form("apply"))
    return {
        "can_issue": bool(row.certificate_kind) and not row.refusals,
        "income_class": row.income_class,
        "refusals": [one["code"] for one in row.refusals],
    }


@operation("ceiling_certificate.register", irreversible=True, examples=REGISTERED)
def register(ctx: Context, case: CaseData) -> dict[str, Any]:
    """Issue the certificate as the examiner saw it, and ask for its paper."""
    notification = notifications.get(ctx, case.notification_id)
    delivery = str(case.data["delivery"])
    decided = deciding.decide(ctx, notification, case.form("apply"), case.form("examine"), delivery)
    notifications.act(ctx, notification.id, "registered")
    return as_data(decided)


@operation("ceiling_certificate.turn_down", irreversible=True, examples=TURNED_DOWN)
def turn_down(ctx: Context, case: CaseData) -> dict[str, Any]:
    """Refuse the certificate; the letter with reasons and appeals waits for print."""
    notification = notifications.get(ctx, case.notification_id)
    told = deciding.turn_down(ctx, notification, case.form("apply"), case.form("examine"))
    note = " ".join(told["reasons"])[:400]
    notifications.act(ctx, notification.id, "refused", note=note, data={"shown": "not_issued"})
    return told


@operation("ceiling_certificate.send_back", examples=SENT_BACK)
def send_back(ctx: Context, case: CaseData) -> dict[str, Any]:
    """Record that the examiner sent the entry back, and why."""
    note = str(case.data["outcome"]["examine"].get("note") or "")
    notifications.act(ctx, case.notification_id, "sent_back", note=note)
    return {"note": note}


@operation("ceiling_certificate.refuse", irreversible=True, examples=REFUSED)
def refuse(ctx: Context, case: CaseData) -> dict[str, Any]:
    """Record that the application is not accepted: identity not confirmed, or papers not brought."""
    reason = notifications.refusal_reason(case.data)
    notifications.act(ctx, case.notification_id, "refused", note=reason)
    return {"reason": reason}
