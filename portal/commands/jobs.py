"""`flask jobs`: what background work there is, and doing it once in the foreground."""

from __future__ import annotations

import json
from typing import Any

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from models.job import STATES, Job
from portal import clock
from portal.commands.refusals import told_plainly
from portal.job_runner import JobRunner, Outcome
from services.context import SYSTEM
from services.unit_of_work import unit_of_work

NOT_RUN, FAILED = 2, 1


@click.group("jobs")
def jobs_command() -> None:
    """Background work: list it, run it once."""


@jobs_command.command("list")
@click.option("--state", type=click.Choice(list(STATES)), multiple=True, help="All without it.")
@with_appcontext
def list_command(state: tuple[str, ...]) -> None:
    """Print one JSON object a job, the oldest first."""
    with told_plainly(), unit_of_work(SYSTEM, clock.now()) as ctx:
        statement = select(Job).order_by(Job.id)
        if state:
            statement = statement.where(Job.state.in_(state))
        for row in ctx.session.scalars(statement.execution_options(yield_per=500)):
            click.echo(json.dumps(_told(row), ensure_ascii=False))


@jobs_command.command("run")
@click.argument("job_id", type=int, required=False)
@click.option("--due", is_flag=True, help="Each job that is due, once.")
@with_appcontext
def run_command(job_id: int | None, due: bool) -> None:
    """Run one job, or each that is due, now and here; print what became of each as JSON.

    Exits 0 when all is done, 1 when something failed, 2 when the job cannot be run now.
    """
    if (job_id is None) is not due:
        raise click.UsageError("name a job, or say --due")
    with told_plainly():
        outcomes = _outcomes(JobRunner(), job_id)
    for one in outcomes:
        told = {"id": one.job_id, "kind": one.kind, "state": one.state, "error": one.error or None}
        click.echo(json.dumps(told, ensure_ascii=False))
    if any(one.failed for one in outcomes):
        raise SystemExit(FAILED)


def _outcomes(runner: JobRunner, job_id: int | None) -> tuple[Outcome, ...]:
    if job_id is None:
        return runner.run_due().outcomes
    outcome = runner.run(job_id)
    if outcome is None:
        click.echo(f"job {job_id} is not waiting, not due yet, or there is none", err=True)
        raise SystemExit(NOT_RUN)
    return (outcome,)


def _told(row: Job) -> dict[str, Any]:
    moments = {"asked_at": row.asked_at, "next_at": row.next_at, "ended_at": row.ended_at}
    return {
        "id": row.id,
        "kind": row.kind,
        "key": row.idempotency_key,
        "state": row.state,
        "attempts": row.attempts,
        "max_attempts": row.max_attempts,
        "done": row.done,
        "total": row.total,
        "skipped": row.skipped,
        "error": row.last_error_en,
        **{name: at.isoformat(timespec="seconds") if at else None for name, at in moments.items()},
    }
