"""The table of sealed numbers, and its plain way in on SQLite, where the database knows no rights (M12).

On PostgreSQL the same questions are answered by functions of the vault's owner (`models/vault_functions.py`);
only `models/vault.py` chooses between the two.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import (
    ForeignKey,
    Index,
    LargeBinary,
    Select,
    String,
    Update,
    bindparam,
    case,
    func,
    insert,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, UtcDateTime

TABLE = "individual_number"
DESTROYED = "destroyed"  # in place of a key's id
BLIND_INDEX_BYTES = 32
AT_ONCE = 5000


def _one_confirmed(name: str, column: str) -> Index:
    """One person has one number, and one number one person (A7)."""
    confirmed = text("state = 'confirmed'")
    return Index(
        f"ix_individual_number_one_{name}",
        column,
        unique=True,
        sqlite_where=confirmed,
        postgresql_where=confirmed,
    )


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
        _one_confirmed("digits", "blind_index"),
        _one_confirmed("owner", "person_id"),
    )


@dataclass(frozen=True)
class SealedNumber:
    """What goes into the vault: sealed digits, and the keyed hash by which equal ones are found."""

    reference: str
    sealed: bytes
    blind_index: bytes
    person_id: int | None = None


@dataclass(frozen=True)
class Number:
    """What the office may know of a number: whose it is and what became of it. No digit, no ciphertext."""

    reference: str
    person_id: int | None
    state: str
    blind_index: bytes
    created_at: datetime
    created_by_id: int | None
    confirmed_at: datetime | None


class Door(Protocol):
    """What can be asked of the vault; every answer but `sealed_of` is without digits and ciphertext."""

    def add(
        self, numbers: Sequence[SealedNumber], key_id: str, state: str, at: datetime, by_id: int | None
    ) -> None:
        """Put sealed numbers in, as provisional or as confirmed ones."""

    def find(self, references: Collection[str]) -> list[Number]:
        """The numbers of references."""

    def find_confirmed(self, person_ids: Collection[int], indexes: Collection[bytes]) -> list[Number]:
        """The confirmed numbers of persons, and those with one of the keyed hashes; the newest first."""

    def lock(self, keys: Sequence[int], *, all_others: bool) -> None:
        """Let nobody else link the numbers and persons of these keys, or any at all, until the deed ends."""

    def find_former(self, indexes: Collection[bytes]) -> list[Number]:
        """Numbers with one of the keyed hashes that others have replaced; the newest first."""

    def move(self, of_person: int, to_person: int, only: Collection[str] | None) -> list[str]:
        """Hand the numbers of a person, present and former, to another one; their references."""

    def sealed_of(self, reference: str) -> bytes | None:
        """The ciphertext of one number; None where there is none or its digits are gone."""

    def confirm(self, persons: Mapping[str, int], notification_id: int | None, at: datetime) -> int:
        """Make provisional numbers those of persons, by reference; says how many they were."""

    def end(self, references: Collection[str], state: str, at: datetime, *, forget: bool) -> int:
        """Put numbers out of use: their digits go, and with `forget` their keyed trace too."""

    def unlink(self, notification_id: int, at: datetime) -> list[int]:
        """Take from persons the numbers that a notification linked to them; the persons' ids."""

    def list_provisional(self, before: datetime) -> list[str]:
        """The references of numbers that have waited for their case since before a moment, locked."""

    def list_keyless(self, at_once: int) -> list[str]:
        """References of numbers out of use whose data key is not noted as destroyed."""

    def note_destroyed(self, references: Collection[str]) -> None:
        """Note that data keys are destroyed; of a number that was nobody's, the keyed trace goes too."""

    def known(self, references: Collection[str]) -> set[str]:
        """Which of the references have a row."""


_NUMBERS: Any = IndividualNumber.__table__
_COLUMNS = [_NUMBERS.c[one.name] for one in fields(Number)]


