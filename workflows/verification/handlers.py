"""Operations of the verification, called by every procedure."""

from __future__ import annotations

from typing import Any

from services import notifications, verification
from services.context import Context
from workflows.engine.operations import CaseData, operation


@operation("verification.compare")
def compare(ctx: Context, case: CaseData) -> dict[str, Any]:
    """Compare the verifier's entry with the first one, or pass on that he sent it back."""
    notification = notifications.get(ctx, case.notification_id)
    way = case.data["outcome"]["verify"]
    if way["kind"] == "send_back":
        return verification.send_back(ctx, notification, way["note"])
    return verification.compare(ctx, notification, case.form("apply"), case.form("verify"))
