"""Where a row of the record comes from: when, by whom, from which notification (ADR 0003)."""

from __future__ import annotations

from typing import Any

from models.notification import Notification
from services.context import Context


def origin(ctx: Context, notification: Notification | None) -> dict[str, Any]:
    """The columns that every new row of the record carries."""
    return {
        "recorded_at": ctx.at,
        "recorded_by_id": ctx.actor.staff_id,
        "notification_id": notification.id if notification else None,
    }
