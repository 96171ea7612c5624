"""Whose cases an operator sees and touches: an administrator every office's, a chief his own (N2)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, select

from models.case import Case
from services.context import SYSTEM, Context
from services.errors import NotFound, SomebodyElseWasFaster

EVERYWHERE = frozenset({"administrator", "auditor"})
UNFINISHED = ("open", "suspended")


def within(ctx: Context, office_column: Any) -> list[ColumnElement[bool]]:
    """The condition on the office of a row; none for who sees all offices."""
    if ctx.actor == SYSTEM or ctx.actor.own_roles & EVERYWHERE:
        return []
    return [office_column == ctx.actor.office_id]


def must_reach(ctx: Context, case_id: int) -> None:
    """A case is within the actor's reach.

    Raises:
        NotFound: there is none, or it is another office's.
    """
    statement = select(Case.id).where(Case.id == case_id, *within(ctx, Case.office_id))
    if ctx.session.scalar(statement) is None:
        raise NotFound("この案件は見つかりません。一覧から開き直してください。", "There is no such case.")


def lock_case(ctx: Context, case_id: int) -> Case:
    """A case that has not ended, held for this transaction.

    Raises:
        NotFound: there is no such case within the actor's reach.
        SomebodyElseWasFaster: it has ended.
    """
    statement = select(Case).where(Case.id == case_id, *within(ctx, Case.office_id))
    locked = statement.with_for_update().execution_options(populate_existing=True)
    case = ctx.session.scalars(locked).one_or_none()
    if case is None:
        raise NotFound("この案件は見つかりません。一覧から開き直してください。", "There is no such case.")
    if case.state not in UNFINISHED or case.blob is None:
        raise SomebodyElseWasFaster(
            "この案件の手続はすでに終わっています。することはありません。",
            "This case has already ended. There is nothing to do.",
        )
    return case
