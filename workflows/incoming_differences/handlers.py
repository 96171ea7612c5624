"""Operations of settling the differences of a file that came in."""

from __future__ import annotations

from typing import Any

from services.context import Context
from services.incoming import differences
from workflows.engine.operations import CaseData, Example, operation

CONCLUDED = (Example("すべて処理した", "Every difference is settled", {"settled": 3}),)


@operation("incoming_differences.conclude", examples=CONCLUDED)
def conclude(ctx: Context, case: CaseData) -> dict[str, Any]:
    """End the task: every difference of the file is settled."""
    return differences.conclude(ctx, case.data["case"]["file"])
