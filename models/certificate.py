"""Certificates (各種証): what was issued to whom, and what became of it (C1, C2)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.base import Base, UtcDateTime, key_text

KINDS = {
    "insurance_card": ("被保険者証", "Health insurance card"),
    "short_term_card": ("短期被保険者証", "Short-term insurance card"),
    "status_certificate": ("被保険者資格証明書", "Certificate of insured status"),
    "eligibility_certificate": ("資格確認書", "Certificate of eligibility"),
    "eligibility_notice": ("資格情報のお知らせ", "Notice of eligibility information"),
    "elderly_recipient_card": ("高齢受給者証", "Elderly beneficiary card"),
    "ceiling_certificate": ("限度額適用認定証", "Ceiling-amount certificate"),
    "ceiling_reduction_certificate": (
        "限度額適用・標準負担額減額認定証",
        "Ceiling-amount and meal reduction certificate",
    ),
}
EVENTS = {
    "issued": ("交付決定", "Issued"),
    "printed": ("印刷", "Printed"),
    "spoiled": ("刷り損じ", "Spoiled"),
    "handed_over": ("窓口交付", "Handed over"),
    "posted": ("郵送", "Posted"),
    "undelivered": ("返戻(不着)", "Returned undelivered"),
    "returned": ("回収", "Collected"),
    "not_returned": ("未回収", "Not collected"),
    "lost": ("紛失", "Lost"),
    "replaced": ("再交付により失効", "Replaced"),
    "voided": ("無効", "Void"),
}


class Certificate(Base):
    """One issue of a certificate. `contents` is what is printed on it, so that a reprint is the same."""

    __tablename__ = "certificate"
    id: Mapped[int] = mapped_column(primary_key=True)
    serial: Mapped[str] = mapped_column(key_text(16), unique=True)
    kind: Mapped[str] = mapped_column(String(30), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"), index=True)
    card_number_id: Mapped[int] = mapped_column(ForeignKey("card_number.id"), index=True)
    branch: Mapped[str] = mapped_column(String(2))
    period_key: Mapped[str] = mapped_column(String(36), index=True)
    issued_on: Mapped[date]
    expires_on: Mapped[date | None]
    notification_id: Mapped[int | None] = mapped_column(ForeignKey("notification.id"), index=True)
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("certificate.id"))
    contents: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))

    events: Mapped[list[CertificateEvent]] = relationship(order_by="CertificateEvent.id")


class CertificateEvent(Base):
    """What happened to a certificate; append-only, the state is the last event."""

    __tablename__ = "certificate_event"
    id: Mapped[int] = mapped_column(primary_key=True)
    certificate_id: Mapped[int] = mapped_column(ForeignKey("certificate.id"))
    kind: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    reason: Mapped[str | None] = mapped_column(String(200))
    notification_id: Mapped[int | None] = mapped_column(ForeignKey("notification.id"))
    __table_args__ = (Index("ix_certificate_event_certificate", "certificate_id", "id"),)


ENDED = frozenset({"returned", "not_returned", "lost", "replaced", "voided"})


def list_of_person(session: Session, person_id: int) -> list[Certificate]:
    """All certificates of a person, newest first."""
    return list_of_persons(session, [person_id])


def list_of_persons(session: Session, person_ids: Collection[int]) -> list[Certificate]:
    """All certificates of several persons, newest first."""
    statement = select(Certificate).where(Certificate.person_id.in_(person_ids))
    return list(session.scalars(statement.order_by(Certificate.id.desc())))


def last_events(session: Session, certificate_ids: list[int]) -> dict[int, CertificateEvent]:
    """The last event of each certificate: its state."""
    newest = (
        select(func.max(CertificateEvent.id))
        .where(CertificateEvent.certificate_id.in_(certificate_ids))
        .group_by(CertificateEvent.certificate_id)
    )
    rows = session.scalars(select(CertificateEvent).where(CertificateEvent.id.in_(newest)))
    return {row.certificate_id: row for row in rows}
