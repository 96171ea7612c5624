"""Verification (照合): the blind second entry against the first, field by field (B4, M02)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from models import vault
from models.notification import Notification
from models.person import get_current
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
    for place, (one, other) in enumerate(zip(first_rows, second_rows, strict=False)):
        if _birth_of(ctx, one) != other.get("birth_date"):
            differences.append(f"persons.{place}.birth_date")
        if not vault.are_same(ctx.session, one.get("individual_number"), other.get("individual_number")):
            differences.append(f"persons.{place}.individual_number")
    kind = "differences_found" if differences else "verified"
    notifications.act(ctx, notification.id, kind, data={"paths": differences})
    return {"matches": not differences, "differences": differences}


def send_back(ctx: Context, notification: Notification, note: str) -> dict[str, Any]:
    """The verifier cannot verify and sends the entry back with a reason."""
    notifications.act(ctx, notification.id, "sent_back", note=note)
    return {"matches": False, "differences": []}


def _birth_of(ctx: Context, row: Mapping[str, Any]) -> str | None:
    if row.get("birth_date"):
        return str(row["birth_date"])
    if row.get("person_id") is None:
        return None
    return get_current(ctx.session, int(row["person_id"])).birth_date
