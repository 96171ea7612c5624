"""Operations of the monthly review of the audit record."""

from __future__ import annotations

from typing import Any

from services import audit_reviews
from services.context import Context
from workflows.engine.operations import CaseData, Example, operation

CONCLUDED = (
    Example("指摘はない", "No finding", {"follow_ups": 0, "due_on": "2026-12-28"}),
    Example("対応する指摘がある", "A finding to follow up", {"follow_ups": 1, "due_on": "2026-12-28"}),
)
SETTLED = (Example("すべて対応した", "Every follow-up is done", {"settled": True}),)


@operation("audit_review.conclude", examples=CONCLUDED)
def conclude(ctx: Context, case: CaseData) -> dict[str, Any]:
    """End the judging, with the reviewer's summary; says what follows and until when."""
    return audit_reviews.conclude(ctx, case.data["case"]["review"], case.form("judge").get("summary", ""))


@operation("audit_review.settle", examples=SETTLED)
def settle(ctx: Context, case: CaseData) -> dict[str, Any]:
    """End the review: every follow-up is done."""
    return audit_reviews.settle(ctx, case.data["case"]["review"])
