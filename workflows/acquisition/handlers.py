"""Operations of the procedure acquisition (資格取得届)."""

from __future__ import annotations

from typing import Any

from services import acquisition, notifications
from services.context import Context
from workflows.engine.operations import CaseData, operation


@operation("acquisition.register")
def register(ctx: Context, case: CaseData) -> dict[str, Any]:
    """Change the registry as the verified entry says, with everything that must be printed."""
    notification = notifications.get(ctx, case.notification_id)
    entry = {**case.form("apply"), "delivery": case.data.get("delivery")}
    registered = acquisition.register(ctx, notification, entry)
    notifications.act(ctx, notification.id, "registered")
    return registered.as_data()


@operation("acquisition.refuse")
def refuse(ctx: Context, case: CaseData) -> dict[str, Any]:
    """Record that the notification is not accepted; the registry stays as it is."""
    reason = notifications.refusal_reason(case.data)
    notifications.act(ctx, case.notification_id, "refused", note=reason)
    return {"reason": reason}
