"""Operations of the procedure cancellation (取消)."""

from __future__ import annotations

from typing import Any

from services import cancellation, notifications
from services.context import Context
from workflows.engine.operations import CaseData, operation


@operation("cancellation.register")
def register(ctx: Context, case: CaseData) -> dict[str, Any]:
    """Take back what the cancelled notification recorded; nothing of it is deleted."""
    notification = notifications.get(ctx, case.notification_id)
    registered = cancellation.register(ctx, notification, case.form("apply"))
    notifications.act(ctx, notification.id, "registered")
    return registered.as_data()
