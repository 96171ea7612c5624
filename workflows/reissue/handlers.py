"""Operations of the procedure reissue (再交付申請)."""

from __future__ import annotations

from typing import Any

from services import notifications, reissue
from services.context import Context
from workflows.engine.operations import CaseData, operation


@operation("reissue.register")
def register(ctx: Context, case: CaseData) -> dict[str, Any]:
    """Change the registry as the verified entry says, with everything that must be printed."""
    notification = notifications.get(ctx, case.notification_id)
    entry = {**case.form("apply"), "delivery": case.data.get("delivery")}
    registered = reissue.register(ctx, notification, entry)
    notifications.act(ctx, notification.id, "registered")
    return registered.as_data()


@operation("reissue.refuse")
def refuse(ctx: Context, case: CaseData) -> dict[str, Any]:
    """Record that the notification is not accepted; the registry stays as it is."""
    reason = notifications.refusal_reason(case.data)
    notifications.act(ctx, case.notification_id, "refused", note=reason)
    return {"reason": reason}
