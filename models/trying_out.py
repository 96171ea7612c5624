"""Drafts tried out, and finished courses kept as tests of a procedure (docs/studio.md)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, UtcDateTime

KEPT, SET_ASIDE = "kept", "set_aside"


class TryOut(Base):
    """How far somebody has come in trying a draft out: what he told, step by step; nothing else is kept.

    `draft_count` is the count of the draft when he told it last.
    """

    __tablename__ = "try_out"
    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("definition_draft.id", ondelete="CASCADE"))
    by_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), index=True)
    script: Mapped[dict[str, Any]] = mapped_column(JSON)
    draft_count: Mapped[int]
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    __table_args__ = (UniqueConstraint("draft_id", "by_id"),)


class KeptTest(Base):
    """A course that a procedure must still take: what is told step by step, and the steps that follow.

    Nothing in it is of a real person. `version` is the one with which it was kept; `path` (kind, element).
    """

    __tablename__ = "kept_test"
    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(40), index=True)
    name: Mapped[str] = mapped_column(String(100))
    version: Mapped[int]
    script: Mapped[dict[str, Any]] = mapped_column(JSON)
    path: Mapped[list[list[str]]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(10), default=KEPT)
    kept_at: Mapped[datetime] = mapped_column(UtcDateTime)
    kept_by_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    set_aside_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    set_aside_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    because: Mapped[str | None] = mapped_column(String(400))


class Waiver(Base):
    """Somebody has said why a draft may take another course than a test; it holds for that course only.

    `course` is the SHA-256 of what came instead. `version` is the one that was put in force with it.
    """

    __tablename__ = "test_waiver"
    id: Mapped[int] = mapped_column(primary_key=True)
    test_id: Mapped[int] = mapped_column(ForeignKey("kept_test.id"), index=True)
    draft_id: Mapped[int | None] = mapped_column(ForeignKey("definition_draft.id", ondelete="SET NULL"))
    course: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(String(400))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    version: Mapped[int | None]


def list_tests(session: Session, slug: str, *, only_kept: bool = True) -> Sequence[KeptTest]:
    """The tests of a procedure, oldest first."""
    statement = select(KeptTest).where(KeptTest.slug == slug)
    if only_kept:
        statement = statement.where(KeptTest.state == KEPT)
    return session.scalars(statement.order_by(KeptTest.id)).all()


def list_waivers(session: Session, draft_id: int) -> Sequence[Waiver]:
    """What was waived for a draft, oldest first."""
    return session.scalars(select(Waiver).where(Waiver.draft_id == draft_id).order_by(Waiver.id)).all()
