"""Operations of the verification, called by every procedure."""

from __future__ import annotations

from typing import Any

from services import notifications, verification
from services.context import Context
from workflows.engine.operations import CaseData, Example, operation

COMPARED = (
    Example("一致した", "They agree", {"matches": True, "differences": []}),
    Example(
        "一致しない・差戻し",
        "They differ, or it was sent back",
        {"matches": False, "differences": ["event_on"]},
    ),
)


@operation("verification.compare", examples=COMPARED)
def compare(ctx: Context, case: CaseData) -> dict[str, Any]:
    """Compare the verifier's entry with the first one, or pass on that he sent it back."""
    notification = notifications.get(ctx, case.notification_id)
    way = case.data["outcome"]["verify"]
    if way["kind"] == "send_back":
        return verification.send_back(ctx, notification, way["note"])
    return verification.compare(ctx, notification, case.form("apply"), case.form("verify"))
