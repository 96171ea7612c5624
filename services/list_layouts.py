"""The columns that somebody wants to see in a list, kept for him (N2)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from models.audit.tags import Tag
from models.list_layout import ListLayout
from services import audit
from services.context import Context


def save(ctx: Context, list_name: str, columns: Sequence[str], known: Sequence[str]) -> None:
    """Keep those of the columns that are `known`, in the order in which they are given.

    None chosen means those that the list begins with.
    """
    mine = select(ListLayout).where(
        ListLayout.owner_id == ctx.actor.staff_id, ListLayout.list_name == list_name
    )
    row = ctx.session.scalars(mine).one_or_none() or ListLayout(
        owner_id=ctx.actor.staff_id, list_name=list_name
    )
    row.columns = [name for name in dict.fromkeys(columns) if name in known]
    if row.columns:
        ctx.session.add(row)
    elif row in ctx.session:
        ctx.session.delete(row)
    audit.record(ctx, Tag.LAYOUT_CHANGED, f"list:{list_name}", detail={"columns": len(row.columns)})
