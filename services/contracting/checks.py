"""Sampling checks: the office looks whether the persons are who the firm says, and what follows (X3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from random import SystemRandom

from sqlalchemy import or_, select

from models.audit.tags import Tag
from models.contractor import ContractWorker, WorkerCheck
from services import audit, two_people
from services.context import Context
from services.contracting import register
from services.errors import NotFound, RuleBroken, SomebodyElseWasFaster

MOST = 20
CONFIRMED = "confirmed"
OUTCOMES = {
    CONFIRMED: ("申告どおり", "As declared"),
    "differs": ("申告と違う", "Differs"),
    "absent": ("確認できない", "Could not be seen"),
}


@dataclass(frozen=True)
class Line:
    """A check with the person whom it is about."""

    row: WorkerCheck
    worker: ContractWorker


def draw(ctx: Context, contract_id: int, number: int) -> list[WorkerCheck]:
    """Draw some of the persons who work for a contract, by chance; none twice on one day.

    Raises:
        NotFound: there is no such contract in the actor's office.
        RuleBroken: a number that cannot be, or nobody is left to be drawn today.
    """
    register.hold(ctx, contract_id)
    if not 1 <= number <= MOST:
        raise RuleBroken(f"抜き取る人数は1人から{MOST}人です。", f"Draw 1 to {MOST} persons.")
    drawn = select(WorkerCheck.worker_id).where(WorkerCheck.drawn_on == ctx.today)
    statement = select(ContractWorker.id).where(
        ContractWorker.contract_id == contract_id,
        or_(ContractWorker.left_on.is_(None), ContractWorker.left_on > ctx.today),
        ContractWorker.id.not_in(drawn),
    )
    ids = list(ctx.session.scalars(statement.order_by(ContractWorker.id)))
    if not ids:
        raise RuleBroken("きょう抜き取れる従事者がいません。", "Nobody is left to be drawn today.")
    chosen = SystemRandom().sample(ids, min(number, len(ids)))
    rows = [
        WorkerCheck(worker_id=one, drawn_on=ctx.today, drawn_by_id=ctx.actor.staff_id)
        for one in sorted(chosen)
    ]
    ctx.session.add_all(rows)
    ctx.session.flush()
    _told(ctx, contract_id, {"deed": "drawn", "workers": sorted(chosen)})
    return rows


def judge(
    ctx: Context, contract_id: int, check_id: int, outcome: str, words: str, follow_up: str, due: date | None
) -> WorkerCheck:
    """Put down what was seen; whatever is not as declared needs a follow-up with a day.

    Raises:
        NotFound: there is no such check of a contract in the actor's office.
        SomebodyElseWasFaster: it was judged already.
        RuleBroken: no outcome, no words, or no follow-up where one is needed.
    """
    row = _locked(ctx, contract_id, check_id)
    if row.outcome:
        raise SomebodyElseWasFaster("この抜取りは、もう判定されています。", "It was judged already.")
    if outcome not in OUTCOMES:
        raise RuleBroken("確認の結果を選んでください。", "Choose what was found.")
    row.words = two_people.reason_of(words)
    if outcome != CONFIRMED and (not follow_up.strip() or due is None or due < ctx.today):
        raise RuleBroken(
            "申告どおりでないときは、することと期限(今日以降)を入力してください。",
            "Say what follows, and until when.",
        )
    row.outcome, row.checked_at, row.checked_by_id = outcome, ctx.at, ctx.actor.staff_id
    if outcome != CONFIRMED:
        row.follow_up, row.due_on = follow_up.strip()[:400], due
    _told(ctx, contract_id, {"deed": "checked", "check": row.id, "outcome": outcome})
    return row


def finish(ctx: Context, contract_id: int, check_id: int, words: str) -> WorkerCheck:
    """Put down that a follow-up is done, and what came out.

    Raises:
        NotFound: there is no such check of a contract in the actor's office.
        SomebodyElseWasFaster: nothing is left to do.
        RuleBroken: no words.
    """
    row = _locked(ctx, contract_id, check_id)
    if row.due_on is None or row.done_at is not None:
        raise SomebodyElseWasFaster("この対応は、もう済んでいます。", "Nothing is left to do.")
    row.done_words = two_people.reason_of(words)
    row.done_at, row.done_by_id = ctx.at, ctx.actor.staff_id
    _told(ctx, contract_id, {"deed": "followed", "check": row.id})
    return row


def list_of(ctx: Context, contract_id: int) -> Sequence[Line]:
    """The checks of a contract, what is open first."""
    statement = (
        select(WorkerCheck, ContractWorker)
        .join(ContractWorker, ContractWorker.id == WorkerCheck.worker_id)
        .where(ContractWorker.contract_id == contract_id)
        .order_by(WorkerCheck.outcome != "", WorkerCheck.id.desc())
        .limit(100)
    )
    return [Line(row, worker) for row, worker in ctx.session.execute(statement)]


def _locked(ctx: Context, contract_id: int, check_id: int) -> WorkerCheck:
    register.hold(ctx, contract_id)
    row = ctx.session.get(WorkerCheck, check_id, with_for_update=True, populate_existing=True)
    if row is None or ctx.session.get_one(ContractWorker, row.worker_id).contract_id != contract_id:
        raise NotFound("この抜取りは見つかりません。", "There is no such check.")
    return row


def _told(ctx: Context, contract_id: int, detail: dict[str, object]) -> None:
    audit.record(ctx, Tag.CONTRACT_CHANGED, f"contract:{contract_id}", detail=detail)
