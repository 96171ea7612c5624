"""A definition that somebody is changing: a parcel of BPMN, DMN and forms that no case begins with yet."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, UtcDateTime


class DefinitionDraft(Base):
    """One draft of a procedure by one author.

    `based_on` is the version from which it began, 0 for a procedure that is new. `lock_version` counts
    changes: what a page shows is compared with it. `findings` are the problems of the last check; None where
    the draft was changed since.
    """

    __tablename__ = "definition_draft"
    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(40))
    author_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), index=True)
    based_on: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    lock_version: Mapped[int] = mapped_column(default=1)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    findings: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON(none_as_null=True))
    __table_args__ = (UniqueConstraint("slug", "author_id"),)
