"""The application for a new certificate as it was entered (forms/reissue/apply.schema.json)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from services.entries import reading
from services.entries.reading import Entry

REASONS = {"lost": "紛失", "stolen": "盗難", "spoilt": "破損・汚損", "other": "その他"}


@dataclass(frozen=True)
class WantedPaper:
    """One row: whose paper, and which."""

    person_id: int
    paper: str


@dataclass(frozen=True)
class ReissueEntry:
    """The application as a whole."""

    reason: str
    reason_ja: str
    household_id: int
    received_on: date
    delivery: str
    spoilt_paper_returned: bool
    persons: tuple[WantedPaper, ...]


def read(entry: Entry) -> ReissueEntry:
    details = (
        REASONS[entry["reason"]],
        reading.text(entry, "lost_at"),
        reading.text(entry, "reason_detail"),
        _police(entry),
    )
    return ReissueEntry(
        reason=entry["reason"],
        reason_ja="、".join(part for part in details if part)[:200],
        household_id=int(entry["household_id"]),
        received_on=reading.required_day(entry, "received_on"),
        delivery=entry["delivery"],
        spoilt_paper_returned=reading.flag(entry, "spoilt_paper_returned"),
        persons=tuple(WantedPaper(int(row["person_id"]), row["paper"]) for row in entry["persons"]),
    )


def _police(entry: Entry) -> str | None:
    number = reading.text(entry, "police_report_number")
    return f"届出番号 {number}" if number else None
