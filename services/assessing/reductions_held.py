"""Whether the assessments in force hold what was decided on application, and what was taken back (減免)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, and_, case, func, select

from models.assessment import FINAL, Assessment, AssessmentRun
from models.exemption import GRANTED, REFUSED, PremiumExemption
from services.context import Context


def not_held() -> Select[Any]:
    """Rows of (household, run, amount): assessments in force that take off another sum than is granted.

    `amount` is what is still to be taken off, in yen of the year; below nothing where what was taken back is
    still in it. Nothing more than the premium can be taken off.
    """
    granted = case((PremiumExemption.state == GRANTED, PremiumExemption.amount), else_=0)
    taken = (
        select(
            PremiumExemption.household_id,
            PremiumExemption.fiscal_year,
            func.sum(granted).label("amount"),
        )
        .where(PremiumExemption.state != REFUSED)
        .group_by(PremiumExemption.household_id, PremiumExemption.fiscal_year)
        .subquery()
    )
    whole = Assessment.total + Assessment.exemption
    right = case((taken.c.amount < whole, taken.c.amount), else_=whole)
    order = (AssessmentRun.ended_at.desc(), AssessmentRun.id.desc())
    year = (AssessmentRun.fiscal_year, Assessment.household_id)
    ranked = (
        select(
            Assessment.household_id.label("household"),
            Assessment.run_id.label("run"),
            AssessmentRun.fiscal_year.label("year"),
            (right - Assessment.exemption).label("amount"),
            func.row_number().over(partition_by=year, order_by=order).label("place"),
        )
        .join(AssessmentRun, AssessmentRun.id == Assessment.run_id)
        .join(
            taken,
            and_(
                taken.c.household_id == Assessment.household_id,
                taken.c.fiscal_year == AssessmentRun.fiscal_year,
            ),
        )
        .where(AssessmentRun.state == FINAL)
        .subquery()
    )
    return select(ranked.c.household, ranked.c.run, ranked.c.amount).where(
        ranked.c.place == 1, ranked.c.amount != 0
    )


def are_held(ctx: Context, household_id: int, fiscal_year: int) -> bool:
    """Whether the premium in force of a household and year is what the decisions say."""
    rows = not_held().subquery()
    statement = (
        select(rows.c.household)
        .join(AssessmentRun, AssessmentRun.id == rows.c.run)
        .where(rows.c.household == household_id, AssessmentRun.fiscal_year == fiscal_year)
    )
    return ctx.session.scalar(statement.limit(1)) is None
