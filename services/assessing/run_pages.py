"""What the pages of runs ask: a run, all of them, which waits, whom it changes most (D2)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from sqlalchemy import func, select

from models.assessment import APPROVED, READY, Assessment, AssessmentRun
from models.household import Household
from services.assessing import comparing
from services.assessing.run_states import unknown
from services.context import Actor, Context
from services.counts import Wanted
from services.staffing import CHIEF


def get(ctx: Context, run_id: int) -> AssessmentRun:
    """A run.

    Raises:
        NotFound: there is no such run.
    """
    found = ctx.session.get(AssessmentRun, run_id)
    if found is None:
        raise unknown()
    return found


def list_runs(ctx: Context, limit: int = 100) -> list[AssessmentRun]:
    """The runs, the latest first."""
    return list(ctx.session.scalars(select(AssessmentRun).order_by(AssessmentRun.id.desc()).limit(limit)))


def find_open(ctx: Context, household_id: int) -> AssessmentRun | None:
    """The run over one household that waits to be decided; None where there is none."""
    statement = select(AssessmentRun).where(
        AssessmentRun.household_id == household_id, AssessmentRun.state.in_((READY, APPROVED))
    )
    return ctx.session.scalars(statement.order_by(AssessmentRun.id.desc())).first()


def to_count(actor: Actor, today: date) -> Wanted:
    """How many runs wait for a decision, for the sidebar of who decides."""
    del today
    if CHIEF not in actor.own_roles:
        return {}
    return {"assessments": select(func.count(AssessmentRun.id)).where(AssessmentRun.state == READY)}


def household_numbers(ctx: Context, household_ids: Collection[int]) -> dict[int, str]:
    """The numbers of households by id."""
    statement = select(Household.id, Household.household_number).where(Household.id.in_(household_ids))
    return {row.id: row.household_number for row in ctx.session.execute(statement)}


def list_changes(ctx: Context, run_id: int, cause: int | None, first: int, limit: int) -> list[Assessment]:
    """The households of a run that change, most first: by one of `comparing.CAUSES`, or by any."""
    statement = select(Assessment).where(Assessment.run_id == run_id)
    if cause is None:
        statement = statement.where(Assessment.cause != comparing.SAME)
    else:
        statement = statement.where(Assessment.cause == cause)
    difference = func.abs(Assessment.total - Assessment.before_total)
    order = statement.order_by(difference.desc(), Assessment.household_id)
    return list(ctx.session.scalars(order.offset(first).limit(limit)))


def last_household(ctx: Context) -> int:
    """The highest id of a household: up to it a run over the city goes."""
    return int(ctx.session.scalar(select(func.max(Household.id))) or 0)
