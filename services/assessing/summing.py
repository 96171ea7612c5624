"""What a run comes to: sums, classes, causes and the distribution, beside what was in force (D1)."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.assessment import PARTS, Assessment, AssessmentRun
from models.columns import Column, Columns, read
from services.assessing.comparing import CAUSES, NEW

# Upper ends of the classes of a year's premium, yen; above the last one is a class of its own.
CLASSES: Final = (20_000, 50_000, 100_000, 150_000, 200_000, 300_000, 400_000, 500_000, 700_000, 900_000)
REDUCTIONS: Final = (70, 50, 20, 0)
_NAMES: Final = (
    *("household_id", "insured", "undeclared", "reduction", "total", "before_total", "cause", "overpaid"),
    *(f"{part}_{levy}" for part in PARTS for levy in ("before_cap", "cap", "amount")),
)


def sum_up(session: Session, run: AssessmentRun) -> dict[str, Any]:
    """The sums of a run as its row keeps them."""
    rows = read(
        session, select(*(getattr(Assessment, name) for name in _NAMES)).where(Assessment.run_id == run.id)
    )
    known = rows["cause"] != NEW
    return {
        "households": int((rows["insured"] > 0).sum()),
        "insured": int(rows["insured"].sum()),
        "undeclared": int((rows["undeclared"] > 0).sum()),
        "total": int(rows["total"].sum()),
        "before": int(rows["before_total"].sum()),
        "had": int(known.sum()),
        "overpaid": int(rows["overpaid"].sum()),
        "parts": {part: int(rows[f"{part}_amount"].sum()) for part in PARTS},
        "capped": {part: _capped(rows, part) for part in PARTS},
        "reductions": {str(one): _class(rows, one) for one in REDUCTIONS},
        "causes": {str(cause): _cause(rows, cause) for cause in CAUSES},
        "distribution": [
            distributed(rows["total"][rows["insured"] > 0]),
            distributed(rows["before_total"][known]),
        ],
    }


def distributed(total: Column) -> list[int]:
    """How many households there are in each class of `CLASSES`, and above."""
    found = np.searchsorted(np.array(CLASSES), total, side="left")
    return [int(one) for one in np.bincount(found, minlength=len(CLASSES) + 1)]


def _capped(rows: Columns, part: str) -> int:
    return int(((rows[f"{part}_before_cap"] > rows[f"{part}_cap"]) & (rows[f"{part}_cap"] > 0)).sum())


def _class(rows: Columns, reduction: int) -> list[int]:
    mine = rows["reduction"] == reduction
    return [int(mine.sum()), int(rows["total"][mine].sum())]


def _cause(rows: Columns, cause: int) -> list[int]:
    """Households, how many of them pay more, how many less, and the difference of all, in yen."""
    mine = rows["cause"] == cause
    more = rows["total"][mine] - rows["before_total"][mine]
    return [int(mine.sum()), int((more > 0).sum()), int((more < 0).sum()), int(more.sum())]
