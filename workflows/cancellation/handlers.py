"""Operations of the procedure cancellation (取消)."""

from __future__ import annotations

from typing import Any

from services import cancellation, notifications
from services.context import Context
from services.findings import refuse_when_any
from workflows.engine import matters
from workflows.engine.operations import CaseData, operation
from workflows.notified import NotificationMatter
from workflows.registered import EXAMINED, REGISTERED, as_data

matters.register("cancellation", NotificationMatter())


@operation("cancellation.register", irreversible=True, examples=REGISTERED)
def register(ctx: Context, case: CaseData) -> dict[str, Any]:
    """Take back what the cancelled notification recorded; nothing of it is deleted."""
    notification = notifications.get(ctx, case.notification_id)
    registered = cancellation.register(ctx, notification, case.form("apply"))
    notifications.act(ctx, notification.id, "registered")
    return as_data(registered)


@operation("cancellation.examine", examples=EXAMINED)
def examine(ctx: Context, case: CaseData) -> dict[str, Any]:
    """Refuse an entry that could never be registered; tell what is only to be pointed out."""
    found = cancellation.check(ctx, case.form("apply"))
    refuse_when_any(found)
    return {"cautions": [one.message_ja for one in found]}
