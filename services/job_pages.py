"""Jobs as people see them: their own, those of their office, all; how far they are and how long it will take.

Who asked for a job may look at it, cancel it and try it again. A section chief may do so for his office, an
administrator for all; an auditor looks at all. The regular work of the system is the administrator's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, func, or_, select, true

from models.job import FAILED, RUNNING, STATES, WAITING, Job, JobSkip
from models.staff import names_of
from services import jobs
from services.context import Actor, Context
from services.counts import Wanted
from services.errors import NotAllowed, NotFound
from services.job_kinds import KINDS

ADMINISTRATOR, CHIEF, AUDITOR = "administrator", "section_chief", "auditor"
MINE, ALL = "mine", "all"
AT_ONCE = 50
SKIPS_SHOWN = 200
CODE = re.compile(r"^[a-z0-9_]+: ")
FEW_STEPS = timedelta(seconds=2)  # before that nobody can say how long it takes


@dataclass(frozen=True)
class Shown:
    """A job, the names of its kind and of who asked, and whether this person may change it."""

    job: Job
    ja: str
    en: str
    asked_by: str
    may_change: bool
    rest: timedelta | None

    @property
    def state(self) -> tuple[str, str, str]:
        """The state in both languages, and how it is drawn."""
        if self.job.state == RUNNING and self.job.cancel_asked_at is not None:
            return ("中止しています", "Cancelling", "stopped")
        if self.job.state == WAITING and self.job.last_error is not None:
            return ("やり直し待ち", "To be tried again", "back")
        return STATES[self.job.state]

    @property
    def error(self) -> tuple[str, str]:
        """Why the last try failed, in both languages, without the code that programs read."""
        ja, en = self.job.last_error or "", self.job.last_error_en or self.job.last_error or ""
        return CODE.sub("", ja), CODE.sub("", en)

    @property
    def percent(self) -> int | None:
        """How much is done; None where nobody knows how much there is."""
        return 100 * self.job.done // self.job.total if self.job.total else None

    @property
    def is_open(self) -> bool:
        return self.job.state in {WAITING, RUNNING}


@dataclass(frozen=True)
class Page:
    """A page of the list, the newest first; `next_before` begins the next one."""

    rows: Sequence[Shown]
    counts: Mapping[str, int]
    next_before: int | None


def list_jobs(ctx: Context, box: str, state: str = "", before: int | None = None) -> Page:
    """One's own jobs, or all that one may see; of one state or of any."""
    seen = _mine(ctx.actor) if box == MINE else _visible(ctx.actor)
    counted = ctx.session.execute(select(Job.state, func.count()).where(seen).group_by(Job.state))
    counts = {one: count for one, count in counted}  # noqa: C416 - a row is no pair to mypy
    statement = select(Job).where(seen)
    if state in STATES:
        statement = statement.where(Job.state == state)
    if before is not None:
        statement = statement.where(Job.id < before)
    rows = list(ctx.session.scalars(statement.order_by(Job.id.desc()).limit(AT_ONCE + 1)))
    more = rows[AT_ONCE - 1].id if len(rows) > AT_ONCE else None
    return Page(_shown(ctx, rows[:AT_ONCE]), counts, more)


def read(ctx: Context, job_id: int) -> Shown:
    """One job.

    Raises:
        NotFound: there is none, or it is not this person's to see.
    """
    row = _find(ctx, job_id)
    if row is None:
        raise NotFound("この処理はありません。一覧から開き直してください。", "There is no such job.")
    (shown,) = _shown(ctx, [row])
    return shown


def may_see(ctx: Context, job_id: int) -> bool:
    """Whether a job is there, and this person's to see."""
    return _find(ctx, job_id) is not None


def skips(ctx: Context, job_id: int) -> Sequence[JobSkip]:
    """What a job left out and why, the first ones."""
    statement = select(JobSkip).where(JobSkip.job_id == job_id).order_by(JobSkip.id).limit(SKIPS_SHOWN)
    return ctx.session.scalars(statement).all()


def cancel(ctx: Context, job_id: int) -> Job:
    """Cancel a job that is this person's to cancel.

    Raises:
        NotFound, NotAllowed: it is not his to see, or to change.
        SomebodyElseWasFaster: it has ended meanwhile.
    """
    _must_change(ctx, job_id)
    return jobs.cancel(ctx, job_id)


def retry(ctx: Context, job_id: int) -> Job:
    """Let a failed or cancelled job go on that is this person's to change.

    Raises:
        NotFound, NotAllowed: it is not his to see, or to change.
        SomebodyElseWasFaster: it neither failed nor was cancelled, or goes on already.
    """
    _must_change(ctx, job_id)
    return jobs.retry(ctx, job_id)


def to_count(actor: Actor, _today: date) -> Wanted:
    """How many jobs have failed for good that this person may try again; nothing where none has."""
    if not actor.own_roles & {ADMINISTRATOR, CHIEF}:
        return {}
    return {"jobs": select(func.nullif(func.count(Job.id), 0)).where(Job.state == FAILED, _visible(actor))}


def rest_of(job: Job, at: datetime) -> timedelta | None:
    """How long the rest will take, at the speed since this try began; None where nobody can say."""
    if job.state != RUNNING or not job.total or job.started_at is None or job.moved_at is None:
        return None
    steps, took = job.done - job.done_before, job.moved_at - job.started_at
    if steps <= 0 or took < FEW_STEPS:
        return None
    left: timedelta = took / steps * max(job.total - job.done, 0) - (at - job.moved_at)
    return max(left, timedelta(0))


def _shown(ctx: Context, rows: Sequence[Job]) -> list[Shown]:
    names = names_of(ctx.session, {row.asked_by_id for row in rows})
    return [
        Shown(
            job=row,
            ja=KINDS[row.kind].ja if row.kind in KINDS else row.kind,
            en=KINDS[row.kind].en if row.kind in KINDS else row.kind,
            asked_by=names.get(row.asked_by_id or 0, ""),
            may_change=_may_change(ctx.actor, row),
            rest=rest_of(row, ctx.at),
        )
        for row in rows
    ]


def _find(ctx: Context, job_id: int) -> Job | None:
    return ctx.session.scalars(select(Job).where(Job.id == job_id, _visible(ctx.actor))).one_or_none()


def _mine(actor: Actor) -> ColumnElement[bool]:
    return Job.asked_by_id == actor.staff_id


def _visible(actor: Actor) -> ColumnElement[bool]:
    if actor.own_roles & {ADMINISTRATOR, AUDITOR}:
        return true()
    if CHIEF in actor.own_roles:
        return or_(_mine(actor), Job.office_id == actor.office_id, Job.asked_by_id.is_(None))
    return _mine(actor)


def _may_change(actor: Actor, row: Job) -> bool:
    if ADMINISTRATOR in actor.own_roles or (
        row.asked_by_id is not None and row.asked_by_id == actor.staff_id
    ):
        return True
    return CHIEF in actor.own_roles and row.office_id is not None and row.office_id == actor.office_id


def _must_change(ctx: Context, job_id: int) -> None:
    if not read(ctx, job_id).may_change:
        raise NotAllowed(
            "この処理を中止したりやり直したりできるのは、頼んだ人と管理者です。管理者に依頼してください。",
            "Only who asked for it and an administrator may change this. Ask an administrator.",
        )
