"""What a registration did, as case data: ids and messages only."""

from __future__ import annotations

from typing import Any

from services.findings import Registered
from workflows.engine.operations import Example


def as_data(registered: Registered) -> dict[str, Any]:
    """The result of a registration for the case and its journal."""
    return {
        "household_id": registered.household_id,
        "person_ids": list(registered.person_ids),
        "certificate_ids": list(registered.certificate_ids),
        "print_request_ids": list(registered.print_request_ids),
        "messages": list(registered.messages),
    }


REGISTERED = (
    Example(
        "登録できた",
        "Registered",
        as_data(Registered(household_id=1, person_ids=(1,), certificate_ids=(1,), print_request_ids=(1,))),
    ),
)
REFUSED = (Example("不受理を記録した", "The refusal is recorded", {"reason": "書類の不足"}),)
EXAMINED = (
    Example("気になる点はない", "Nothing to point out", {"cautions": []}),
    Example("確かめる点がある", "Something to point out", {"cautions": ["届出の期限を過ぎています。"]}),
)
