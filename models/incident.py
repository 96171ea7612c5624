"""An incident: something that the system was to do and could not, kept until somebody settles it (N1, N2).

Written in a transaction of its own, after the failing one was rolled back. It holds codes and the names of
elements of the diagram, never what people entered.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, UtcDateTime

OPEN = text("state = 'open'")


class Incident(Base):
    """Why a case or a job stands still. The same failure again raises `attempts` of the open row.

    `kind` is service, timer, message, signal, deed or job; `state` open, resolved or skipped. The columns
    `slug`, `definition_version` and `office_id` are those of the case, for filters.
    """

    __tablename__ = "incident"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("workflow_case.id"), index=True)
    job_id: Mapped[int | None] = mapped_column(index=True)
    office_id: Mapped[int | None] = mapped_column(ForeignKey("office.id"))
    slug: Mapped[str] = mapped_column(String(40), default="")
    definition_hash: Mapped[str] = mapped_column(String(64), default="")
    definition_version: Mapped[int | None]
    kind: Mapped[str] = mapped_column(String(10))
    element_id: Mapped[str] = mapped_column(String(60), default="")
    title_ja: Mapped[str] = mapped_column(String(100), default="")
    title_en: Mapped[str] = mapped_column(String(100), default="")
    task_guid: Mapped[str] = mapped_column(String(36), default="")
    code: Mapped[str] = mapped_column(String(60))
    message_ja: Mapped[str] = mapped_column(String(500))
    message_en: Mapped[str] = mapped_column(String(500))
    attempts: Mapped[int] = mapped_column(default=1)
    first_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(10), default="open")
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    reason: Mapped[str | None] = mapped_column(String(400))
    __table_args__ = (
        Index("ix_incident_open", "office_id", "last_at", "id", sqlite_where=OPEN, postgresql_where=OPEN),
    )


def find_open(session: Session, case_id: int | None, kind: str, task_guid: str) -> Incident | None:
    """The open incident of a step; None where there is none."""
    statement = select(Incident).where(
        Incident.case_id == case_id,
        Incident.kind == kind,
        Incident.task_guid == task_guid,
        Incident.state == "open",
    )
    return session.scalars(statement.with_for_update().execution_options(populate_existing=True)).first()


def list_open(session: Session, case_id: int) -> list[Incident]:
    """The open incidents of a case, oldest first."""
    statement = select(Incident).where(Incident.case_id == case_id, Incident.state == "open")
    return list(session.scalars(statement.order_by(Incident.id)))
