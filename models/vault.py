"""The vault of Individual Numbers (A5, M06, M12): sealed, apart, named elsewhere by a reference only.

The digits go in here and do not come out in this module: what the office needs of them (are they the same,
whose are they) is answered inside. A number typed in a form is provisional until its case is registered.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, UtcDateTime
from models.crypto import cipher

PREFIX = "vault:"


class IndividualNumber(Base):
    """A sealed number. States: provisional, confirmed, superseded, discarded."""

    __tablename__ = "individual_number"
    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String(36), unique=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    state: Mapped[str] = mapped_column(String(12))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    blind_index: Mapped[bytes] = mapped_column(LargeBinary(32))
    key_id: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    superseded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    notification_id: Mapped[int | None] = mapped_column(ForeignKey("notification.id"))
    __table_args__ = (
        Index("ix_individual_number_person", "person_id", "state"),
        Index("ix_individual_number_blind", "blind_index"),
    )


def put(session: Session, digits: str, at: datetime, by_id: int | None) -> str:
    """Seal twelve checked digits as provisional and return their reference `vault:…`."""
    reference = str(uuid.uuid4())
    keys = cipher.keys()
    sealed = cipher.seal(keys, digits.encode("ascii"), context=f"individual_number:{reference}")
    session.add(
        IndividualNumber(
            reference=reference,
            state="provisional",
            sealed=sealed,
            blind_index=cipher.blind_index(keys, digits),
            key_id=keys.current_id,
            created_at=at,
            created_by_id=by_id,
        )
    )
    session.flush()
    return PREFIX + reference


def find(session: Session, reference: str | None) -> IndividualNumber | None:
    """The row of a reference `vault:…`; None where there is none."""
    if not reference or not reference.startswith(PREFIX):
        return None
    wanted = reference.removeprefix(PREFIX)
    return session.scalars(select(IndividualNumber).where(IndividualNumber.reference == wanted)).one_or_none()


def are_same(session: Session, one: str | None, other: str | None) -> bool:
    """Whether two references hold the same digits, or both hold none (the blind comparison)."""
    first, second = find(session, one), find(session, other)
    if first is None or second is None:
        return first is second
    return first.blind_index == second.blind_index


def find_confirmed_of(session: Session, person_id: int) -> IndividualNumber | None:
    """The number a person has now; None where he has none on record."""
    statement = select(IndividualNumber).where(
        IndividualNumber.person_id == person_id, IndividualNumber.state == "confirmed"
    )
    return session.scalars(statement).one_or_none()


def find_holder(session: Session, reference: str) -> int | None:
    """The person whose confirmed number has the digits of this reference; None where nobody has it."""
    row = find(session, reference)
    if row is None:
        return None
    statement = select(IndividualNumber.person_id).where(
        IndividualNumber.blind_index == row.blind_index, IndividualNumber.state == "confirmed"
    )
    return session.scalars(statement).first()
