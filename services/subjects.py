"""Whom a notification is about, in the few words that a queue shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from models.household import Household
from models.person import get_current, list_addresses
from rules.kana import kana_search_key, name_search_key
from services import hidden_entries
from services.context import Context


@dataclass(frozen=True)
class Subject:
    """Name, search key (kana and name), household number and postal code; empty where not known yet."""

    name: str = ""
    key: str = ""
    household_number: str = ""
    postal_code: str = ""


def describe(ctx: Context, entry: Mapping[str, Any]) -> Subject:
    """Read the subject off an entry: the first person named, or the first person referred to."""
    household_id = entry.get("household_id")
    household = ctx.session.get(Household, household_id) if household_id else None
    number = household.household_number if household else ""
    hidden = hidden_entries.hides(ctx, entry)  # lists are narrowed by postal code
    rows = entry.get("persons") or ()
    first: Mapping[str, Any] = rows[0] if rows else {}
    person_id = first.get("person_id") or entry.get("person_id") or entry.get("head_person_id")
    if first.get("name"):
        name, kana = str(first["name"]), str(first.get("kana", ""))
        return Subject(name, _key(name, kana), number, "" if hidden else _postal_code(entry))
    if person_id is None:
        return Subject(household_number=number, postal_code="" if hidden else _postal_code(entry))
    known = get_current(ctx.session, int(person_id))
    addresses = list_addresses(ctx.session, known.person_id)
    postal = (addresses[-1].postal_code or "") if addresses and not hidden else ""
    return Subject(known.name, _key(known.name, known.name_kana), number, postal)


def _postal_code(entry: Mapping[str, Any]) -> str:
    address: Mapping[str, Any] = entry.get("address") or {}
    return str(address.get("postal_code", ""))


def _key(name: str, kana: str) -> str:
    return f"{kana_search_key(kana)} {name_search_key(name)}".strip()[:200]
