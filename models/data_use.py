"""Applications to use data, how they were judged, and the approvals that let data leave (J3, K1, M34).

An approval binds the hash of what was approved: whoever changes the application afterwards ends it. Nothing
here is deleted; the state of an application says where it stands.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, UtcDateTime

DRAFT, SUBMITTED, APPROVED, REFUSED, WITHDRAWN = "draft", "submitted", "approved", "refused", "withdrawn"
REVOKED, EDITED = "revoked", "edited"
STATES = {
    DRAFT: ("下書き", "Draft", "draft"),
    SUBMITTED: ("審査中", "Under review", "waiting"),
    APPROVED: ("承認", "Approved", "done"),
    REFUSED: ("不承認", "Refused", "stopped"),
    WITHDRAWN: ("取下げ", "Withdrawn", "stopped"),
    REVOKED: ("承認の取消し", "Revoked", "stopped"),
}
ENDINGS = {
    REVOKED: ("取消し", "Revoked"),
    WITHDRAWN: ("取下げ", "Withdrawn"),
    EDITED: ("内容の変更により失効", "Void by a change"),
}


class DataUseApplication(Base):
    """What a section asks for: which data, of whom, why, by which law, how often and until when.

    `kind` is `transfer` inside the city or `provision` to somebody outside, who then is `recipient_name`.
    `recipient` is the code of the office that receives; `with_places` asks for the addresses of protected
    persons as well. `parties` are the names (accounts, staff numbers) of all who had a hand in it.
    """

    __tablename__ = "data_use_application"
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(14), unique=True)
    kind: Mapped[str] = mapped_column(String(10))
    transfer: Mapped[str] = mapped_column(String(40))
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"), index=True)
    recipient: Mapped[str] = mapped_column(String(10))
    recipient_name: Mapped[str] = mapped_column(String(100), default="")
    purpose: Mapped[str] = mapped_column(String(400))
    basis: Mapped[str] = mapped_column(String(40))
    items: Mapped[list[str]] = mapped_column(JSON)
    person_range: Mapped[str] = mapped_column(String(20))
    method: Mapped[str] = mapped_column(String(20))
    frequency: Mapped[str] = mapped_column(String(20))
    from_on: Mapped[date]
    until_on: Mapped[date]
    with_places: Mapped[bool] = mapped_column(default=False)
    renews_id: Mapped[int | None] = mapped_column(ForeignKey("data_use_application.id"))
    state: Mapped[str] = mapped_column(String(10), default=DRAFT)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("workflow_case.id"), unique=True)
    parties: Mapped[list[str]] = mapped_column(JSON)
    party_ids: Mapped[list[int]] = mapped_column(JSON)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_reason: Mapped[str] = mapped_column(String(400), default="")
    __table_args__ = (
        Index("ix_data_use_application_for", "transfer", "recipient", "id"),
        CheckConstraint("kind IN ('transfer', 'provision')", name="kind"),
        CheckConstraint("until_on >= from_on", name="period"),
    )


class DataUseDecision(Base):
    """One judgement of an application, with its reasons: append-only. `names` are those of who decided."""

    __tablename__ = "data_use_decision"
    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("data_use_application.id"), index=True)
    step: Mapped[str] = mapped_column(String(10))  # judge consult decide
    verdict: Mapped[str] = mapped_column(String(10))  # approve refuse agree object
    basis_fits: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(1000))
    content_hash: Mapped[str] = mapped_column(String(64))
    names: Mapped[list[str]] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))


class DataUseApproval(Base):
    """An approval: from when to when (last day, inclusive), of which content, and how it ended before."""

    __tablename__ = "data_use_approval"
    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("data_use_application.id"), index=True)
    number: Mapped[str] = mapped_column(String(14), unique=True)
    content_hash: Mapped[str] = mapped_column(String(64))
    levels: Mapped[int]
    from_on: Mapped[date]
    until_on: Mapped[date]
    granted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_kind: Mapped[str | None] = mapped_column(String(10))
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    ended_reason: Mapped[str] = mapped_column(String(400), default="")
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # that it expires soon
    __table_args__ = (CheckConstraint("ended_kind IN ('revoked', 'withdrawn', 'edited')", name="ended"),)


class DataTransfer(Base):
    """A file that left, once for a recipient and a period: under which approval, what was in it, its seal.

    `persons` says who stands in it: a compressed row of bits by the id of the person. `manifest` is the
    signed text as the recipient gets it. After `expires_on` the file is erased; this row stays as the proof.
    """

    __tablename__ = "data_transfer"
    id: Mapped[int] = mapped_column(primary_key=True)
    transfer: Mapped[str] = mapped_column(String(40))
    recipient: Mapped[str] = mapped_column(String(10))
    period: Mapped[str] = mapped_column(String(20))
    sequence: Mapped[int]
    approval_id: Mapped[int] = mapped_column(ForeignKey("data_use_approval.id"), index=True)
    file_name: Mapped[str] = mapped_column(String(100))
    file_sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    rows: Mapped[int]
    person_count: Mapped[int]
    hidden_places: Mapped[int]
    replaced: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    manifest: Mapped[bytes]
    persons: Mapped[bytes] = mapped_column(deferred=True)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by: Mapped[str] = mapped_column(String(32))
    expires_on: Mapped[date]
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    __table_args__ = (
        UniqueConstraint("transfer", "recipient", "period"),
        UniqueConstraint("transfer", "recipient", "sequence"),
    )


class DataTransferFetch(Base):
    """Who of the recipient's section fetched a file, when and from where; append-only."""

    __tablename__ = "data_transfer_fetch"
    id: Mapped[int] = mapped_column(primary_key=True)
    transfer_id: Mapped[int] = mapped_column(ForeignKey("data_transfer.id"), index=True)
    what: Mapped[str] = mapped_column(String(10))  # file manifest
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    staff_number: Mapped[str] = mapped_column(String(32))
    terminal: Mapped[str] = mapped_column(String(60), default="")


