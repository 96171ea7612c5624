"""One case to another version of its definition, and back: one transaction each (stack.md 2.5).

The check is made again in the transaction of the move, so that a case that went on since is judged as it is
now. What a case was before is kept, and it is taken back as long as it has not gone on.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import select

from models.audit.tags import Tag
from models.case import Case, Definition, WorkItem, list_open_items
from models.operation import CaseMigration, find_last_migration
from services import audit, coverage
from services.context import Context
from services.errors import NotFound, RuleBroken, SomebodyElseWasFaster
from workflows.engine import definitions, store, waits
from workflows.engine.comparison import compare
from workflows.engine.migration import move
from workflows.engine.migration_check import Remark, Verdict, judge
from workflows.engine.parser import Specification
from workflows.engine.running import SUSPENDED, flush
from workflows.engine.work_queue import Running, describe_task, due_of, excluded_of, journal
from workflows.operating.reach import UNFINISHED, lock_case, within

KEPT = ("process_slug", "element_id", "title_ja", "title_en", "role", "due_on", "excluded_staff")


class CannotMove(RuleBroken):
    """The case cannot be moved to this version as it stands; the message names the elements."""

    code = "cannot_move"

    def __init__(self, refusals: tuple[Remark, ...]) -> None:
        """Say every reason of the check."""
        super().__init__("".join(one.ja for one in refusals), " ".join(one.en for one in refusals))
        self.refusals = refusals


class MovedOn(SomebodyElseWasFaster):
    """The case has gone on since it was moved, so that the move cannot be taken back."""

    code = "moved_on"


@dataclass(frozen=True)
class Checked:
    """A case and what moving it would mean."""

    case: Case
    verdict: Verdict


def check(ctx: Context, case: Case, after: Specification) -> Verdict:
    """What moving a case would mean; nothing is changed."""
    if case.blob is None or case.state not in UNFINISHED:
        return Verdict((), (), (_ended(),), (), ())
    before = definitions.by_hash(ctx.session, case.definition_hash)
    if before.hash == after.hash:
        return Verdict((), (), (_already(),), (), ())
    return judge(case.blob, compare(before, after))


def move_case(ctx: Context, case_id: int, to_hash: str, run_id: int | None = None) -> Verdict:
    """Move one case to a version of its procedure; its open tasks follow.

    Raises:
        NotFound: there is no such case or version.
        SomebodyElseWasFaster: the case has ended, or was saved meanwhile.
        CannotMove: the check refuses; nothing was changed.
    """
    case = lock_case(ctx, case_id)
    after = version_of(ctx, case.slug, to_hash)
    verdict = check(ctx, case, after)
    if not verdict.can:
        raise CannotMove(verdict.refusals)
    before = definitions.by_hash(ctx.session, case.definition_hash)
    blob = case.blob or b""
    workflow = store.thaw(blob, before)
    move(workflow, compare(before, after))
    items = list_open_items(ctx.session, case_id, fresh=True)
    kept = [_kept(item) for item in items]
    running = Running(case, after, workflow, frozenset(item.task_guid for item in items))
    _follow(ctx, running, items, before)
    waits.rewrite(ctx, running)
    case.blob, case.definition_hash = store.freeze(workflow), after.hash
    ctx.session.add(
        CaseMigration(
            case_id=case_id,
            run_id=run_id,
            from_hash=before.hash,
            to_hash=after.hash,
            blob=blob,
            moved_hash=_hash(case.blob),
            items=kept,
            at=ctx.at,
            by_id=ctx.actor.staff_id,
        )
    )
    numbers = version_numbers(ctx, {before.hash, after.hash})
    told = f"第{numbers[before.hash]}版 → 第{numbers[after.hash]}版"
    journal(ctx, running, "migrated", note=told)
    _record(ctx, case, Tag.CASE_MIGRATED, numbers[before.hash], numbers[after.hash])
    _write(ctx, running, items, kept)
    return verdict


def take_back_case(ctx: Context, case_id: int) -> None:
    """Put a case back on the version that it had before its last move, as it was.

    Raises:
        NotFound: there is no such case, or it was not moved.
        MovedOn: it has gone on since.
        SomebodyElseWasFaster: it has ended, or was saved meanwhile.
    """
    case = lock_case(ctx, case_id)
    made = find_last_migration(ctx.session, case_id)
    if made is None or made.blob is None:
        raise NotFound(
            "この案件に、取り消せる移行はありません。", "This case has no move that can be taken back."
        )
    if case.definition_hash != made.to_hash or _hash(case.blob or b"") != made.moved_hash:
        raise MovedOn(
            "この案件は移行のあとに先へ進みました。移行は取り消せません。必要なら逆向きの移行を確認してください。",
            "This case has gone on since it was moved. The move cannot be taken back; check a move to the "
            "earlier version instead.",
        )
    before = definitions.by_hash(ctx.session, made.from_hash)
    items = {item.task_guid: item for item in list_open_items(ctx.session, case_id, fresh=True)}
    were = [_kept(item) for item in items.values()]
    for kept in made.items:
        item = items.get(kept["task_guid"])
        if item is not None:
            _put_back(item, kept)
    case.blob, case.definition_hash = made.blob, made.from_hash
    made.taken_back_at, made.taken_back_by_id, made.blob = ctx.at, ctx.actor.staff_id, None
    numbers = version_numbers(ctx, {made.from_hash, made.to_hash})
    running = Running(case, before, store.thaw(case.blob, before), frozenset(items))
    waits.rewrite(ctx, running)
    told = f"第{numbers[made.to_hash]}版 → 第{numbers[made.from_hash]}版(移行の取消し)"
    journal(ctx, running, "migrated", note=told)
    _record(ctx, case, Tag.CASE_MIGRATION_UNDONE, numbers[made.to_hash], numbers[made.from_hash])
    _write(ctx, running, list(items.values()), were)


def version_of(ctx: Context, slug: str, content_hash: str) -> Specification:
    """A version of a procedure that cases may be moved to: any that is or was published.

    Raises:
        NotFound: there is none of this hash, or it is only a draft.
    """
    statement = select(Definition.id).where(
        Definition.slug == slug, Definition.hash == content_hash, Definition.state != "draft"
    )
    if ctx.session.scalars(statement).first() is None:
        raise NotFound(
            "この手続に、移行先にできるその版はありません。公開されている版から選んでください。",
            "This procedure has no such version. Choose one that was published.",
        )
    return definitions.by_hash(ctx.session, content_hash)


def version_numbers(ctx: Context, hashes: set[str]) -> dict[str, int]:
    """The numbers of versions by their hash."""
    rows = ctx.session.execute(
        select(Definition.hash, Definition.version).where(Definition.hash.in_(sorted(hashes)))
    )
    return {row.hash: row.version for row in rows}


def cases_on(ctx: Context, slug: str, content_hash: str, limit: int) -> list[Case]:
    """Running cases of a version within the actor's reach, the oldest first."""
    statement = select(Case).where(
        Case.state.in_(UNFINISHED),
        Case.slug == slug,
        Case.definition_hash == content_hash,
        *within(ctx, Case.office_id),
    )
    return list(ctx.session.scalars(statement.order_by(Case.id).limit(limit)))


