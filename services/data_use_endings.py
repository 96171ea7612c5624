"""Approvals that end soon: the section that receives and those who judge are told in time to renew (J3).

Each approval is told once, as soon as a month is left; not where another approval of the same transfer and
recipient carries on after it.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import aliased

from models.audit.tags import Tag
from models.data_use import APPROVED, DataUseApplication, DataUseApproval
from models.masters import Posting
from models.staff import Role, User
from services import notices
from services.context import Context
from services.data_use import APPLICANT, MANAGER, tell
from services.notices import About

SOON = timedelta(days=30)
AT_ONCE = 50


def run(ctx: Context) -> int:
    """Tell of approvals that end within a month, a part at a time; answers how many."""
    statement = (
        select(DataUseApproval, DataUseApplication)
        .join(DataUseApplication, DataUseApplication.id == DataUseApproval.application_id)
        .where(DataUseApproval.told_at.is_(None), *ending(ctx))
        .order_by(DataUseApproval.id)
        .limit(AT_ONCE)
    )
    found = ctx.session.execute(statement).all()
    for approval, application in found:
        about = About(notices.APPROVAL, f"{notices.APPROVAL}:{approval.id}", number=application.id)
        notices.tell(ctx, _concerned(ctx, application), about)
        approval.told_at = ctx.at
        detail = {"approval": approval.number, "until": approval.until_on.isoformat()}
        tell(ctx, Tag.DATA_USE_ENDING, application, detail)
    return len(found)


def ending(ctx: Context) -> list[ColumnElement[bool]]:
    """Which approvals are in force, end within a month, and have none that carries on after them."""
    other, of = aliased(DataUseApproval), aliased(DataUseApplication)
    follows = exists(
        select(other.id)
        .join(of, of.id == other.application_id)
        .where(
            of.transfer == DataUseApplication.transfer,
            of.recipient == DataUseApplication.recipient,
            of.recipient_name == DataUseApplication.recipient_name,
            of.state == APPROVED,
            other.ended_at.is_(None),
            other.until_on > DataUseApproval.until_on,
        )
    )
    return [
        DataUseApproval.ended_at.is_(None),
        DataUseApproval.from_on <= ctx.today,
        DataUseApproval.until_on >= ctx.today,
        DataUseApproval.until_on <= ctx.today + SOON,
        ~follows,
    ]


def _concerned(ctx: Context, application: DataUseApplication) -> set[int]:
    """Who applies in the section that receives, and every data protection manager, of those posted today."""
    statement = (
        select(User.id)
        .join(User.roles)
        .join(Posting, Posting.user_id == User.id)
        .where(
            User.active.is_(True),
            Posting.from_on <= ctx.today,
            or_(Posting.until_on.is_(None), Posting.until_on >= ctx.today),
            or_(
                Role.name == MANAGER,
                and_(Role.name == APPLICANT, Posting.office_id == application.office_id),
            ),
        )
    )
    return set(ctx.session.scalars(statement))