class DataTransferRefusal(Base):
    """A run that the gate stopped, and which element was missing; append-only."""

    __tablename__ = "data_transfer_refusal"
    id: Mapped[int] = mapped_column(primary_key=True)
    transfer: Mapped[str] = mapped_column(String(40))
    recipient: Mapped[str] = mapped_column(String(10))
    period: Mapped[str] = mapped_column(String(20))
    missing: Mapped[str] = mapped_column(String(30))
    told: Mapped[list[str]] = mapped_column(JSON)
    approval_id: Mapped[int | None] = mapped_column(ForeignKey("data_use_approval.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by: Mapped[str] = mapped_column(String(32))
    __table_args__ = (Index("ix_data_transfer_refusal_at", "at"),)


def lock_application(session: Session, application_id: int) -> DataUseApplication | None:
    """An application as it is now, held for this transaction; None where there is none.

    Whoever approves, changes, revokes or sends holds this one row, so that they follow one another.
    """
    statement = select(DataUseApplication).where(DataUseApplication.id == application_id)
    held = statement.with_for_update().execution_options(populate_existing=True)
    return session.scalars(held).one_or_none()


def lock_applications_for(session: Session, transfer: str, recipient: str) -> None:
    """Hold every application of a transfer to a recipient: whoever sends does so, one after the other."""
    statement = (
        select(DataUseApplication)
        .where(DataUseApplication.transfer == transfer, DataUseApplication.recipient == recipient)
        .order_by(DataUseApplication.id)
        .with_for_update()
    )
    session.scalars(statement.execution_options(populate_existing=True)).all()


def list_approvals(session: Session, transfer: str, recipient: str) -> list[DataUseApproval]:
    """All approvals ever given of a transfer to a recipient, the newest first."""
    statement = (
        select(DataUseApproval)
        .join(DataUseApplication, DataUseApplication.id == DataUseApproval.application_id)
        .where(DataUseApplication.transfer == transfer, DataUseApplication.recipient == recipient)
        .order_by(DataUseApproval.id.desc())
    )
    return list(session.scalars(statement.execution_options(populate_existing=True)))


def list_decisions(session: Session, application_id: int) -> list[DataUseDecision]:
    """The judgements of an application, in their order."""
    statement = select(DataUseDecision).where(DataUseDecision.application_id == application_id)
    return list(session.scalars(statement.order_by(DataUseDecision.id)))
