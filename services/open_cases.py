"""Who has a case open: colleagues see it before two do the same (N2).

Nothing is locked by it. A page says so by itself every half minute; what it says is no deed of a person, is
not on the audit record, and goes when the page is left or a minute and a half has passed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ScalarSelect, bindparam, delete, func, literal, select
from sqlalchemy.dialects import postgresql, sqlite

from models.base import UtcDateTime
from models.bulk import table
from models.case import Case, WorkItem
from models.open_case import OPEN_FOR, OpenCase
from models.staff import User
from services.context import Context
from services.errors import NotFound

UNKNOWN = ("この手続は見つかりません。一覧から開き直してください。", "There is no such case.")


def tell(ctx: Context, case_id: int) -> Sequence[str]:
    """Note that the actor has the case open, and answer the names of the others who have.

    Raises:
        NotFound: there is no such case in the actor's office.
    """
    build = postgresql.insert if ctx.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    here = select(Case.id, literal(ctx.actor.staff_id), literal(ctx.at, UtcDateTime)).where(
        Case.id == case_id, Case.office_id == ctx.actor.office_id
    )
    note = (
        build(OpenCase)
        .from_select(["case_id", "user_id", "at"], here)
        .on_conflict_do_update(index_elements=["case_id", "user_id"], set_={"at": ctx.at})
        .returning(OpenCase.case_id)
    )
    if ctx.session.execute(note).one_or_none() is None:
        raise NotFound(*UNKNOWN)
    others = (
        select(User.last_name, User.first_name)
        .join(OpenCase, OpenCase.user_id == User.id)
        .where(
            OpenCase.case_id == case_id,
            OpenCase.user_id != ctx.actor.staff_id,
            OpenCase.at > ctx.at - OPEN_FOR,
        )
        .order_by(OpenCase.at, User.id)
    )
    return [f"{last} {first}" for last, first in ctx.session.execute(others)]


def leave(ctx: Context, case_id: int, told_at: datetime | None) -> None:
    """The page that said last at `told_at` that it is open has been left; one opened since then stays.

    Raises:
        NotFound: there is no such case in the actor's office.
    """
    here = select(Case.id).where(Case.id == case_id, Case.office_id == ctx.actor.office_id)
    if ctx.session.scalar(here) is None:
        raise NotFound(*UNKNOWN)
    if told_at is None:
        return
    ctx.session.execute(
        delete(OpenCase).where(
            OpenCase.case_id == case_id, OpenCase.user_id == ctx.actor.staff_id, OpenCase.at <= told_at
        )
    )


def one_of_others() -> ScalarSelect[str]:
    """The name of somebody but `:me` who has had a listed task's case open since `:open_since`."""
    staff = table("ab_user").c
    return (
        select(func.min(staff.last_name + " " + staff.first_name))
        .join(OpenCase, OpenCase.user_id == staff.id)
        .where(
            OpenCase.case_id == WorkItem.case_id,
            OpenCase.user_id != bindparam("me"),
            OpenCase.at > bindparam("open_since"),
        )
        .correlate(WorkItem)
        .scalar_subquery()
    )


def forget(ctx: Context) -> int:
    """Remove what pages have said that were closed without a word; answers how much."""
    gone = ctx.session.execute(delete(OpenCase).where(OpenCase.at <= ctx.at - OPEN_FOR))
    return max(int(getattr(gone, "rowcount", 0)), 0)
