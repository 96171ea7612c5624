"""The application for a reduction as it was entered (forms/exemption/apply.schema.json, F22)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from rules.premium.exemptions import OF_PERSON
from services.entries import reading
from services.entries.reading import Entry

REVOKE: Final = "revoke"
FORMS: Final = ("apply", "correct")  # the tasks in which it is entered


@dataclass(frozen=True)
class ExemptionEntry:
    """The application. `ground` is that of the rules; where it `revokes`, that of the decided one.

    `person_id` is set where the ground is of one person; of one that is taken back only where it was told.
    Yen; `damage` is per cent.
    """

    revokes: bool
    ground: str
    household_id: int
    fiscal_year: int
    received_on: date
    event_on: date
    person_id: int | None
    damage: int
    insurance_paid: int
    expected_income: int
    until_on: date | None
    words: str


def read(entry: Entry) -> ExemptionEntry:
    """The application as typed."""
    revokes = entry["reason"] == REVOKE
    ground = str(entry["decided_ground"] if revokes else entry["reason"])
    person = entry.get("person_id") if ground in OF_PERSON else None
    return ExemptionEntry(
        revokes=revokes,
        ground=ground,
        household_id=int(entry["household_id"]),
        fiscal_year=int(entry["fiscal_year"]),
        received_on=reading.required_day(entry, "received_on"),
        event_on=reading.required_day(entry, "event_on"),
        person_id=int(person) if person else None,
        damage=int(entry.get("damage_percent") or 0),
        insurance_paid=int(entry.get("insurance_paid") or 0),
        expected_income=int(entry.get("expected_income") or 0),
        until_on=reading.day(entry, "until_on") if entry.get("until_on") else None,
        words=str(entry.get("revoked_because" if revokes else "explanation") or ""),
    )
