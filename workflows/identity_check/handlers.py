"""Operations of the identity check, called by every procedure that somebody files."""

from __future__ import annotations

from typing import Any

from services import identity, notifications
from services.context import Context
from workflows.engine.operations import CaseData, Example, operation

MATCHES = [{"registry": "new", "register": "match", "answer_id": None}]
RECORDED = (
    Example("本人と確認できた", "Identity is confirmed", {"result": "confirmed", "matches": MATCHES}),
    Example("本人と確認できない", "Identity is not confirmed", {"result": "refused", "matches": MATCHES}),
)


@operation("identity_check.record", examples=RECORDED)
def record(ctx: Context, case: CaseData) -> dict[str, Any]:
    """Keep what was shown, match the persons, and say whether identity is confirmed."""
    notification = notifications.get(ctx, case.notification_id)
    return identity.record(ctx, notification, case.form("confirm_identity"), case.form("apply"))
