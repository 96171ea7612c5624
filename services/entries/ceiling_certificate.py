"""The application for a ceiling-amount certificate as entered (forms/ceiling_certificate)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from rules.benefits.ceilings import Stay
from services.entries import reading
from services.entries.reading import Entry


@dataclass(frozen=True)
class CeilingEntry:
    """The application: whose certificate, which kind was asked for, stays in hospital."""

    reason: str
    household_id: int
    person_id: int
    received_on: date
    delivery: str
    stays: tuple[Stay, ...]


def read(entry: Entry) -> CeilingEntry:
    return CeilingEntry(
        reason=entry["reason"],
        household_id=int(entry["household_id"]),
        person_id=int(entry["persons"][0]["person_id"]),
        received_on=reading.required_day(entry, "received_on"),
        delivery=entry["delivery"],
        stays=tuple(
            Stay(reading.required_day(row, "from_on"), reading.required_day(row, "to_on"))
            for row in entry.get("stays", ())
        ),
    )
