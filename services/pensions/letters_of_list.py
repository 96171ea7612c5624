"""The letters of everybody on a list of deductions: some at once, the rest by a job (issue 7, 7)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased

from models.document import PrintRequest
from models.job import CANCELLED, DONE, FAILED, RUNNING, WAITING, Job
from models.pension_deduction import APPROVED, PensionDeduction, PensionList
from services import jobs
from services.errors import SomebodyElseWasFaster
from services.job_kinds import Progress, Work
from services.pensions import letters, lists
from services.pensions.letters import NoDeduction, SomethingLeftToStop
from services.premium_notices.asking import NobodyToTell
from services.print_queue import CANCELLED as STRUCK_OFF

if TYPE_CHECKING:
    from services.context import Context

LETTERS: Final = "pension.list.letters"
AT_ONCE: Final = 50  # households of one step: while it takes their numbers, whoever needs a number waits


@dataclass(frozen=True)
class AskedOfList:
    """How many letters of a list were asked for, how many were left out and why, how many are left.

    Nobody could be told of `nobody` households; the deduction of `ended` has its stop still to be decided.
    `last` is the id of the household that was looked at last.
    """

    asked: int
    nobody: int
    ended: int
    left: int
    last: int = field(default=0, compare=False)


def ask_of_list(ctx: Context, list_id: int) -> AskedOfList:
    """Put the letters of a list that were not asked for yet into the print queue.

    `AT_ONCE` households are looked at here, the rest by a job. Who cannot be told is left out and passed
    over, so that the others get theirs.

    Raises:
        NoDeduction: nothing was decided by the list, or every letter was asked for.
        SomebodyElseWasFaster: a job does it just now.
        SettingMissing: the actor belongs to no office.
    """
    # Two that press at once come one after the other.
    held = select(PensionList).where(PensionList.id == list_id).with_for_update(key_share=True)
    made = ctx.session.scalars(held).one_or_none()
    job = _latest(ctx, list_id)
    if job is not None and job.state in {WAITING, RUNNING}:
        raise SomebodyElseWasFaster(
            "この候補一覧の通知書は、いま続けて印刷待ちに入れています。終わるのを待ってください。",
            "The letters of this list are being put into the print queue just now. Wait for the end.",
        )
    told = ask_next(ctx, list_id) if made is not None and made.state == APPROVED else None
    if told is None:
        raise NoDeduction(
            "この候補一覧の通知書は、もうすべて頼まれているか、決定された世帯がありません。",
            "Every letter of this list was asked for, or nothing was decided by it.",
        )
    if told.left:
        key = f"{_key(list_id)}{ctx.at.isoformat()}"
        jobs.ask(ctx, LETTERS, key, {"list": list_id, "after": told.last}, total=told.left)
    return told


def step(ctx: Context, work: Work) -> Progress:
    """Ask for the next letters of a list, in the name of who asked for the first of them."""
    so_far = work.checkpoint or {"after": work.payload["after"], "asked": 0, "without": 0}
    told = ask_next(ctx, int(work.payload["list"]), int(so_far["after"])) or AskedOfList(0, 0, 0, 0)
    asked, without = so_far["asked"] + told.asked, so_far["without"] + told.nobody + told.ended
    return Progress(
        {"after": told.last, "asked": asked, "without": without},
        max((work.total or 0) - told.left, work.done),
        work.total,
        finished=not told.left,
        message_ja=f"通知書{asked:,}件を印刷待ちに入れました。頼めなかった世帯は{without:,}件です。",
        message_en=f"{asked:,} letters wait in the print queue; {without:,} could not be asked for.",
    )


def ask_next(ctx: Context, list_id: int, after: int = 0) -> AskedOfList | None:
    """Ask for the letters of the next households of a list, after one; None where there is none any more.

    Raises:
        SettingMissing: the actor belongs to no office.
    """
    wanted = ctx.session.scalars(_not_asked_for(list_id, after).limit(AT_ONCE)).all()
    if not wanted:
        return None
    letters.hold(ctx, [one.household_id for one in wanted])
    ready, nobody, ended = [], 0, 0
    for one in wanted:
        try:
            told, head = letters.find(ctx, one.household_id, one.fiscal_year)
        except NobodyToTell:
            nobody += 1
        except SomethingLeftToStop:
            ended += 1
        else:
            if told.decision.id == one.id and not letters.letters_before(ctx, one):
                ready.append((told, head))
    numbers = letters.take_numbers(ctx, len(ready)) if ready else []
    for (told, head), number in zip(ready, numbers, strict=True):
        letters.put_down(ctx, told, head, number)
    last = wanted[-1].household_id
    rest = select(func.count()).select_from(_not_asked_for(list_id, last).subquery())
    return AskedOfList(len(ready), nobody, ended, ctx.session.scalar(rest) or 0, last)


def work_of(ctx: Context, made: PensionList) -> Job | None:
    """The job that makes a list, begins its deductions or asks for its letters; None once it is done.

    None as well of letters where somebody cancelled it, or it failed and nothing is left to ask for.
    """
    if made.state != APPROVED:
        return lists.work_of(ctx, made)
    job = _latest(ctx, made.id)
    if job is None or job.state in {DONE, CANCELLED}:
        return None
    if job.state == FAILED and ctx.session.scalars(_not_asked_for(made.id, 0).limit(1)).first() is None:
        return None
    return job


def _latest(ctx: Context, list_id: int) -> Job | None:
    of_list = Job.idempotency_key.startswith(_key(list_id), autoescape=True)
    return ctx.session.scalars(select(Job).where(of_list).order_by(Job.id.desc()).limit(1)).first()


def _key(list_id: int) -> str:
    return f"{LETTERS}:{list_id}:"


def _not_asked_for(list_id: int, after: int) -> Select[Any]:
    """What a list decided, is the latest on its household and year, and was not told by a letter yet."""
    later = aliased(PensionDeduction)
    decided_anew = select(later.id).where(
        later.household_id == PensionDeduction.household_id,
        later.fiscal_year == PensionDeduction.fiscal_year,
        later.id > PensionDeduction.id,
    )
    asked_for = select(PrintRequest.id).where(
        PrintRequest.household_id == PensionDeduction.household_id,
        PrintRequest.document.in_([name for name, _ in letters.KINDS.values()]),
        PrintRequest.state != STRUCK_OFF,
        PrintRequest.payload["decision"].as_integer() == PensionDeduction.id,
    )
    return (
        select(PensionDeduction)
        .where(
            PensionDeduction.list_id == list_id,
            PensionDeduction.household_id > after,
            ~decided_anew.exists(),
            ~asked_for.exists(),
        )
        .order_by(PensionDeduction.household_id)
    )
