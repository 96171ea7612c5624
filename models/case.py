"""A running workflow: one blob without its specification; what is listed has tables (Ruling 3)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, UniqueConstraint, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, UtcDateTime, key_text

OPEN = text("state = 'open'")
UNFINISHED = text("state IN ('open', 'suspended')")
DONE = text("state = 'done'")
SERVICE = text("kind = 'service'")
COVERED = [  # by which the inbox counts, narrows and searches, so that it reads the index of open tasks alone
    "assignee_id",
    "follow_up_on",
    "procedure",
    "element_id",
    "postal_code",
    "received_on",
    "household_number",
    "notification_number",
    "title_ja",
    "title_en",
    "subject_key",
]


class Definition(Base):
    """A published version of a procedure: BPMN, DMN and forms together, known by the hash of them all."""

    __tablename__ = "definition"
    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(40))
    version: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(String(10))  # draft published retired
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))  # who drew it in the studio
    reason: Mapped[str | None] = mapped_column(String(400))  # why it was put in force, as the publisher said
    title_ja: Mapped[str] = mapped_column(String(100), default="")  # what its diagram calls the procedure
    title_en: Mapped[str] = mapped_column(String(100), default="")
    __table_args__ = (UniqueConstraint("slug", "version"),)


class Case(Base):
    """One run of a procedure. `version` counts saves: a save of a stale copy is refused."""

    __tablename__ = "workflow_case"
    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(40))
    definition_hash: Mapped[str] = mapped_column(String(64), index=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"), index=True)
    notification_id: Mapped[int | None] = mapped_column(ForeignKey("notification.id"), unique=True)
    state: Mapped[str] = mapped_column(String(12))  # open suspended done ended
    blob: Mapped[bytes | None] = mapped_column(LargeBinary)
    version: Mapped[int] = mapped_column(default=1)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    __mapper_args__: ClassVar[dict[str, Any]] = {"version_id_col": version}
    __table_args__ = (
        Index(
            "ix_workflow_case_unfinished",
            "slug",
            "definition_hash",
            "id",
            sqlite_where=UNFINISHED,
            postgresql_where=UNFINISHED,
        ),
    )


class WorkItem(Base):
    """A task that waits for a person. Its columns are all a list needs; no list reads a blob."""

    __tablename__ = "work_item"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("workflow_case.id"), index=True)
    task_guid: Mapped[str] = mapped_column(String(36), unique=True)
    process_slug: Mapped[str] = mapped_column(String(40))
    element_id: Mapped[str] = mapped_column(String(60))
    title_ja: Mapped[str] = mapped_column(String(100))
    title_en: Mapped[str] = mapped_column(String(100))
    role: Mapped[str] = mapped_column(String(30))
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    procedure: Mapped[str] = mapped_column(String(40))
    notification_number: Mapped[str] = mapped_column(key_text(14))  # of a case without one: its own number
    reason: Mapped[str] = mapped_column(String(20), default="")
    subject_name: Mapped[str] = mapped_column(String(100), default="")
    subject_key: Mapped[str] = mapped_column(key_text(200), default="")
    household_number: Mapped[str] = mapped_column(String(10), default="")
    postal_code: Mapped[str] = mapped_column(String(7), default="")
    way: Mapped[str] = mapped_column(String(12), default="")
    received_on: Mapped[date | None]
    state: Mapped[str] = mapped_column(String(10), default="open")  # open done gone
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    excluded_staff: Mapped[list[str]] = mapped_column(JSON, default=list)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_on: Mapped[date | None]
    follow_up_on: Mapped[date | None]  # put off until this day; what is overdue waits no longer
    taken_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    __table_args__ = (
        Index("ix_work_item_done", "done_at", sqlite_where=DONE, postgresql_where=DONE),
        Index(
            "ix_work_item_open",
            "office_id",
            "role",
            "due_on",
            "id",
            sqlite_where=OPEN,
            postgresql_where=OPEN,
            postgresql_include=COVERED,
        ),
        Index("ix_work_item_taken", "assignee_id", sqlite_where=OPEN, postgresql_where=OPEN),
    )


class CaseEvent(Base):
    """The journal of a case: who did which step when; append-only, without personal data."""

    __tablename__ = "case_event"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("workflow_case.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    staff_number: Mapped[str] = mapped_column(String(32), default="")
    kind: Mapped[str] = mapped_column(
        String(20)
    )  # started completed taken given_back sent_back service timer ended
    element_id: Mapped[str] = mapped_column(String(60), default="")
    title_ja: Mapped[str] = mapped_column(String(100), default="")
    title_en: Mapped[str] = mapped_column(String(100), default="")
    note: Mapped[str | None] = mapped_column(String(1000))
    for_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))  # in whose place a deputy did it
    __table_args__ = (
        Index("ix_case_event_case", "case_id", "id"),
        Index("ix_case_event_service", "at", sqlite_where=SERVICE, postgresql_where=SERVICE),
    )


class Draft(Base):
    """What somebody has typed and not sent yet: for a task, or for an intake not begun."""

    __tablename__ = "draft"
    id: Mapped[int] = mapped_column(primary_key=True)
    work_item_id: Mapped[int | None] = mapped_column(ForeignKey("work_item.id"), index=True)
    procedure: Mapped[str | None] = mapped_column(String(40))
    owner_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), index=True)
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)


def own_number(case_id: int) -> str:
    """The number of a case by which people know it where it is not about a notification."""
    return f"C-{case_id:06d}"


def list_open_items(session: Session, case_id: int, *, fresh: bool = False) -> list[WorkItem]:
    """The open tasks of a case, oldest first; `fresh` reads rows again that this session knows already."""
    statement = select(WorkItem).where(WorkItem.case_id == case_id, WorkItem.state == "open")
    if fresh:
        statement = statement.execution_options(populate_existing=True)
    return list(session.scalars(statement.order_by(WorkItem.id)))


def list_journal(session: Session, case_id: int) -> list[CaseEvent]:
    """What happened in a case so far, oldest first."""
    return list(session.scalars(select(CaseEvent).where(CaseEvent.case_id == case_id).order_by(CaseEvent.id)))
