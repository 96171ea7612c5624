"""Renewals: begun by one, tried over the city by a job, approved by another, given up (C2).

Nothing is issued before another person approved the trial. `services.renewing.issuing` then issues.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, fields
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import delete, distinct, func, select

from models import bulk
from models.audit.tags import Tag
from models.household import Household
from models.renewal import (
    APPROVED,
    COMPUTING,
    DISCARDED,
    ISSUING,
    READY,
    REFUSED,
    RenewalRow,
    RenewalRun,
    lock_run,
)
from models.series import take
from services import audit, jobs
from services.context import Actor, Context
from services.counts import Wanted
from services.errors import NotAllowed, NotFound, RuleBroken, SettingMissing, SomebodyElseWasFaster
from services.job_kinds import Progress, Work
from services.renewing import candidates
from services.renewing.candidates import Candidate
from services.staffing import CHIEF
from services.statute import law_on
from services.two_people import LONGEST_REASON, must_be_somebody_else

KIND: Final = "renewal.try"
AT_ONCE: Final = 500  # household ids of one step
OPEN: Final = (COMPUTING, READY, APPROVED, ISSUING)
TERM_END: Final = "municipal/certificates/term_end"
_COLUMNS: Final = ("run_id", *(one.name for one in fields(Candidate)))


class WrongState(SomebodyElseWasFaster):
    """The renewal is not in the state that the deed asks for."""

    code = "renewal_state"


def terms(ctx: Context) -> tuple[date, date]:
    """The first day of the next term and of the one that runs, by the city's usual last day."""
    month, day = (int(part) for part in law_on(ctx.today).text(TERM_END).split("-"))
    this_year = date(ctx.today.year, month, day) + timedelta(days=1)
    shift = 1 if this_year <= ctx.today else 0
    return this_year.replace(year=this_year.year + shift), this_year.replace(year=this_year.year + shift - 1)


def from_on(ctx: Context, run: RenewalRun) -> date:
    """The first day for which its papers are made: that of the term, or today where the term runs already."""
    return max(run.term_on, ctx.today)


def begin(ctx: Context, term_on: date) -> RenewalRun:
    """Begin a trial over the city for the term that begins on this day.

    Raises:
        RuleBroken: there is no such term, or a renewal of it is open.
        SettingMissing: the actor belongs to no office, which would print.
    """
    if term_on not in terms(ctx):
        raise RuleBroken(
            "更新する期間が正しくありません。一覧から選んでください。", "Choose a term of the list."
        )
    if ctx.actor.office_id is None:
        raise SettingMissing(
            "配属のある職員で始めてください。証は、その課の印刷待ちに入ります。",
            "Begin it as somebody who is posted to an office: it prints.",
        )
    number = take(ctx.session, f"renewal:{term_on.year}")
    _must_be_the_only_one(ctx, term_on)
    run = RenewalRun(
        number=f"K{term_on.year}-{number:03}",
        term_on=term_on,
        state=COMPUTING,
        office_id=ctx.actor.office_id,
        begun_at=ctx.at,
        begun_by_id=ctx.actor.staff_id,
    )
    ctx.session.add(run)
    ctx.session.flush()
    tell(ctx, run, Tag.RENEWAL_BEGUN)
    total = int(ctx.session.scalar(select(func.max(Household.id))) or 0)
    run.job_id = jobs.ask(ctx, KIND, f"{KIND}:{run.id}", {"run": run.id}, total=total).id
    return run


def step(ctx: Context, work: Work) -> Progress:
    """Try the next range of households; after the last one sum up, and the run waits for its approval.

    Raises:
        WrongState: the run is past it.
    """
    run = locked(ctx, int(work.payload["run"]))
    if run.state == DISCARDED:
        return discarded(run, work)
    must_be(run, COMPUTING)
    first, end = int(work.checkpoint.get("next", 1)), max(work.total or 0, 1)
    last = min(first + AT_ONCE - 1, end)
    found = candidates.find(ctx, from_on(ctx, run), first, last)
    bulk.add(ctx.session, "renewal_row", _COLUMNS, [(run.id, *astuple(one)) for one in found.candidates])
    run.persons += found.persons
    run.needless += found.needless
    if last >= end:
        run.state, run.counts = READY, _sums(ctx, run)
    tell(ctx, run, Tag.RENEWAL_COMPUTED, upto=last)
    return Progress(
        {"next": last + 1},
        last,
        end,
        finished=last >= end,
        message_ja=f"{run.number}: 被保険者{run.persons:,}人を調べました。",
        message_en=f"{run.number}: {run.persons:,} insured persons looked at.",
    )


def approve(ctx: Context, run_id: int, words: str = "") -> RenewalRun:
    """Approve a trial that somebody else began.

    Raises:
        NotFound: there is no such run.
        WrongState: it is not ready, or was decided meanwhile.
        NotAllowed: the actor began it himself.
    """
    run = locked(ctx, run_id)
    must_be(run, READY)
    must_be_somebody_else(ctx, [run.begun_by_id])
    run.state, run.decided_at, run.decided_by_id = APPROVED, ctx.at, ctx.actor.staff_id
    run.decided_words = " ".join(words.split())[:LONGEST_REASON]
    tell(ctx, run, Tag.RENEWAL_APPROVED)
    return run


