"""Operations of the procedure change (変更届)."""

from __future__ import annotations

from typing import Any

from services import change, notifications
from services.context import Context
from services.findings import refuse_when_any
from workflows.engine import matters
from workflows.engine.operations import CaseData, operation
from workflows.notified import NotificationMatter
from workflows.registered import EXAMINED, REFUSED, REGISTERED, as_data

matters.register("change", NotificationMatter())


@operation("change.register", irreversible=True, examples=REGISTERED)
def register(ctx: Context, case: CaseData) -> dict[str, Any]:
    """Change the registry as the verified entry says, with everything that must be printed."""
    notification = notifications.get(ctx, case.notification_id)
    registered = change.register(ctx, notification, case.form("apply"), case.data.get("delivery"))
    notifications.act(ctx, notification.id, "registered")
    return as_data(registered)


@operation("change.refuse", irreversible=True, examples=REFUSED)
def refuse(ctx: Context, case: CaseData) -> dict[str, Any]:
    """Record that the notification is not accepted; the registry stays as it is."""
    reason = notifications.refusal_reason(case.data)
    notifications.act(ctx, case.notification_id, "refused", note=reason)
    return {"reason": reason}


@operation("change.examine", examples=EXAMINED)
def examine(ctx: Context, case: CaseData) -> dict[str, Any]:
    """Refuse an entry that could never be registered; tell what is only to be pointed out."""
    found = change.check(ctx, case.form("apply"))
    refuse_when_any(found)
    return {"cautions": [one.message_ja for one in found]}
