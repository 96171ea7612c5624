"""The vault of Individual Numbers (A5, M06, M12): sealed, apart, named elsewhere by a reference only.

The digits go in here and come out by `open_number` only: what the office needs of them (are they the same,
whose are they) is answered inside. A number typed in a form is provisional until its case is registered.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from cryptography.exceptions import InvalidTag
from sqlalchemy import ForeignKey, Index, LargeBinary, String, case, func, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, UtcDateTime
from models.crypto import cipher, envelope

PREFIX, TABLE = "vault:", "individual_number"
DESTROYED = "destroyed"  # in place of a key's id
BLIND_INDEX_BYTES = 32


class IndividualNumber(Base):
    """A sealed number. States: provisional, confirmed, superseded, discarded."""

    __tablename__ = TABLE
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
    """Seal twelve checked digits as provisional and return their reference `vault:…`.

    The data key is in the key store before the row is in the database; a deed that is undone leaves a key
    that opens nothing.
    """
    reference = str(uuid.uuid4())
    [sealed] = envelope.seal_all([(reference, digits.encode("ascii"))], table=TABLE)
    session.add(
        IndividualNumber(
            reference=reference,
            state="provisional",
            sealed=sealed,
            blind_index=cipher.blind_index(cipher.keys(), digits),
            key_id=envelope.OWN_KEY,
            created_at=at,
            created_by_id=by_id,
        )
    )
    session.flush()
    return PREFIX + reference


def end(row: IndividualNumber, state: str, at: datetime) -> None:
    """Put a number out of use: its digits leave the row, and `destroy_keys` takes their key."""
    row.state, row.superseded_at, row.sealed = state, at, b""


def destroy_keys(session: Session, at_once: int) -> int:
    """Destroy the data keys of numbers that a committed deed has put out of use; say how many there were.

    From then on backups of before do not open them either. Of a superseded number the keyed trace stays, of a
    discarded one, which was nobody's, nothing does.
    """
    ended = (
        select(IndividualNumber.id, IndividualNumber.reference)
        .where(
            IndividualNumber.state.in_(("discarded", "superseded")),
            func.length(IndividualNumber.sealed) == 0,
            IndividualNumber.key_id != DESTROYED,
        )
        .order_by(IndividualNumber.id)
        .limit(at_once)
    )
    found = session.execute(ended).all()
    if found:
        envelope.destroy(row.reference for row in found)
        nobodys = IndividualNumber.state == "discarded"
        trace = case((nobodys, bytes(BLIND_INDEX_BYTES)), else_=IndividualNumber.blind_index)
        session.execute(
            update(IndividualNumber)
            .where(IndividualNumber.id.in_([row.id for row in found]))
            .values(key_id=DESTROYED, blind_index=trace)
            .execution_options(synchronize_session=False)
        )
    return len(found)


def find(session: Session, reference: str | None) -> IndividualNumber | None:
    """The row of a reference `vault:…`; None where there is none."""
    if not reference or not reference.startswith(PREFIX):
        return None
    wanted = reference.removeprefix(PREFIX)
    return session.scalars(select(IndividualNumber).where(IndividualNumber.reference == wanted)).one_or_none()


def open_number(session: Session, reference: str | None) -> str | None:
    """The digits of a reference; None where they were put out of use or their key is gone.

    Only the service that shows a number to one person for one purpose asks this.
    """
    row = find(session, reference)
    if row is None or not row.sealed:
        return None
    try:
        return envelope.open_one(row.reference, row.sealed, table=TABLE).decode("ascii")
    except (LookupError, InvalidTag):
        return None


def find_all(session: Session, references: Iterable[str | None]) -> dict[str, IndividualNumber]:
    """The rows of several references `vault:…` by reference, in one statement; the unknown are left out."""
    wanted = {one.removeprefix(PREFIX) for one in references if one and one.startswith(PREFIX)}
    if not wanted:
        return {}
    statement = select(IndividualNumber).where(IndividualNumber.reference.in_(wanted))
    return {PREFIX + row.reference: row for row in session.scalars(statement)}


def are_same(session: Session, one: str | None, other: str | None) -> bool:
    """Whether two references hold the same digits, or both hold none (the blind comparison)."""
    return agree(find_all(session, (one, other)), one, other)


def agree(rows: Mapping[str, IndividualNumber], one: str | None, other: str | None) -> bool:
    """The blind comparison of two references among rows that were found before."""
    first, second = rows.get(one or ""), rows.get(other or "")
    if first is None or second is None:
        return first is second
    return first.blind_index == second.blind_index


def find_confirmed_of(session: Session, person_id: int) -> IndividualNumber | None:
    """The number a person has now; None where he has none on record."""
    return find_confirmed(session, [person_id]).of_person.get(person_id)


@dataclass(frozen=True)
class Confirmed:
    """Confirmed numbers, by the person who has one and by their digits' blind index."""

    of_person: Mapping[int, IndividualNumber]
    holders: Mapping[bytes, int]


def find_confirmed(
    session: Session, person_ids: Iterable[int], rows: Iterable[IndividualNumber] = ()
) -> Confirmed:
    """The numbers that persons have now, and who has the digits of `rows`, in one statement."""
    ids, indexes = set(person_ids), {row.blind_index for row in rows}
    if not ids and not indexes:
        return Confirmed({}, {})
    wanted = or_(IndividualNumber.person_id.in_(ids), IndividualNumber.blind_index.in_(indexes))
    statement = select(IndividualNumber).where(IndividualNumber.state == "confirmed", wanted)
    found = [(row.person_id, row) for row in session.scalars(statement.order_by(IndividualNumber.id.desc()))]
    held = [(person_id, row) for person_id, row in found if person_id is not None]
    return Confirmed(dict(held), {row.blind_index: person_id for person_id, row in held})