def _ended() -> Remark:
    return Remark("ended", "手続はすでに終わっています。", "The case has ended.")


def _already() -> Remark:
    return Remark("same", "すでにこの版で進んでいます。", "The case is on this version already.")


def _follow(ctx: Context, running: Running, items: list[WorkItem], before: Specification) -> None:
    """Let the open tasks be what the new version says: title, role, form, due date, who must not do them."""
    ready = {str(task.id): task for task in running.workflow.ready_manual_tasks()}
    for item in items:
        task = ready[item.task_guid]
        wanted, was = describe_task(running, task), before.user_tasks[item.process_slug, item.element_id]
        if item.role != wanted.role:
            item.assignee_id, item.taken_at = None, None
        item.process_slug, item.element_id = wanted.process, wanted.element_id
        item.title_ja, item.title_en, item.role = wanted.title_ja, wanted.title_en, wanted.role
        item.excluded_staff = excluded_of(ctx, running, wanted)
        if (was.due_days, was.due_from) != (wanted.due_days, wanted.due_from):
            item.due_on = due_of(replace(ctx, at=item.created_at), wanted, task.data)


def _write(ctx: Context, running: Running, items: list[WorkItem], were: list[dict[str, Any]]) -> None:
    """Write the case; the timers of a held one sleep on. Who does a task now must be there, or is missed."""
    flush(ctx, running)
    if running.case.state == SUSPENDED:
        waits.hold_timers(ctx, running.case.id)
    if any(_doers(_kept(item)) != _doers(was) for item, was in zip(items, were, strict=True)):
        coverage.settle(ctx, running.case.office_id)


def _doers(kept: dict[str, Any]) -> tuple[str, list[str]]:
    return kept["role"], kept["excluded_staff"]


def _kept(item: WorkItem) -> dict[str, Any]:
    shown = {name: getattr(item, name) for name in KEPT}
    shown["due_on"] = item.due_on.isoformat() if item.due_on else None
    return {"task_guid": item.task_guid, **shown}


def _put_back(item: WorkItem, kept: dict[str, Any]) -> None:
    if item.role != kept["role"]:
        item.assignee_id, item.taken_at = None, None
    for name in KEPT:
        setattr(item, name, kept[name])
    item.due_on = date.fromisoformat(kept["due_on"]) if kept["due_on"] else None


def _record(ctx: Context, case: Case, tag: Tag, before: int, after: int) -> None:
    audit.record(ctx, tag, f"case:{case.id}", case.id, {"slug": case.slug, "from": before, "to": after})


def _hash(blob: bytes) -> str:
    return hashlib.sha256(blob).hexdigest()
