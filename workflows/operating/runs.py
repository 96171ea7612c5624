"""An operator's wish over one or many cases: written down first, then done item by item with its result.

`begin` writes the wish; `do_next` does one item in the caller's transaction and tells the truth about it: a
refusal undoes that item alone and is kept with its reason. The portal does the first few at once, a job the
rest; killed between two items, it goes on with the next (ADR 0007).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from models.audit.tags import Tag
from models.operation import (
    DONE,
    LONGEST_MESSAGE,
    REFUSED,
    WAITING,
    CaseMigration,
    OperationResult,
    OperationRun,
    count_results,
    next_waiting,
)
from services import audit, causes
from services.context import SYSTEM, Context
from services.errors import NotAllowed, NotFound, RuleBroken, ServiceError
from workflows.engine import incident_repair
from workflows.engine.broken_steps import cause_of
from workflows.engine.services_in_background import ServiceFailed
from workflows.operating import holding, moving, rewinding
from workflows.operating.reach import within

log = logging.getLogger("workflows.operating")
LONGEST_REASON = 400
PAGE = 50
BOTH = frozenset({"administrator", "section_chief"})
RIGHTS = {
    "migrate": BOTH,
    "take_back": BOTH,
    "retry": BOTH,
    "suspend": BOTH,
    "resume": BOTH,
    "skip": frozenset({"section_chief"}),
    "rewind": frozenset({"section_chief"}),
}
NEEDS_REASON = frozenset({"skip", "suspend", "rewind"})
KINDS = {
    "migrate": ("版の移行", "Move to another version"),
    "take_back": ("移行の取消し", "Take a move back"),
    "retry": ("再試行", "Retry"),
    "skip": ("見送り", "Skip"),
    "suspend": ("一時停止", "Suspend"),
    "resume": ("再開", "Resume"),
    "rewind": ("巻き戻し", "Rewind"),
}

FAILED_AGAIN = (
    "もう一度行いましたが、できませんでした。",
    "It was tried again and failed. ",
)

Perform = Callable[[Context, OperationRun, OperationResult], None]


@dataclass(frozen=True)
class Counted:
    """A run with how many of its items are in which state."""

    run: OperationRun
    waiting: int
    done: int
    refused: int

    @property
    def total(self) -> int:
        return self.waiting + self.done + self.refused


def _migrate(ctx: Context, run: OperationRun, result: OperationResult) -> None:
    moving.move_case(ctx, _case(result), run.to_hash, run.id)


def _take_back(ctx: Context, run: OperationRun, result: OperationResult) -> None:
    del run
    moving.take_back_case(ctx, _case(result))


def _rewind(ctx: Context, run: OperationRun, result: OperationResult) -> None:
    rewinding.rewind_case(ctx, _case(result), run.element_id, run.reason)


def _suspend(ctx: Context, run: OperationRun, result: OperationResult) -> None:
    holding.suspend(ctx, _case(result), run.reason)


def _resume(ctx: Context, run: OperationRun, result: OperationResult) -> None:
    holding.resume(ctx, _case(result), run.reason)


def _retry(ctx: Context, run: OperationRun, result: OperationResult) -> None:
    del run
    incident_repair.retry(ctx, _incident(result))


def _skip(ctx: Context, run: OperationRun, result: OperationResult) -> None:
    incident_repair.skip(ctx, _incident(result), run.reason)


PERFORM: dict[str, Perform] = {
    "migrate": _migrate,
    "take_back": _take_back,
    "rewind": _rewind,
    "suspend": _suspend,
    "resume": _resume,
    "retry": _retry,
    "skip": _skip,
}


def begin(
    ctx: Context,
    kind: str,
    *,
    case_ids: Sequence[int] = (),
    incidents: Mapping[int, int | None] | None = None,
    reason: str = "",
    **more: str | int | None,
) -> OperationRun:
    """Write a wish down with its items: cases, or incidents with the case of each.

    Raises:
        NotAllowed: the actor has not the right to this kind of deed.
        RuleBroken: nothing was chosen, or the reason is missing or too long.
    """
    _must_have_right(ctx, kind)
    items: list[tuple[int | None, int | None]] = [(case_id, None) for case_id in dict.fromkeys(case_ids)]
    items += [(case_id, incident_id) for incident_id, case_id in (incidents or {}).items()]
    _refuse_empty(kind, len(items), reason)
    run = OperationRun(
        kind=kind,
        reason=reason.strip(),
        office_id=ctx.actor.office_id,
        asked_at=ctx.at,
        asked_by_id=ctx.actor.staff_id,
        **more,
    )
    ctx.session.add(run)
    ctx.session.flush()
    _add(ctx, run, items)
    detail = {"kind": kind, "items": len(items), "slug": run.slug}
    audit.record(ctx, Tag.OPERATION_ASKED, f"operation:{run.id}", detail=detail)
    return run


def extend(ctx: Context, run: OperationRun, case_ids: Sequence[int]) -> int:
    """Add cases to a run that it does not hold yet; says how many."""
    known = set(ctx.session.scalars(select(OperationResult.case_id).where(OperationResult.run_id == run.id)))
    new = [(case_id, None) for case_id in case_ids if case_id not in known]
    _add(ctx, run, new)
    detail = {"kind": run.kind, "items": len(new), "slug": run.slug}
    audit.record(ctx, Tag.OPERATION_ASKED, f"operation:{run.id}", detail=detail)
    return len(new)


def do_next(ctx: Context, run_id: int) -> OperationResult | None:
    """Do the next item of a run in this transaction; None where nothing waits any more."""
    result = next_waiting(ctx.session, run_id)
    if result is None:
        return None
    run = ctx.session.get_one(OperationRun, run_id)
    try:
        with ctx.session.begin_nested():
            PERFORM[run.kind](ctx, run, result)
    except DBAPIError:
        raise  # the database is away: nothing can be kept, the item waits
    except Exception as refused:
        if not isinstance(refused, ServiceError):
            log.exception("item %s of operation %s failed", result.id, run.id)
        result = ctx.session.get_one(OperationResult, result.id, populate_existing=True)
        _refuse(ctx, run, result, refused)
    else:
        result.state = DONE
    result.done_at = ctx.at
    ctx.session.flush()
    return result


def _refuse(ctx: Context, run: OperationRun, result: OperationResult, error: Exception) -> None:
    """Keep why an item could not be done; a retry that failed again counts on its incident."""
    result.state, result.code = REFUSED, cause_of(error)
    ja, en = (f"{what}{why}" for what, why in zip(FAILED_AGAIN, causes.told(result.code), strict=True))
    if isinstance(error, ServiceError) and not isinstance(error, ServiceFailed):
        ja, en = error.message_ja, error.message_en
    result.message_ja, result.message_en = ja[:LONGEST_MESSAGE], en[:LONGEST_MESSAGE]
    if run.kind == "retry" and result.code not in incident_repair.NOT_TRIED:
        incident_repair.failed_again(ctx, _incident(result), error)
    audit.record(ctx, Tag.OPERATION_REFUSED, f"operation:{run.id}", result.case_id, {"code": result.code})


def get(ctx: Context, run_id: int) -> OperationRun:
    """A run of the actor's reach.

    Raises:
        NotFound: there is none of this number.
    """
    statement = select(OperationRun).where(OperationRun.id == run_id, *within(ctx, OperationRun.office_id))
    run = ctx.session.scalars(statement).one_or_none()
    if run is None:
        raise NotFound("この操作の記録は見つかりません。", "There is no such operation.")
    return run


def counted(ctx: Context, run: OperationRun) -> Counted:
    """A run with its true counts."""
    found = count_results(ctx.session, [run.id])[run.id]
    return _counted(run, found)


def list_runs(ctx: Context, before: int | None = None, limit: int = PAGE) -> list[Counted]:
    """The wishes of operators, the newest first; `before` is the run at which the last page ended."""
    statement = select(OperationRun).where(*within(ctx, OperationRun.office_id))
    if before is not None:
        statement = statement.where(OperationRun.id < before)
    found = list(ctx.session.scalars(statement.order_by(OperationRun.id.desc()).limit(limit)))
    counts = count_results(ctx.session, [run.id for run in found])
    return [_counted(run, counts[run.id]) for run in found]


def can_be_taken_back(ctx: Context, run: OperationRun) -> int:
    """How many cases of a migration are still kept as they were before it."""
    if run.kind != "migrate":
        return 0
    statement = select(func.count()).where(
        CaseMigration.run_id == run.id, CaseMigration.taken_back_at.is_(None), CaseMigration.blob.is_not(None)
    )
    return ctx.session.scalar(statement) or 0


def take_back(ctx: Context, run: OperationRun) -> OperationRun:
    """Wish that a migration be taken back; each case of it that still can is an item.

    Raises:
        RuleBroken: no case of it can be taken back any more.
    """
    statement = select(CaseMigration.case_id).where(
        CaseMigration.run_id == run.id, CaseMigration.taken_back_at.is_(None)
    )
    case_ids = list(ctx.session.scalars(statement.order_by(CaseMigration.id)))
    return begin(
        ctx,
        "take_back",
        case_ids=case_ids,
        slug=run.slug,
        from_hash=run.to_hash,
        to_hash=run.from_hash,
        takes_back_id=run.id,
    )


def _add(ctx: Context, run: OperationRun, items: Sequence[tuple[int | None, int | None]]) -> None:
    ctx.session.add_all(
        OperationResult(run_id=run.id, case_id=case_id, incident_id=incident_id, state=WAITING)
        for case_id, incident_id in items
    )
    ctx.session.flush()


def _must_have_right(ctx: Context, kind: str) -> None:
    if ctx.actor != SYSTEM and not ctx.actor.own_roles & RIGHTS[kind]:
        raise NotAllowed(
            f"「{KINDS[kind][0]}」を行う権限がありません。課長か管理者に依頼してください。",
            f"You may not do this ({KINDS[kind][1]}). Ask the section chief or an administrator.",
        )


def _refuse_empty(kind: str, count: int, reason: str) -> None:
    if not count:
        raise RuleBroken(
            "対象が選ばれていません。一覧で行を選んでから、もう一度押してください。",
            "Nothing was chosen. Choose rows of the list first.",
        )
    if kind in NEEDS_REASON and not reason.strip():
        raise RuleBroken("理由を入力してください。記録に残ります。", "Give a reason; it is kept on record.")
    if len(reason) > LONGEST_REASON:
        raise RuleBroken(
            f"理由が長すぎます({len(reason)}字)。{LONGEST_REASON}字までに短くしてください。",
            f"The reason has {len(reason)} characters. Shorten it to {LONGEST_REASON}.",
        )


def _counted(run: OperationRun, found: Mapping[str, int]) -> Counted:
    return Counted(run, found.get(WAITING, 0), found.get(DONE, 0), found.get(REFUSED, 0))


def _incident(result: OperationResult) -> int:
    if result.incident_id is None:
        raise NotFound("障害が指定されていません。", "No incident was named.")
    return result.incident_id


def _case(result: OperationResult) -> int:
    if result.case_id is None:
        raise NotFound("案件が指定されていません。", "No case was named.")
    return result.case_id
