"""Who may hold which right, and by whose decision: requests of two, emergency rights, yearly confirmations.

The rights themselves stand in Flask-AppBuilder's tables of roles; here stands how they came about (T13, T14).
A person is compared by his staff number, so each row keeps the number of that day beside the account.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, UtcDateTime

OPEN, APPROVED, REFUSED, WITHDRAWN, EXPIRED = "open", "approved", "refused", "withdrawn", "expired"
ACCOUNT, ROLE = "account", "role"
ROLE_FOR_A_WHILE, CASE_FOR_A_WHILE = "role", "case"
UNREVIEWED = text("reviewed_at IS NULL")
IN_FORCE = text("ended_at IS NULL")
IS_OPEN = text("state = 'open'")


class RightRequest(Base):
    """What one administrator asks for and another decides: the roles of an account, or what a role may do.

    `target` is `account:<id>` or `role:<name>`; `before` is what was there when it was asked, `wanted` what
    is to be there: {"roles": […], "active": bool} of an account, {"grants": […]} of a role.
    """

    __tablename__ = "right_request"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(8))
    target: Mapped[str] = mapped_column(String(80))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), index=True)
    before: Mapped[dict[str, Any]] = mapped_column(JSON)
    wanted: Mapped[dict[str, Any]] = mapped_column(JSON)
    reason: Mapped[str] = mapped_column(String(400))
    concerned_number: Mapped[str] = mapped_column(String(32), default="")
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    asked_by_number: Mapped[str] = mapped_column(String(32))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(10), default=OPEN)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    decided_by_number: Mapped[str | None] = mapped_column(String(32))
    words: Mapped[str] = mapped_column(String(400), default="")
    __table_args__ = (
        CheckConstraint(
            "decided_by_number IS NULL"
            " OR (decided_by_number <> asked_by_number AND decided_by_number <> concerned_number)",
            name="two_persons",
        ),
        Index("uq_right_request_open", "target", unique=True, sqlite_where=IS_OPEN, postgresql_where=IS_OPEN),
    )


class RoleChange(Base):
    """A permission that the office has given to a role, or taken from it, other than as shipped."""

    __tablename__ = "role_change"
    id: Mapped[int] = mapped_column(primary_key=True)
    role: Mapped[str] = mapped_column(String(64))
    slug: Mapped[str] = mapped_column(String(64))
    given: Mapped[bool]
    request_id: Mapped[int] = mapped_column(ForeignKey("right_request.id"))
    __table_args__ = (UniqueConstraint("role", "slug"),)


class EmergencyRight(Base):
    """A right that somebody took himself in an emergency, for a limited time, to be reviewed by another.

    Kinds: role (one more role), case (one case of another office).
    """

    __tablename__ = "emergency_right"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), index=True)
    staff_number: Mapped[str] = mapped_column(String(32))
    office_id: Mapped[int | None] = mapped_column(ForeignKey("office.id"))
    kind: Mapped[str] = mapped_column(String(8))
    role: Mapped[str] = mapped_column(String(64), default="")
    case_id: Mapped[int | None] = mapped_column(ForeignKey("workflow_case.id"))
    case_office_id: Mapped[int | None] = mapped_column(ForeignKey("office.id"))
    reason: Mapped[str] = mapped_column(String(400))
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime)
    until: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    reviewed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reviewed_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    reviewed_by_number: Mapped[str | None] = mapped_column(String(32))
    verdict: Mapped[str] = mapped_column(String(12), default="")
    words: Mapped[str] = mapped_column(String(400), default="")
    __table_args__ = (
        CheckConstraint(
            "reviewed_by_number IS NULL OR reviewed_by_number <> staff_number", name="another_reviews"
        ),
        Index(
            "uq_emergency_right_in_force",
            "user_id",
            unique=True,
            sqlite_where=IN_FORCE,
            postgresql_where=IN_FORCE,
        ),
        Index(
            "ix_emergency_right_unreviewed",
            "taken_at",
            sqlite_where=UNREVIEWED,
            postgresql_where=UNREVIEWED,
        ),
    )


class RightConfirmation(Base):
    """That somebody looked at the rights of a person and found them needed, or not (the yearly 棚卸, M18)."""

    __tablename__ = "right_confirmation"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), index=True)
    staff_number: Mapped[str] = mapped_column(String(32))
    roles: Mapped[list[str]] = mapped_column(JSON)
    verdict: Mapped[str] = mapped_column(String(12))
    words: Mapped[str] = mapped_column(String(400), default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    by_number: Mapped[str] = mapped_column(String(32))
    __table_args__ = (CheckConstraint("by_number <> staff_number", name="another_confirms"),)
