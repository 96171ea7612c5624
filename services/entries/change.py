"""The change as it was entered (forms/change/apply.schema.json)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from services.addresses import AddressFacts
from services.entries import reading
from services.entries.reading import CertificateReturn, Entry, NewPerson


@dataclass(frozen=True)
class ChangedPerson:
    """One row: new names, or household and relation for split and merge, or what else its kind asks for."""

    person_id: int
    certificate: CertificateReturn | None
    old_name: str | None = None
    new_name: str | None = None
    new_kana: str | None = None
    new_household_number: int = 1
    relationship: str = ""
    number: str | None = None
    residence_status: str | None = None
    residence_expires_on: date | None = None
    student_status: str = ""
    address_there: str | None = None


@dataclass(frozen=True)
class ChangeEntry:
    """The notification as a whole; what a kind does not ask for is empty."""

    kind: str
    household_id: int
    event_on: date
    received_on: date
    persons: tuple[ChangedPerson, ...]
    new_address: AddressFacts | None
    old_head_person_id: int | None
    new_head_person_id: int | None
    new_head: NewPerson | None
    head_change_reason: str | None
    other_household_id: int | None
    head_consents: bool
    new_head_signed: bool
    income_declared: bool

    @property
    def person_ids(self) -> list[int]:
        return [row.person_id for row in self.persons]

    @property
    def returns(self) -> dict[int, CertificateReturn | None]:
        return {row.person_id: row.certificate for row in self.persons}


def read(entry: Entry) -> ChangeEntry:
    return ChangeEntry(
        kind=entry["kind"],
        household_id=int(entry["household_id"]),
        event_on=reading.required_day(entry, "event_on"),
        received_on=reading.required_day(entry, "received_on"),
        persons=tuple(_row(row) for row in entry.get("persons", ())),
        new_address=reading.address(entry.get("new_address")),
        old_head_person_id=reading.integer(entry, "old_head_person_id"),
        new_head_person_id=reading.integer(entry, "new_head_person_id"),
        new_head=reading.person(entry["new_head"]) if entry.get("new_head") else None,
        head_change_reason=reading.text(entry, "head_change_reason"),
        other_household_id=reading.integer(entry, "other_household_id"),
        head_consents=reading.flag(entry, "head_consents"),
        new_head_signed=reading.flag(entry, "new_head_signed"),
        income_declared=reading.flag(entry, "income_declared"),
    )


def _row(row: Entry) -> ChangedPerson:
    return ChangedPerson(
        person_id=int(row["person_id"]),
        certificate=reading.certificate_return(row),
        old_name=reading.text(row, "old_name"),
        new_name=reading.text(row, "new_name"),
        new_kana=reading.text(row, "new_kana"),
        new_household_number=reading.integer(row, "new_household_number") or 1,
        relationship=reading.text(row, "relationship") or "",
        number=reading.text(row, "individual_number"),
        residence_status=reading.text(row, "residence_status"),
        residence_expires_on=reading.day(row, "residence_expires_on"),
        student_status=reading.text(row, "student_status") or "",
        address_there=reading.text(row, "address_there"),
    )
