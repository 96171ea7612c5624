"""The first assessment of the demonstration city, decided in June; later ones are tried against it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Final

from services import jobs
from services.assessing import run_figures, run_pages, runs
from services.context import JST, SYSTEM
from services.errors import RuleBroken
from services.job_kinds import Work

if TYPE_CHECKING:
    from models.assessment import AssessmentRun
    from services.context import Context

DECIDED_ON: Final = (6, 10)
WORDS: Final = "移行した当初賦課(デモ)"


def assess_city(asked: Context, fiscal_year: int) -> AssessmentRun | None:
    """Put the year's first assessment in force as of 10 June; None before that day, or without figures.

    The record tells of it today; the run says what was known and decided in June.
    """
    ctx = replace(asked, actor=SYSTEM)
    june = datetime.combine(date(fiscal_year, *DECIDED_ON), time(10), JST)
    if june >= ctx.at:
        return None
    try:
        run = runs.begin(ctx, fiscal_year)
    except RuleBroken:
        return None
    run.as_of, run.decided_on, run.begun_at = june, june.date(), june
    run.late_due_on = date(fiscal_year, 7, 31)
    jobs.cancel(ctx, run.job_id or 0)
    done, total = 0, run_pages.last_household(ctx)
    while done < total:
        work = Work(0, {"run": run.id}, {"next": done + 1}, done, total, 1)
        done = runs.step(ctx, work).done
    runs.approve(ctx, run.id, run_figures.unverified(run), WORDS)
    runs.make_final(ctx, run.id)
    run.decided_at = run.ended_at = june
    return run
