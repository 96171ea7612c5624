"""Verification (照合): the blind second entry against the first, field by field (B4, M02)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from models import vault
from models.notification import Notification
from models.person import list_current
from services import notifications
from services.context import Context

KEY_FIELDS = ("event_on", "reason")


def compare(
    ctx: Context, notification: Notification, entry: Mapping[str, Any], second: Mapping[str, Any]
) -> dict[str, Any]:
    """Return whether both entries agree and, where not, the paths that differ; values are not kept.

    Dates of birth of people on record are compared with the registry, Individual Numbers inside the vault.
    """
    first = {**entry, "reason": entry.get("reason") or entry.get("kind")}
    differences = [name for name in KEY_FIELDS if (first.get(name) or None) != (second.get(name) or None)]
    first_rows, second_rows = entry.get("persons", ()), second.get("persons", ())
    if len(first_rows) != len(second_rows):
        differences.append("persons")
    births = _births_of(ctx, first_rows)
    told = [row.get("individual_number") for row in (*first_rows, *second_rows)]
    numbers = vault.find_all(ctx.session, told)
    for place, (one, other) in enumerate(zip(first_rows, second_rows, strict=False)):
        if births[place] != other.get("birth_date"):
            differences.append(f"persons.{place}.birth_date")
        if not vault.agree(numbers, one.get("individual_number"), other.get("individual_number")):
            differences.append(f"persons.{place}.individual_number")
    kind = "differences_found" if differences else "verified"
    notifications.act(ctx, notification.id, kind, data={"paths": differences})
    return {"matches": not differences, "differences": differences}


def send_back(ctx: Context, notification: Notification, note: str) -> dict[str, Any]:
    """The verifier cannot verify and sends the entry back with a reason."""
    notifications.act(ctx, notification.id, "sent_back", note=note)
    return {"matches": False, "differences": []}


def _births_of(ctx: Context, rows: Sequence[Mapping[str, Any]]) -> list[str | None]:
    """The dates of birth as entered; else as known of the persons chosen."""
    chosen = [int(row["person_id"]) for row in rows if not row.get("birth_date") and row.get("person_id")]
    records = list_current(ctx.session, chosen) if chosen else {}
    return [
        str(row["birth_date"])
        if row.get("birth_date")
        else (records[int(row["person_id"])].birth_date if row.get("person_id") else None)
        for row in rows
    ]