class PlainTable:
    """The vault's table as the portal's own: SQLite keeps nothing from whoever can read its file."""

    def __init__(self, session: Session) -> None:
        """Work in the running transaction of a session."""
        self._session = session

    def add(
        self, numbers: Sequence[SealedNumber], key_id: str, state: str, at: datetime, by_id: int | None
    ) -> None:
        """See `Door.add`."""
        confirmed_at = at if state == "confirmed" else None
        shared = {"key_id": key_id, "state": state, "created_at": at, "confirmed_at": confirmed_at}
        rows = [vars(one) | shared | {"created_by_id": by_id} for one in numbers]
        self._session.execute(insert(_NUMBERS), rows)

    def find(self, references: Collection[str]) -> list[Number]:
        """See `Door.find`."""
        return self._numbers(select(*_COLUMNS).where(_NUMBERS.c.reference.in_(references)))

    def find_confirmed(self, person_ids: Collection[int], indexes: Collection[bytes]) -> list[Number]:
        """See `Door.find_confirmed`."""
        wanted = or_(_NUMBERS.c.person_id.in_(person_ids), _NUMBERS.c.blind_index.in_(indexes))
        statement = select(*_COLUMNS).where(_NUMBERS.c.state == "confirmed", wanted)
        return self._numbers(statement.order_by(_NUMBERS.c.id.desc()))

    def lock(self, keys: Sequence[int], *, all_others: bool) -> None:
        """See `Door.lock`; the writing transaction itself is the lock."""

    def find_former(self, indexes: Collection[bytes]) -> list[Number]:
        """See `Door.find_former`."""
        replaced = (_NUMBERS.c.state == "superseded") & (func.length(_NUMBERS.c.sealed) == 0)
        wanted = replaced & _NUMBERS.c.blind_index.in_(indexes) & _NUMBERS.c.person_id.is_not(None)
        return self._numbers(select(*_COLUMNS).where(wanted).order_by(_NUMBERS.c.id.desc()))

    def move(self, of_person: int, to_person: int, only: Collection[str] | None) -> list[str]:
        """See `Door.move`."""
        wanted = _NUMBERS.c.person_id == of_person
        if only is not None:
            wanted &= _NUMBERS.c.reference.in_(only)
        found = list(self._session.scalars(select(_NUMBERS.c.reference).where(wanted)))
        self._change(update(_NUMBERS).where(wanted).values(person_id=to_person))
        return found

    def sealed_of(self, reference: str) -> bytes | None:
        """See `Door.sealed_of`."""
        found = self._session.execute(
            select(_NUMBERS.c.sealed).where(_NUMBERS.c.reference == reference)
        ).scalar_one_or_none()
        return bytes(found) if found else None

    def confirm(self, persons: Mapping[str, int], notification_id: int | None, at: datetime) -> int:
        """See `Door.confirm`."""
        statement = update(_NUMBERS).where(
            _NUMBERS.c.reference == bindparam("of"), _NUMBERS.c.state == "provisional"
        )
        values = {"state": "confirmed", "confirmed_at": at, "notification_id": notification_id}
        return sum(
            self._change(statement.values(person_id=person_id, **values), {"of": reference})
            for reference, person_id in persons.items()
        )

    def end(self, references: Collection[str], state: str, at: datetime, *, forget: bool) -> int:
        """See `Door.end`."""
        trace = {"blind_index": bytes(BLIND_INDEX_BYTES)} if forget else {}
        statement = update(_NUMBERS).where(
            _NUMBERS.c.reference.in_(references), _NUMBERS.c.state.in_(_IN_USE)
        )
        return self._change(statement.values(state=state, superseded_at=at, sealed=b"", **trace))

    def unlink(self, notification_id: int, at: datetime) -> list[int]:
        """See `Door.unlink`."""
        of_it = (_NUMBERS.c.notification_id == notification_id) & (_NUMBERS.c.state == "confirmed")
        persons = select(_NUMBERS.c.person_id).where(of_it).order_by(_NUMBERS.c.id)
        found = [int(one) for one in self._session.scalars(persons)]
        if found:
            self._change(update(_NUMBERS).where(of_it).values(state="superseded", superseded_at=at))
        return found

    def list_provisional(self, before: datetime) -> list[str]:
        """See `Door.list_provisional`; the writing transaction itself is the lock."""
        waiting = (_NUMBERS.c.state == "provisional") & (_NUMBERS.c.created_at < before)
        return list(
            self._session.scalars(select(_NUMBERS.c.reference).where(waiting).order_by(_NUMBERS.c.id))
        )

    def list_keyless(self, at_once: int) -> list[str]:
        """See `Door.list_keyless`."""
        ended = select(_NUMBERS.c.reference).where(
            _NUMBERS.c.state.not_in(_IN_USE),
            func.length(_NUMBERS.c.sealed) == 0,
            _NUMBERS.c.key_id != DESTROYED,
        )
        return list(self._session.scalars(ended.order_by(_NUMBERS.c.id).limit(at_once)))

    def note_destroyed(self, references: Collection[str]) -> None:
        """See `Door.note_destroyed`."""
        nobodys = _NUMBERS.c.state == "discarded"
        trace = case((nobodys, bytes(BLIND_INDEX_BYTES)), else_=_NUMBERS.c.blind_index)
        statement = update(_NUMBERS).where(_NUMBERS.c.reference.in_(references))
        self._change(statement.values(key_id=DESTROYED, blind_index=trace))

    def known(self, references: Collection[str]) -> set[str]:
        """See `Door.known`."""
        return set(
            self._session.scalars(select(_NUMBERS.c.reference).where(_NUMBERS.c.reference.in_(references)))
        )

    def _numbers(self, statement: Select[Any]) -> list[Number]:
        return [Number(**row) for row in self._session.execute(statement).mappings()]

    def _change(self, statement: Update, values: Mapping[str, Any] | None = None) -> int:
        done: Any = self._session.execute(statement, values)
        return int(done.rowcount)


_IN_USE = ("provisional", "confirmed")
