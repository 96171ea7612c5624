"""Reading single values of a cleaned entry. The form has checked them; what is absent is None."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.addresses import AddressFacts

Entry = Mapping[str, Any]


@dataclass(frozen=True)
class NewPerson:
    """Somebody told of who may not be on record yet. `number` is a reference into the vault."""

    name: str
    kana: str
    sex: str
    birth_date: str
    number: str | None = None


@dataclass(frozen=True)
class CertificateReturn:
    """What became of somebody's certificates at the counter: collected, not_returned with why, not_issued."""

    kind: str
    reason: str | None = None


NOT_RETURNED_REASONS = {
    "lost": "紛失",
    "left_at_home": "持参忘れ",
    "will_post": "後日郵送",
    "other": "その他",
}


def certificate_return(row: Entry) -> CertificateReturn | None:
    kind = text(row, "certificate")
    if kind is None:
        return None
    why = NOT_RETURNED_REASONS.get(row.get("not_returned_reason", ""))
    detail = text(row, "not_returned_detail")
    return CertificateReturn(kind, "、".join(part for part in (why, detail) if part) or None)


def day(entry: Entry, name: str) -> date | None:
    text = entry.get(name)
    return date.fromisoformat(text) if text else None


def required_day(entry: Entry, name: str) -> date:
    return date.fromisoformat(entry[name])


def text(entry: Entry, name: str) -> str | None:
    found = entry.get(name)
    return str(found) if found else None


def integer(entry: Entry, name: str) -> int | None:
    found = entry.get(name)
    return None if found is None else int(found)


def flag(entry: Entry, name: str) -> bool:
    return bool(entry.get(name))


def address(entry: Entry | None, previous: str | None = None) -> AddressFacts | None:
    if not entry:
        return None
    return AddressFacts(
        address=entry["address"],
        postal_code=text(entry, "postal_code"),
        building=text(entry, "building"),
        previous_address=previous,
    )


def one_line(entry: Entry | None) -> str | None:
    """An address on one line, as kept for the previous one."""
    if not entry:
        return None
    return f"{entry['address']}{entry.get('building') or ''}"


def person(entry: Entry) -> NewPerson:
    return NewPerson(
        name=entry["name"],
        kana=entry.get("kana") or "",
        sex=entry["sex"],
        birth_date=entry["birth_date"],
        number=text(entry, "individual_number"),
    )
