"""A day on which a draft comes in force, as the second person set it; what came of it stays."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, UtcDateTime

PLANNED, DONE, FAILED, CANCELLED = "planned", "done", "failed", "cancelled"
_PLANNED = text("state = 'planned'")


class DefinitionPlan(Base):
    """One plan. `draft_count` is the count of the draft that was seen; `told` says why it failed or went.

    Author and planner each confirm that they have seen a plan that failed.
    """

    __tablename__ = "definition_plan"
    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int | None] = mapped_column(ForeignKey("definition_draft.id", ondelete="SET NULL"))
    slug: Mapped[str] = mapped_column(String(40))
    draft_count: Mapped[int]
    comes_on: Mapped[date]
    reason: Mapped[str] = mapped_column(String(400))
    author_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    planned_by_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    planned_staff_number: Mapped[str] = mapped_column(String(32))
    planned_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(10), default=PLANNED)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    told_ja: Mapped[str] = mapped_column(String(400), default="")
    told_en: Mapped[str] = mapped_column(String(400), default="")
    version: Mapped[int | None]
    author_saw_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    planner_saw_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    __table_args__ = (
        Index(
            "uq_definition_plan_planned",
            "draft_id",
            unique=True,
            sqlite_where=_PLANNED,
            postgresql_where=_PLANNED,
        ),
    )


def find_planned(session: Session, draft_id: int) -> DefinitionPlan | None:
    """The plan of a draft that still stands, locked; None where there is none."""
    statement = select(DefinitionPlan).where(
        DefinitionPlan.draft_id == draft_id, DefinitionPlan.state == PLANNED
    )
    return session.scalars(statement.with_for_update()).one_or_none()
