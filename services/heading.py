"""A new head: his row, how members are related, a new number where the city gives one (規則10条の2)."""

from __future__ import annotations

from datetime import date

from models.notification import Notification
from models.person import list_current
from services import households
from services.context import Context
from services.household_findings import Seen

MALE, FEMALE = "1", "2"
_SPOUSES = frozenset({"husband", "wife"})


def change_head(
    ctx: Context,
    seen: Seen,
    new_head_id: int,
    from_on: date,
    notification: Notification,
    *,
    gives_new_number: bool,
    nhi_only: bool = False,
) -> None:
    """Put a new head in place. What the household was is told by the former head's way of being related."""
    households.set_head(ctx, seen.household_id, new_head_id, from_on, notification, nhi_only=nhi_only)
    if not nhi_only:
        related = {new_head_id: "head"}
        if seen.head_id != new_head_id:
            related[seen.head_id] = _former(ctx, seen, new_head_id)
        households.set_relationships(ctx, seen.household_id, related, from_on, notification)
    if gives_new_number:
        households.give_number(ctx, seen.household_id, from_on)


def _former(ctx: Context, seen: Seen, new_head_id: int) -> str:
    """How the former head is related to the new one: spouse, parent, else somebody living there."""
    sex = list_current(ctx.session, [seen.head_id])[seen.head_id].sex
    was = seen.relationship_of(new_head_id)
    if was in _SPOUSES and sex in {MALE, FEMALE}:
        return "husband" if sex == MALE else "wife"
    if was == "child" and sex in {MALE, FEMALE}:
        return "father" if sex == MALE else "mother"
    return "child" if was in {"father", "mother"} else "other"
