"""Texts of letters as data: published versions, and what somebody is changing (C4)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, UtcDateTime


class LetterText(Base):
    """A version of a letter's text that was put in force; never changed. The newest one counts.

    Version 0 is the text as shipped and has no row.
    """

    __tablename__ = "letter_text"
    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(40))
    version: Mapped[int]
    heading: Mapped[str] = mapped_column(String(30))
    body: Mapped[str] = mapped_column(Text)
    author_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    published_by_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(String(400))
    __table_args__ = (UniqueConstraint("slug", "version"),)


class LetterDraft(Base):
    """One draft of a letter's text by one author, right or wrong.

    `based_on` is the version from which it began. `lock_version` counts changes: what a page shows is
    compared with it.
    """

    __tablename__ = "letter_draft"
    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(40))
    author_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), index=True)
    based_on: Mapped[int]
    heading: Mapped[str] = mapped_column(String(30))
    body: Mapped[str] = mapped_column(Text)
    lock_version: Mapped[int] = mapped_column(default=1)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    __table_args__ = (UniqueConstraint("slug", "author_id"),)


def find_in_force(session: Session, slug: str) -> LetterText | None:
    """The version in force; None where the shipped text is."""
    statement = select(LetterText).where(LetterText.slug == slug).order_by(LetterText.version.desc())
    return session.scalars(statement.limit(1)).one_or_none()


def list_in_force(session: Session, slugs: Collection[str]) -> list[LetterText]:
    """The versions in force of several letters; none of those whose shipped text is."""
    newest = (
        select(LetterText.slug, func.max(LetterText.version).label("version"))
        .where(LetterText.slug.in_(sorted(slugs)))
        .group_by(LetterText.slug)
        .subquery()
    )
    same = (newest.c.slug == LetterText.slug) & (newest.c.version == LetterText.version)
    return list(session.scalars(select(LetterText).join(newest, same)))


def list_versions(session: Session, slug: str) -> list[LetterText]:
    """The published versions of a letter, the newest first."""
    statement = select(LetterText).where(LetterText.slug == slug).order_by(LetterText.version.desc())
    return list(session.scalars(statement))
