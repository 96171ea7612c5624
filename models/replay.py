"""A draft run over the finished cases of a period: what was asked, what was found, who signed it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, UtcDateTime


class ReplayRun(Base):
    """One replay of a draft as it was then.

    `counts` by kind of finding; `passes` by `process.element`: how often the draft passed it, and the cases.
    """

    __tablename__ = "replay_run"
    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int | None] = mapped_column(
        ForeignKey("definition_draft.id", ondelete="SET NULL"), index=True
    )
    draft_count: Mapped[int]
    slug: Mapped[str] = mapped_column(String(40))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    from_on: Mapped[date]
    to_on: Mapped[date]
    total: Mapped[int]
    counts: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    passes: Mapped[dict[str, list[int]]] = mapped_column(JSON, default=dict)
    job_id: Mapped[int | None] = mapped_column(ForeignKey("job.id"))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    signed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    signed_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    signed_note: Mapped[str | None] = mapped_column(String(400))


class ReplayResult(Base):
    """A case that would not have gone as it did: the kinds of the counts; `told` holds elements, minutes."""

    __tablename__ = "replay_result"
    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("replay_run.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("workflow_case.id"))
    kinds: Mapped[list[str]] = mapped_column(JSON)
    told: Mapped[dict[str, Any]] = mapped_column(JSON)
    __table_args__ = (Index("ix_replay_result_run", "run_id", "id"),)
