"""Whose posting has ended: his tasks go back to the queue and his sessions end, the same day (M22, L1).

Opening anything needs a posting for today already; this takes what he still holds from him. His saved filters
are erased, for they may hold names of citizens.
Tasks of those who stay, but cannot do them any more, go back as well (services/coverage.py).
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import and_, exists, or_, select, update

from models.audit.tags import Tag
from models.case import WorkItem
from models.masters import Posting
from models.sign_in import UserSession
from models.staff import User
from services import audit, coverage, saved_filters
from services.sign_in import CHANGED, end_all

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

    from services.context import Context


def sweep(ctx: Context) -> int:
    """Take what everybody still holds who works nowhere today; how many people that were.

    Then every office is looked at: who is away, or has lost a role, keeps nothing that nobody can do for him.
    """
    holds = or_(
        exists().where(WorkItem.assignee_id == User.id, WorkItem.state == "open"),
        exists().where(UserSession.user_id == User.id, UserSession.ended_at.is_(None)),
        exists().where(saved_filters.goes_with(User.id)),
    )
    statement = select(User.id).where(_works_nowhere(ctx.today), holds).order_by(User.id)
    people = list(ctx.session.scalars(statement))
    for user_id in people:
        leave(ctx, user_id)
    coverage.settle_all(ctx)
    return len(people)


def leave(ctx: Context, user_id: int) -> None:
    """Give back the open tasks of an account, erase its saved filters and end its sessions."""
    given_back = ctx.session.execute(
        update(WorkItem)
        .where(WorkItem.assignee_id == user_id, WorkItem.state == "open")
        .values(assignee_id=None, taken_at=None)
        .returning(WorkItem.id, WorkItem.case_id)
    ).all()
    for item_id, case_id in given_back:
        audit.record(ctx, Tag.TASK_GIVEN_BACK, f"task:{item_id}", case_id, {"because": "posting_ended"})
    saved_filters.erase(ctx, user_id)
    end_all(ctx, user_id, CHANGED)


def _works_nowhere(day: date) -> ColumnElement[bool]:
    posted = exists().where(
        Posting.user_id == User.id,
        Posting.from_on <= day,
        or_(Posting.until_on.is_(None), Posting.until_on >= day),
    )
    return or_(User.active.is_(False), User.active.is_(None), and_(User.active.is_(True), ~posted))
