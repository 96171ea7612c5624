"""The acquisition as it was entered (forms/acquisition/apply.schema.json)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from services.addresses import AddressFacts
from services.entries import reading
from services.entries.reading import Entry, NewPerson

REGISTERED, LISTED, NOT_INSURED = "registered", "listed", "not_insured"
HEAD = "head"


@dataclass(frozen=True)
class JoiningPerson:
    """One row of the notification: somebody who joins, on record already or not."""

    person: NewPerson
    person_id: int | None
    relationship: str
    has_registered_card: bool
    needs_help: bool
    residence_status: str | None
    residence_expires_on: date | None
    entered_on: date | None
    longer_stay_proved: bool


@dataclass(frozen=True)
class AcquisitionEntry:
    """The notification as a whole; `head_kind` says who heads the household from that day on."""

    reason: str
    event_on: date
    received_on: date
    household_id: int | None
    head_kind: str
    head_person_id: int | None
    head: NewPerson | None
    address: AddressFacts
    outside_register: bool
    phone: str | None
    moved_within_prefecture: bool
    kept_acquired_on: date | None
    persons: tuple[JoiningPerson, ...]


def read(entry: Entry) -> AcquisitionEntry:
    previous = reading.one_line(entry.get("previous_address"))
    address = reading.address(entry["address"], previous)
    if address is None:
        raise ValueError("the form asks for an address")
    return AcquisitionEntry(
        reason=entry["reason"],
        event_on=reading.required_day(entry, "event_on"),
        received_on=reading.required_day(entry, "received_on"),
        household_id=reading.integer(entry, "household_id"),
        head_kind=entry["head_kind"],
        head_person_id=reading.integer(entry, "head_person_id"),
        head=reading.person(entry["head"]) if entry.get("head") else None,
        address=address,
        outside_register=reading.flag(entry, "outside_register"),
        phone=reading.text(entry, "phone"),
        moved_within_prefecture=reading.flag(entry, "moved_within_prefecture"),
        kept_acquired_on=reading.day(entry, "kept_acquired_on"),
        persons=tuple(_row(row) for row in entry["persons"]),
    )


def _row(row: Entry) -> JoiningPerson:
    return JoiningPerson(
        person=reading.person(row),
        person_id=reading.integer(row, "person_id"),
        relationship=row["relationship"],
        has_registered_card=reading.flag(row, "has_my_number_insurance_card"),
        needs_help=reading.flag(row, "needs_help"),
        residence_status=reading.text(row, "residence_status"),
        residence_expires_on=reading.day(row, "residence_expires_on"),
        entered_on=reading.day(row, "entered_on"),
        longer_stay_proved=reading.text(row, "longer_stay_proved_by") is not None,
    )
