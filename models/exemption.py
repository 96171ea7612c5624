"""Reductions of a premium on application (減免): what was decided, on which grounds, and taken back (法77条).

A row is one decision of the section chief about one application and fiscal year; it is written once, and only
taking it back adds to it. The amount is whole yen of the year and counts from the next assessment on.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    and_,
    or_,
    select,
    text,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, UtcDateTime

GRANTED, REFUSED, REVOKED = "granted", "refused", "revoked"
STATES = {
    GRANTED: ("決定", "Granted", "done"),
    REFUSED: ("却下", "Refused", "back"),
    REVOKED: ("取消", "Taken back", "stopped"),
}
_OF_HOUSEHOLD = text("state = 'granted' AND person_id IS NULL")
_OF_PERSON = text("state = 'granted' AND person_id IS NOT NULL")


class PremiumExemption(Base):
    """One decision. `ground` is that of the rules; `person_id` is set where it is one person's.

    `from_on` and `until_on` are the first and the last day of the months it is for. `suggested` is what the
    table gives, `amount` what was decided (nothing where it was refused), `run_id` the assessment that both
    are taken off; `lines` is the derivation, `parameters` the figures of the table by name, as they were
    read. `reason` is what the letter says. It was examined by one and decided by another. What is granted is
    granted once for a household, year, ground and person.
    """

    __tablename__ = "premium_exemption"
    id: Mapped[int] = mapped_column(primary_key=True)
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"))
    fiscal_year: Mapped[int]
    ground: Mapped[str] = mapped_column(String(20))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    event_on: Mapped[date]
    from_on: Mapped[date | None]
    until_on: Mapped[date | None]
    suggested: Mapped[int]
    amount: Mapped[int]
    before_total: Mapped[int]
    run_id: Mapped[int] = mapped_column(ForeignKey("assessment_run.id"))
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    parameters: Mapped[dict[str, Any]] = mapped_column(JSON)
    notification_id: Mapped[int] = mapped_column(ForeignKey("notification.id"), unique=True)
    state: Mapped[str] = mapped_column(String(10))
    examined_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    examined_words: Mapped[str] = mapped_column(String(400))
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    reason: Mapped[str] = mapped_column(String(400))
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    revoked_reason: Mapped[str] = mapped_column(String(400), default="")
    revoked_notification_id: Mapped[int | None] = mapped_column(ForeignKey("notification.id"), unique=True)
    __table_args__ = (
        CheckConstraint("examined_by_id IS NULL OR examined_by_id <> decided_by_id", name="two_persons"),
        CheckConstraint("state <> 'granted' OR amount > 0", name="granted_something"),
        CheckConstraint("(state = 'revoked') = (revoked_at IS NOT NULL)", name="revoked_when"),
        Index("ix_premium_exemption_household", "household_id", "fiscal_year", "id"),
        Index(
            "uq_premium_exemption_of_household",
            *("household_id", "fiscal_year", "ground"),
            unique=True,
            sqlite_where=_OF_HOUSEHOLD,
            postgresql_where=_OF_HOUSEHOLD,
        ),
        Index(
            "uq_premium_exemption_of_person",
            *("household_id", "fiscal_year", "ground", "person_id"),
            unique=True,
            sqlite_where=_OF_PERSON,
            postgresql_where=_OF_PERSON,
        ),
    )


def in_force_at(at: datetime) -> ColumnElement[bool]:
    """What was decided by a moment, granted, and not taken back by then."""
    row = PremiumExemption
    return and_(
        row.state != REFUSED,
        row.decided_at <= at,
        or_(row.revoked_at.is_(None), row.revoked_at > at),
    )


def list_in_force(
    session: Session, fiscal_year: int, at: datetime, household_id: int | None = None
) -> list[PremiumExemption]:
    """What lowers the premium of a year at a moment: of one household, or of the city."""
    statement = select(PremiumExemption).where(PremiumExemption.fiscal_year == fiscal_year, in_force_at(at))
    if household_id is not None:
        statement = statement.where(PremiumExemption.household_id == household_id)
    return list(session.scalars(statement.order_by(PremiumExemption.id)))


def list_granted(session: Session, household_id: int, fiscal_year: int) -> list[PremiumExemption]:
    """What is granted to a household for a year as it is now, in force or waiting for its run."""
    statement = select(PremiumExemption).where(
        PremiumExemption.household_id == household_id,
        PremiumExemption.fiscal_year == fiscal_year,
        PremiumExemption.state == GRANTED,
    )
    fresh = statement.order_by(PremiumExemption.id).execution_options(populate_existing=True)
    return list(session.scalars(fresh))


def list_of_household(session: Session, household_id: int) -> list[PremiumExemption]:
    """All decisions about a household, the latest first."""
    statement = select(PremiumExemption).where(PremiumExemption.household_id == household_id)
    return list(session.scalars(statement.order_by(PremiumExemption.id.desc())))


def find_of_notification(session: Session, notification_id: int) -> PremiumExemption | None:
    """What an application granted, refused or took back; None before it was decided."""
    statement = select(PremiumExemption).where(
        or_(
            PremiumExemption.notification_id == notification_id,
            PremiumExemption.revoked_notification_id == notification_id,
        )
    )
    return session.scalars(statement).one_or_none()
