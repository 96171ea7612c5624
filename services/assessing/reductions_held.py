"""Whether the assessments in force hold what was decided on application, and what was taken back (減免)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, Subquery, and_, case, func, or_, select
from sqlalchemy.orm import aliased

from models.assessment import FINAL, Assessment, AssessmentRun
from models.exemption import GRANTED, REFUSED, PremiumExemption
from services.context import Context


def _in_force() -> Subquery:
    """The assessments of every year by (household, year, run, place): those of place 1 are in force."""
    order = (AssessmentRun.ended_at.desc(), AssessmentRun.id.desc())
    year = (AssessmentRun.fiscal_year, Assessment.household_id)
    return (
        select(
            Assessment.household_id.label("household"),
            Assessment.run_id.label("run"),
            AssessmentRun.fiscal_year.label("year"),
            func.row_number().over(partition_by=year, order_by=order).label("place"),
        )
        .join(AssessmentRun, AssessmentRun.id == Assessment.run_id)
        .where(
            AssessmentRun.state == FINAL,
            Assessment.household_id.in_(select(PremiumExemption.household_id)),
        )
        .subquery()
    )


def on_other_premium() -> Select[Any]:
    """Rows of (household, run, amount): what is granted was reckoned on another premium than that in force.

    `run` is the assessment in force, `amount` by how much its premium before any reduction is more or less
    than that on which the reduction was decided, in yen; nothing where only the incomes are others.
    """
    force, then, now = _in_force(), aliased(Assessment), aliased(Assessment)
    amount = now.total + now.exemption - then.total - then.exemption
    return (
        select(force.c.household, force.c.run, func.max(amount).label("amount"))
        .join(
            PremiumExemption,
            and_(
                PremiumExemption.household_id == force.c.household,
                PremiumExemption.fiscal_year == force.c.year,
                PremiumExemption.state == GRANTED,
            ),
        )
        .join(then, and_(then.household_id == force.c.household, then.run_id == PremiumExemption.run_id))
        .join(now, and_(now.household_id == force.c.household, now.run_id == force.c.run))
        .where(force.c.place == 1, or_(amount != 0, now.leviable_income != then.leviable_income))
        .group_by(force.c.household, force.c.run)
    )


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
    force, amount = _in_force(), right - Assessment.exemption
    return (
        select(force.c.household, force.c.run, amount.label("amount"))
        .join(taken, and_(taken.c.household_id == force.c.household, taken.c.fiscal_year == force.c.year))
        .join(
            Assessment, and_(Assessment.household_id == force.c.household, Assessment.run_id == force.c.run)
        )
        .where(force.c.place == 1, amount != 0)
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
