"""What a registration did, as case data: ids and messages only."""

from __future__ import annotations

from typing import Any

from services.findings import Registered


def as_data(registered: Registered) -> dict[str, Any]:
    """The result of a registration for the case and its journal."""
    return {
        "household_id": registered.household_id,
        "person_ids": list(registered.person_ids),
        "certificate_ids": list(registered.certificate_ids),
        "print_request_ids": list(registered.print_request_ids),
        "messages": list(registered.messages),
    }
