"""Accounts, roles and permissions as Flask-AppBuilder keeps them; services reach its tables through here."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from flask_appbuilder.security.sqla.models import Permission, PermissionView, Role, User, ViewMenu
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models.masters import Posting

__all__ = [
    "Permission",
    "PermissionView",
    "Role",
    "User",
    "ViewMenu",
    "find_posting",
    "is_person",
    "names_of",
]


def names_of(session: Session, user_ids: Iterable[int | None]) -> dict[int, str]:
    """Family and given name of accounts by id, in one statement."""
    wanted = {user_id for user_id in user_ids if user_id is not None}
    if not wanted:
        return {}
    rows = session.execute(select(User.id, User.last_name, User.first_name).where(User.id.in_(wanted)))
    return {row.id: f"{row.last_name} {row.first_name}" for row in rows}


def find_posting(session: Session, user_id: int, day: date) -> Posting | None:
    """Where an account is posted on `day`; None where nowhere, and then it has no access."""
    statement = select(Posting).where(
        Posting.user_id == user_id,
        Posting.from_on <= day,
        or_(Posting.until_on.is_(None), Posting.until_on >= day),
    )
    return session.scalars(statement.order_by(Posting.id.desc())).first()


def is_person(session: Session, user_id: int | None, staff_id: int | None, staff_number: str) -> bool:
    """Whether an account is somebody's own, or stands for his staff number under another name (T13)."""
    if user_id is None or staff_id is None:
        return False
    twin = select(Posting.id).where(Posting.user_id == user_id, Posting.staff_number == staff_number)
    return user_id == staff_id or session.scalars(twin).first() is not None
