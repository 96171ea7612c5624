"""Persons, what is known of them, and their addresses (A1; record-items A 1–47)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.base import Base, Recorded, UtcDateTime, key_text, known
from rules.eras import PartialDate

SEX_LABELS = {"1": ("男", "Male"), "2": ("女", "Female"), "3": ("不明", "Unknown")}


class Person(Base):
    """Somebody with an address number (宛名番号), inside the resident register or not."""

    __tablename__ = "person"
    id: Mapped[int] = mapped_column(primary_key=True)
    addressee_number: Mapped[str] = mapped_column(String(15), unique=True)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    records: Mapped[list[PersonRecord]] = relationship(back_populates="person", order_by="PersonRecord.id")
    addresses: Mapped[list[AddressRecord]] = relationship(order_by="AddressRecord.id")

    def __repr__(self) -> str:
        return f"<Person {self.id}>"


class PersonRecord(Recorded, Base):
    """What is known of a person from `effective_on` on; the newest open row is today's knowledge."""

    __tablename__ = "person_record"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    effective_on: Mapped[date | None]
    resident_kind: Mapped[str] = mapped_column(
        String(1), default="1"
    )  # 1 Japanese 2 foreign 3 not registered
    name: Mapped[str] = mapped_column(String(100))
    name_kana: Mapped[str] = mapped_column(String(100), default="")
    alias_name: Mapped[str | None] = mapped_column(String(100))
    alias_kana: Mapped[str | None] = mapped_column(String(100))
    name_latin: Mapped[str | None] = mapped_column(String(200))
    former_surname: Mapped[str | None] = mapped_column(String(50))
    sex: Mapped[str] = mapped_column(String(1))
    birth_date: Mapped[str] = mapped_column(key_text(10), index=True)  # YYYY-MM-DD, 00 where unknown
    died_on: Mapped[date | None]
    phone: Mapped[str | None] = mapped_column(String(20))
    nationality: Mapped[str | None] = mapped_column(String(3))
    residence_status: Mapped[str | None] = mapped_column(String(20))
    residence_expires_on: Mapped[date | None]
    has_insurance_card_registration: Mapped[bool] = mapped_column(default=False)  # マイナ保険証
    needs_help: Mapped[bool] = mapped_column(default=False)
    protective_measure: Mapped[bool] = mapped_column(default=False)
    protective_measure_until: Mapped[date | None]
    copay_share: Mapped[int | None]  # tenths; from the day after reaching 70

    person: Mapped[Person] = relationship(back_populates="records")
    __table_args__ = (
        Index(
            "ix_person_record_current",
            "person_id",
            unique=True,
            sqlite_where=text("superseded_at IS NULL"),
            postgresql_where=text("superseded_at IS NULL"),
        ),
    )

    @property
    def birth(self) -> PartialDate:
        return PartialDate.parse_iso(self.birth_date)


class AddressRecord(Recorded, Base):
    """Where a person lives or wants letters: kind residence, mailing or safe (protected)."""

    __tablename__ = "address_record"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10), default="residence")
    from_on: Mapped[date | None]
    until_on: Mapped[date | None]
    postal_code: Mapped[str | None] = mapped_column(String(7))
    address: Mapped[str] = mapped_column(String(200))
    building: Mapped[str | None] = mapped_column(String(100))
    mailing_name: Mapped[str | None] = mapped_column(String(100))
    address_search: Mapped[str] = mapped_column(key_text(300), index=True)
    previous_address: Mapped[str | None] = mapped_column(String(200))


class SearchKey(Base):
    """Normalised names of a person, so that one prefix on one index finds kanji, kana, alias and Latin."""

    __tablename__ = "search_key"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))  # name kana alias alias_kana latin former
    key: Mapped[str] = mapped_column(key_text(200))
    __table_args__ = (
        UniqueConstraint("person_id", "kind", "key"),
        Index("ix_search_key_key_person", "key", "person_id"),
    )


def get_current(session: Session, person_id: int, as_of: datetime | None = None) -> PersonRecord:
    """What is (or at `as_of` was) known of a person.

    Raises:
        sqlalchemy.exc.NoResultFound: nobody with this id was on record then.
    """
    statement = select(PersonRecord).where(PersonRecord.person_id == person_id)
    return session.scalars(known(statement, PersonRecord, as_of)).one()


def list_current(session: Session, person_ids: Iterable[int]) -> dict[int, PersonRecord]:
    """Today's knowledge of several persons by id, in one statement."""
    wanted = list(person_ids)
    if not wanted:
        return {}
    statement = select(PersonRecord).where(PersonRecord.person_id.in_(wanted))
    return {row.person_id: row for row in session.scalars(known(statement, PersonRecord))}


def records_of_now(session: Session, person_ids: Iterable[int | None]) -> dict[int | None, int]:
    """Under which record each person goes by now: another one where two were made one, else his own."""
    ids = {one for one in person_ids if one is not None}
    rows = session.execute(select(Person.id, Person.merged_into_id).where(Person.id.in_(ids)))
    return {row.id: row.merged_into_id or row.id for row in rows}


def find_by_addressee_number(session: Session, number: str) -> int | None:
    """The person of an addressee number (宛名番号); None where nobody has it."""
    return session.scalars(select(Person.id).where(Person.addressee_number == number)).one_or_none()


def list_addresses(session: Session, person_id: int, as_of: datetime | None = None) -> list[AddressRecord]:
    """All address rows of a person that are (or were at `as_of`) believed, oldest first."""
    statement = select(AddressRecord).where(AddressRecord.person_id == person_id)
    ordered = known(statement, AddressRecord, as_of).order_by(AddressRecord.from_on, AddressRecord.id)
    return list(session.scalars(ordered))
