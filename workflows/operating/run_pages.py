"""A wish of an operator as its page shows it: each item with the case, what came of it and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from models.case import Case, own_number
from models.incident import Incident
from models.job import Job
from models.notification import Notification
from models.operation import REFUSED, OperationResult, OperationRun
from services.context import Context
from workflows.operating import runs
from workflows.operating.reach import UNFINISHED, within
from workflows.operating.runs import Counted

PAGE = 100
MOST_CASES = 100_000


@dataclass(frozen=True)
class Item:
    """A case or incident of a run."""

    result: OperationResult
    number: str
    title_ja: str
    title_en: str


@dataclass(frozen=True)
class RunPage:
    """A run, the job that does its items, a page of them (the refused first), what can still be done."""

    run: OperationRun
    job: Job | None
    counted: Counted
    items: Sequence[Item]
    next_after: int | None
    rest: int
    can_go_back: int


@dataclass(frozen=True)
class RunList:
    """A page of runs, the newest first."""

    rows: Sequence[Counted]
    next_before: int | None

    @property
    def hashes(self) -> set[str]:
        """All versions that the rows name."""
        return {name for one in self.rows for name in (one.run.from_hash, one.run.to_hash) if name}


def list_page(ctx: Context, before: int | None) -> RunList:
    """A page of what operators asked for."""
    rows = runs.list_runs(ctx, before, runs.PAGE + 1)
    return RunList(rows[: runs.PAGE], rows[runs.PAGE - 1].run.id if len(rows) > runs.PAGE else None)


def read(ctx: Context, run_id: int, after: int | None = None) -> RunPage:
    """A run with a page of its items.

    Raises:
        NotFound: there is no such run within the actor's reach.
    """
    run = runs.get(ctx, run_id)
    statement = (
        select(OperationResult, Case.id, Notification.number, Incident.title_ja, Incident.title_en)
        .outerjoin(Case, Case.id == OperationResult.case_id)
        .outerjoin(Notification, Notification.id == Case.notification_id)
        .outerjoin(Incident, Incident.id == OperationResult.incident_id)
        .where(OperationResult.run_id == run_id)
    )
    if after is not None:
        statement = statement.where(OperationResult.id > after)
    rows = ctx.session.execute(statement.order_by(OperationResult.id).limit(PAGE + 1)).all()
    items = [
        Item(
            result=row.OperationResult,
            number=row.number or (own_number(row.id) if row.id else ""),
            title_ja=row.title_ja or "",
            title_en=row.title_en or "",
        )
        for row in rows[:PAGE]
    ]
    return RunPage(
        run=run,
        job=ctx.session.get(Job, run.job_id) if run.job_id else None,
        counted=runs.counted(ctx, run),
        items=sorted(items, key=lambda one: one.result.state != REFUSED),
        next_after=rows[PAGE - 1].OperationResult.id if len(rows) > PAGE else None,
        rest=_rest(ctx, run),
        can_go_back=runs.can_be_taken_back(ctx, run),
    )


def _rest(ctx: Context, run: OperationRun) -> int:
    """How many cases of the version that a migration left are not among its items."""
    if run.kind != "migrate":
        return 0
    mine = select(OperationResult.case_id).where(
        OperationResult.run_id == run.id, OperationResult.case_id.is_not(None)
    )
    statement = select(func.count()).where(
        Case.state.in_(UNFINISHED),
        Case.slug == run.slug,
        Case.definition_hash == run.from_hash,
        Case.id.not_in(mine),
        *within(ctx, Case.office_id),
    )
    return ctx.session.scalar(statement) or 0
