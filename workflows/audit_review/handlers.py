"""Operations of the monthly review of the audit record."""

from __future__ import annotations

from typing import Any

from services import audit_reviews
from services.context import Context
from workflows.engine.operations import CaseData, operation


@operation("audit_review.conclude")
def conclude(ctx: Context, case: CaseData) -> dict[str, Any]:
    """End the judging, with the reviewer's summary; says what follows and until when."""
    return audit_reviews.conclude(ctx, case.data["case"]["review"], case.form("judge").get("summary", ""))


@operation("audit_review.settle")
def settle(ctx: Context, case: CaseData) -> dict[str, Any]:
    """End the review: every follow-up is done."""
    return audit_reviews.settle(ctx, case.data["case"]["review"])