def discard(ctx: Context, run_id: int) -> RenewalRun:
    """Give up a run of which nothing was issued, with its rows.

    Raises:
        NotFound: there is no such run.
        NotAllowed: another office began it.
        WrongState: certificates are being issued, or it was given up before.
    """
    run = locked(ctx, run_id)
    must_be_ours(ctx, run)
    must_be(run, COMPUTING, READY, APPROVED)
    run.state, run.ended_at, run.ended_by_id = DISCARDED, ctx.at, ctx.actor.staff_id
    ctx.session.execute(delete(RenewalRow).where(RenewalRow.run_id == run.id))
    tell(ctx, run, Tag.RENEWAL_DISCARDED)
    return run


def discarded(run: RenewalRun, work: Work) -> Progress:
    """The end of the job of a run that was given up meanwhile."""
    return Progress(
        dict(work.checkpoint),
        work.done,
        work.total,
        finished=True,
        message_ja=f"{run.number} は破棄されたため、終えました。",
        message_en=f"{run.number} was given up; nothing more is done.",
    )


def locked(ctx: Context, run_id: int) -> RenewalRun:
    """A run, held for this transaction.

    Raises:
        NotFound: there is no such run.
    """
    run = lock_run(ctx.session, run_id)
    if run is None:
        raise _unknown()
    return run


def get(ctx: Context, run_id: int) -> RenewalRun:
    """A run.

    Raises:
        NotFound: there is no such run.
    """
    found = ctx.session.get(RenewalRun, run_id)
    if found is None:
        raise _unknown()
    return found


def list_runs(ctx: Context, limit: int = 50) -> Sequence[RenewalRun]:
    """The renewals, the latest first."""
    return ctx.session.scalars(select(RenewalRun).order_by(RenewalRun.id.desc()).limit(limit)).all()


def must_be(run: RenewalRun, *states: str) -> None:
    """Refuse what does not fit the state of a run.

    Raises:
        WrongState: it is in none of these.
    """
    if run.state not in states:
        raise WrongState(
            f"更新 {run.number} の状態が変わっています。画面を開き直して、いまの状態を確かめてください。",
            f"Renewal {run.number} has changed meanwhile. Open the page again.",
        )


def must_be_ours(ctx: Context, run: RenewalRun) -> None:
    """Refuse whoever belongs to another office: its papers wait in the queue of the one that began it.

    Raises:
        NotAllowed: another office began it.
    """
    if ctx.actor.office_id != run.office_id:
        raise NotAllowed(
            f"更新 {run.number} は、始めた課の職員が進めます。その課に頼んでください。",
            f"Renewal {run.number} is carried on by the office that began it.",
        )


def tell(ctx: Context, run: RenewalRun, tag: Tag, **detail: Any) -> None:
    """Put a deed on a run into the audit record."""
    told = {"term": run.term_on.isoformat(), "persons": run.persons} | detail
    audit.record(ctx, tag, f"renewal_run:{run.id}", detail=told)


def to_count(actor: Actor, today: date) -> Wanted:
    """How many trials wait for an approval, for the sidebar of who decides."""
    del today
    if CHIEF not in actor.own_roles:
        return {}
    return {"renewals": select(func.count(RenewalRun.id)).where(RenewalRun.state == READY)}


def _sums(ctx: Context, run: RenewalRun) -> dict[str, Any]:
    """How many by outcome, kind and reason of the last day; households, and letters (one a kind)."""
    mine, given = RenewalRow.run_id == run.id, RenewalRow.outcome != REFUSED
    household = func.count(distinct(RenewalRow.household_id))

    def by(column: Any, *more: Any) -> dict[str, list[int]]:
        statement = select(column, func.count(), household).where(mine, *more).group_by(column)
        rows = ctx.session.execute(statement.order_by(func.count().desc(), column))
        return {str(name): [papers, homes] for name, papers, homes in rows}

    kinds = by(RenewalRow.kind, given)
    return {
        "outcomes": by(RenewalRow.outcome),
        "kinds": kinds,
        "limits": by(RenewalRow.limited_by, given, RenewalRow.expires_on.is_not(None)),
        "papers": sum(papers for papers, _ in kinds.values()),
        "households": int(ctx.session.scalar(select(household).where(mine, given)) or 0),
        "letters": sum(homes for _, homes in kinds.values()),
    }


def _must_be_the_only_one(ctx: Context, term_on: date) -> None:
    same = select(RenewalRun.number).where(RenewalRun.term_on == term_on, RenewalRun.state.in_(OPEN))
    number = ctx.session.scalars(same.limit(1)).first()
    if number is not None:
        raise RuleBroken(
            f"同じ期間の更新 {number} が終わっていません。それを交付するか破棄してから始めてください。",
            f"Renewal {number} of the same term is open. Issue it or give it up first.",
        )


def _unknown() -> NotFound:
    return NotFound("この更新はありません。一覧から開き直してください。", "There is no such renewal.")
