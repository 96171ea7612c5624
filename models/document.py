"""The print queue and what was printed (C3): requests, runs, append-only events; attachments (B6)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, UtcDateTime, key_text

TITLE_LENGTH: Final = 100  # of a paper in the print queue; a longer one is cut


class PrintRequest(Base):
    """One paper to be printed, asked for in the transaction of the deed that needs it.

    `payload` is the content of the paper's dataclass; for a certificate it is read from its `contents`.
    States: waiting, printed (on paper, not yet checked), done, cancelled.
    """

    __tablename__ = "print_request"
    id: Mapped[int] = mapped_column(primary_key=True)
    document: Mapped[str] = mapped_column(String(40))
    certificate_id: Mapped[int | None] = mapped_column(ForeignKey("certificate.id"), index=True)
    notification_id: Mapped[int | None] = mapped_column(ForeignKey("notification.id"), index=True)
    household_id: Mapped[int | None] = mapped_column(ForeignKey("household.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    title: Mapped[str] = mapped_column(String(TITLE_LENGTH))
    addressee: Mapped[str] = mapped_column(String(100), default="")
    postal_code: Mapped[str] = mapped_column(key_text(7), default="")
    delivery: Mapped[str] = mapped_column(String(10), default="counter")  # counter post inner
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    copies_printed: Mapped[int] = mapped_column(default=0)
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    requested_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    __table_args__ = (Index("ix_print_request_queue", "office_id", "state", "postal_code", "id"),)


class PrintRun(Base):
    """One PDF sent to paper: its hash, how many papers, by whom."""

    __tablename__ = "print_run"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    papers: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str | None] = mapped_column(String(200))
    blob_key: Mapped[str | None] = mapped_column(String(80))


class PrintEvent(Base):
    """What happened to a request: printed, done, spoiled, reprinted (with reason), cancelled; append-only."""

    __tablename__ = "print_event"
    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("print_request.id"), index=True)
    run_id: Mapped[int | None] = mapped_column(ForeignKey("print_run.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    reason: Mapped[str | None] = mapped_column(String(200))


UNSCANNED, QUARANTINED, CLEAN, INFECTED = "unscanned", "quarantined", "clean", "infected"


class Attachment(Base):
    """A scan that belongs to a notification; the bytes lie encrypted outside the web root by their hash.

    `scan` is what the virus scanner said; one that is quarantined or infected is read by nobody.
    """

    __tablename__ = "attachment"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("workflow_case.id"), index=True)
    kind: Mapped[str] = mapped_column(String(40))
    file_name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(60))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_reason: Mapped[str | None] = mapped_column(String(200))
    scan: Mapped[str] = mapped_column(String(12), default=UNSCANNED, server_default=UNSCANNED)
    infection: Mapped[str] = mapped_column(String(200), default="", server_default="")


class StoredBlob(Base):
    """Where the encrypted bytes of a hash lie, and the nonce they were sealed with."""

    __tablename__ = "stored_blob"
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    path: Mapped[str] = mapped_column(String(200))
    key_id: Mapped[str] = mapped_column(String(16))
    nonce: Mapped[bytes] = mapped_column(LargeBinary(12))
    size: Mapped[int]
    stored_at: Mapped[datetime] = mapped_column(UtcDateTime)
