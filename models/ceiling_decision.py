"""Decisions on ceiling-amount certificates (限度額適用認定): class, limit, why, what came of it (C1).

Record items 109, 110, 243, 244. A row is what the system found of an application at one time. It is examined
by somebody else than who took it in; then its state is `ISSUED` or `REFUSED`. One that was looked at again is
`REPLACED` and stays.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, UtcDateTime

PROPOSED, ISSUED, REFUSED, REPLACED = "proposed", "issued", "refused", "replaced"


class CeilingDecision(Base):
    """The class of a household for one application, and the certificate or refusal that it led to.

    `income_class` is a code of `rules.benefits.income_class`, empty where none could be told. `limit_amount`
    is the monthly limit in whole yen, of classes with 1 % its fixed part. `steps` is the derivation,
    `member_ids` the persons in the order in which it counts them, `barred_ids` those who bar a class.
    """

    __tablename__ = "ceiling_decision"
    id: Mapped[int] = mapped_column(primary_key=True)
    notification_id: Mapped[int] = mapped_column(ForeignKey("notification.id"))
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    applied_on: Mapped[date]
    state: Mapped[str] = mapped_column(String(10), default=PROPOSED)
    income_class: Mapped[str] = mapped_column(String(3), default="")
    base_income: Mapped[int] = mapped_column(BigInteger, default=0)
    limit_amount: Mapped[int | None]
    certificate_kind: Mapped[str] = mapped_column(String(30), default="")
    valid_from_on: Mapped[date | None]
    expires_on: Mapped[date | None]
    long_stay_on: Mapped[date | None]
    refusals: Mapped[list[dict[str, str]]] = mapped_column(JSON)
    cautions: Mapped[list[dict[str, str]]] = mapped_column(JSON)
    steps: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    member_ids: Mapped[list[int]] = mapped_column(JSON)
    barred_ids: Mapped[list[int]] = mapped_column(JSON)
    certificate_id: Mapped[int | None] = mapped_column(ForeignKey("certificate.id"), index=True)
    assessed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    words: Mapped[str] = mapped_column(String(400), default="")
    __table_args__ = (
        CheckConstraint("state <> 'issued' OR certificate_id IS NOT NULL", name="issued_has_a_certificate"),
        CheckConstraint("state <> 'issued' OR income_class <> ''", name="issued_has_a_class"),
        Index("ix_ceiling_decision_notification", "notification_id", "id"),
    )


def find_latest(session: Session, notification_id: int) -> CeilingDecision | None:
    """What was found last of an application; None where it was not assessed yet."""
    statement = select(CeilingDecision).where(CeilingDecision.notification_id == notification_id)
    return session.scalars(statement.order_by(CeilingDecision.id.desc()).limit(1)).one_or_none()


def list_of_certificates(session: Session, certificate_ids: Collection[int]) -> dict[int, CeilingDecision]:
    """The decisions by which certificates were issued, by certificate."""
    statement = select(CeilingDecision).where(CeilingDecision.certificate_id.in_(certificate_ids))
    return {row.certificate_id: row for row in session.scalars(statement) if row.certificate_id is not None}
