"""Which state a run must be in for a deed, and what keeps two runs of a year from one another (D1).

A run is computing, ready, approved, and final or discarded. Whoever changes it holds its row.
"""

from __future__ import annotations

from sqlalchemy import select

from models.assessment import APPROVED, CITY, COMPUTING, FINAL, READY, AssessmentRun, lock_run
from services.context import Context
from services.errors import NotFound, RuleBroken, SomebodyElseWasFaster


class RunOvertaken(SomebodyElseWasFaster):
    """Another run of the year became final meanwhile; this one compares and pays by what was before it."""

    code = "run_overtaken"


class WrongState(SomebodyElseWasFaster):
    """The run is not in the state that the deed asks for."""

    code = "assessment_state"


def series_of(fiscal_year: int) -> str:
    """The series of the numbers of a year's runs; its row is held by whoever begins one."""
    return f"assessment:{fiscal_year}"


def locked(ctx: Context, run_id: int) -> AssessmentRun:
    run = lock_run(ctx.session, run_id)
    if run is None:
        raise unknown()
    return run


def unknown() -> NotFound:
    return NotFound("この賦課はありません。一覧から開き直してください。", "There is no such run.")


def must_be(run: AssessmentRun, *states: str) -> None:
    if run.state not in states:
        raise WrongState(
            f"賦課 {run.number} の状態が変わっています。画面を開き直して、いまの状態を確かめてください。",
            f"Run {run.number} has changed meanwhile. Open the page again.",
        )


def must_be_the_only_one(ctx: Context, fiscal_year: int, household_id: int | None) -> None:
    same = select(AssessmentRun.number).where(
        AssessmentRun.fiscal_year == fiscal_year,
        AssessmentRun.household_id == household_id
        if household_id is not None
        else AssessmentRun.scope == CITY,
        AssessmentRun.state.in_((COMPUTING, READY, APPROVED)),
    )
    number = ctx.session.scalars(same.limit(1)).first()
    if number is not None:
        raise RuleBroken(
            f"同じ年度の賦課 {number} が確定していません。それを確定するか破棄してから始めてください。",
            f"Run {number} of the same year is open. Make it final or discard it first.",
        )


def must_not_be_overtaken(ctx: Context, run: AssessmentRun) -> None:
    statement = select(AssessmentRun.number).where(
        AssessmentRun.fiscal_year == run.fiscal_year,
        AssessmentRun.state == FINAL,
        AssessmentRun.ended_at >= run.begun_at,
        AssessmentRun.id != run.id,
    )
    if run.household_id is not None:
        statement = statement.where(
            (AssessmentRun.scope == CITY) | (AssessmentRun.household_id == run.household_id)
        )
    number = ctx.session.scalars(statement.limit(1)).first()
    if number is not None:
        raise RunOvertaken(
            f"この賦課を始めたあとに、賦課 {number} が確定しました。これを破棄して計算し直してください。",
            f"Run {number} became final after this one was begun. Discard this one and compute it again.",
        )
