"""How persons stand to the resident register (住民区分): in it, or outside of it (住登外; J1).

Who stays insured here while he is registered in another municipality (法116条, 116条の2), or lives here
without being registered, stands outside; who comes back, or moves in, stands in it again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from models.household import get_head
from models.notification import Notification
from models.person import list_current
from services import addresses, persons
from services.addresses import AddressFacts
from services.context import Context
from services.outside_register import OUTSIDE

JAPANESE, FOREIGN = "1", "2"


def kind_of(residence_status: str | None, *, outside: bool) -> str:
    """The kind of somebody with this status of residence (None: Japanese)."""
    if outside:
        return OUTSIDE
    return FOREIGN if residence_status else JAPANESE


def stand_outside(
    ctx: Context,
    person_ids: Collection[int],
    homes: Mapping[int, str],
    since: date,
    notification: Notification | None,
) -> None:
    """Record that persons are registered elsewhere from a day on; `homes` tells where, where that is new."""
    changes = {one: {"resident_kind": OUTSIDE} for one in person_ids}
    persons.revise_all(ctx, changes, since, notification)
    places = {one: AddressFacts(address) for one, address in homes.items()}
    addresses.move_on(ctx, places, since, notification)


def come_back(
    ctx: Context,
    person_ids: Collection[int],
    household_id: int,
    since: date,
    notification: Notification | None,
) -> None:
    """Record that persons are registered here again from a day on, and live where the head of theirs does."""
    changes = {one: {"resident_kind": kind} for one, kind in coming_back(ctx, person_ids).items()}
    persons.revise_all(ctx, changes, since, notification)
    head = get_head(ctx.session, household_id, since)
    home = addresses.current(ctx.session, head.person_id, since) if head is not None else None
    others = [one for one in person_ids if head is not None and one != head.person_id]
    if home is not None:
        places = dict.fromkeys(others, AddressFacts(home.address, home.postal_code, home.building))
        addresses.move_on(ctx, places, since, notification)


def coming_back(ctx: Context, person_ids: Collection[int]) -> dict[int, str]:
    """Who of these persons stands outside, and the kind that he has when he is registered here."""
    records = list_current(ctx.session, person_ids) if person_ids else {}
    return {
        one: kind_of(row.residence_status, outside=False)
        for one, row in records.items()
        if row.resident_kind == OUTSIDE
    }
