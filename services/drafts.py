"""What was typed and not sent yet: kept for its owner, without Individual Numbers (B5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from models.audit.tags import Tag
from models.case import Draft, WorkItem
from services import audit
from services.context import Context
from services.errors import NotFound


def save_intake(
    ctx: Context, procedure: str, reason: str, data: Mapping[str, Any], draft_id: int | None = None
) -> Draft:
    """Keep an intake that is not sent yet; with `draft_id`, in place of the earlier one.

    Raises:
        NotFound: the earlier draft is not the actor's.
    """
    row = find_intake(ctx, draft_id) or Draft(owner_id=ctx.actor.staff_id or 0, data={}, saved_at=ctx.at)
    row.procedure, row.data, row.saved_at = procedure, {**data, "reason": reason}, ctx.at
    ctx.session.add(row)
    audit.record(ctx, Tag.DRAFT_SAVED, f"procedure:{procedure}")
    return row


def find_intake(ctx: Context, draft_id: int | None) -> Draft | None:
    """One's own draft of an intake; None without an id.

    Raises:
        NotFound: there is no such draft of the actor.
    """
    if draft_id is None:
        return None
    statement = select(Draft).where(Draft.id == draft_id, Draft.owner_id == ctx.actor.staff_id)
    row = ctx.session.scalars(statement).one_or_none()
    if row is None:
        raise NotFound("この下書きは見つかりません。", "There is no such draft.")
    return row


def list_intakes(ctx: Context) -> Sequence[Draft]:
    """One's own drafts of intakes, newest first."""
    statement = select(Draft).where(Draft.owner_id == ctx.actor.staff_id, Draft.procedure.is_not(None))
    return ctx.session.scalars(statement.order_by(Draft.saved_at.desc())).all()


def discard_intake(ctx: Context, draft_id: int | None) -> None:
    """Drop a draft that was sent or is no longer wanted."""
    row = find_intake(ctx, draft_id)
    if row is not None:
        ctx.session.delete(row)


def save_task(ctx: Context, work_item_id: int, data: Mapping[str, Any]) -> None:
    """Keep what one has typed into a task's form."""
    row = find_task(ctx, work_item_id)
    if row is None:
        row = Draft(work_item_id=work_item_id, owner_id=ctx.actor.staff_id or 0, data={}, saved_at=ctx.at)
        ctx.session.add(row)
    row.data, row.saved_at = dict(data), ctx.at
    audit.record(ctx, Tag.DRAFT_SAVED, f"task:{work_item_id}")


def find_task(ctx: Context, work_item_id: int) -> Draft | None:
    """One's own draft of a task's form; None where there is none."""
    statement = select(Draft).where(Draft.work_item_id == work_item_id, Draft.owner_id == ctx.actor.staff_id)
    return ctx.session.scalars(statement.order_by(Draft.id.desc())).first()


def list_left(ctx: Context, case_id: int) -> Sequence[tuple[Draft, WorkItem]]:
    """One's own drafts of tasks of a case that are no longer open, oldest first."""
    statement = (
        select(Draft, WorkItem)
        .join(WorkItem, WorkItem.id == Draft.work_item_id)
        .where(WorkItem.case_id == case_id, WorkItem.state != "open", Draft.owner_id == ctx.actor.staff_id)
    )
    return [(draft, item) for draft, item in ctx.session.execute(statement.order_by(Draft.id))]


def discard_task(ctx: Context, work_item_id: int) -> None:
    """Drop one's draft of a task that was completed."""
    row = find_task(ctx, work_item_id)
    if row is not None:
        ctx.session.delete(row)
