"""The loss as it was entered (forms/loss/apply.schema.json)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from services.addresses import AddressFacts
from services.entries import reading
from services.entries.reading import CertificateReturn, Entry


@dataclass(frozen=True)
class LeavingPerson:
    """One row: somebody who leaves, and what became of his certificates."""

    person_id: int
    number: str | None
    certificate: CertificateReturn | None


@dataclass(frozen=True)
class LossEntry:
    """The notification as a whole."""

    reason: str
    event_on: date
    received_on: date
    household_id: int
    persons: tuple[LeavingPerson, ...]
    new_head_person_id: int | None
    whole_household: bool
    moved_within_prefecture: bool
    new_address_on: date | None
    new_address: AddressFacts | None
    special_residence: str | None
    was_head: bool | None

    @property
    def person_ids(self) -> list[int]:
        return [row.person_id for row in self.persons]


def read(entry: Entry) -> LossEntry:
    special = reading.text(entry, "special_residence")
    return LossEntry(
        reason=entry["reason"],
        event_on=reading.required_day(entry, "event_on"),
        received_on=reading.required_day(entry, "received_on"),
        household_id=int(entry["household_id"]),
        persons=tuple(
            LeavingPerson(
                int(row["person_id"]),
                reading.text(row, "individual_number"),
                reading.certificate_return(row),
            )
            for row in entry["persons"]
        ),
        new_head_person_id=reading.integer(entry, "new_head_person_id"),
        whole_household=entry.get("household_part") == "whole",
        moved_within_prefecture=reading.flag(entry, "moved_within_prefecture"),
        new_address_on=reading.day(entry, "new_address_on"),
        new_address=reading.address(entry.get("new_address")),
        special_residence=None if special == "none" else special,
        was_head=entry.get("was_head"),
    )
