"""Who gets the letter about a premium: the head of the household, at the place where letters reach him."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from models.household import HouseholdHead
from models.person import PersonRecord, list_current
from services import print_requests

if TYPE_CHECKING:
    from services.context import Context
    from services.print_requests import Recipient


@dataclass(frozen=True)
class Head:
    """The head of a household as known today, and where letters reach him."""

    record: PersonRecord
    recipient: Recipient

    @property
    def is_alive(self) -> bool:
        return self.record.died_on is None


def heads_of(ctx: Context, household_ids: Collection[int]) -> Mapping[int, Head]:
    """The heads of households: of today, or the last one; three statements for any number of them."""
    people = persons_of(ctx, household_ids)
    records = list_current(ctx.session, set(people.values()))
    recipients = print_requests.recipients_of(ctx, set(people.values())) if people else {}
    return {
        household: Head(records[person], recipients[person])
        for household, person in people.items()
        if person in records
    }


def persons_of(ctx: Context, household_ids: Collection[int]) -> dict[int, int]:
    """Who heads each household: today, or the last who did."""
    statement = select(HouseholdHead).where(
        HouseholdHead.household_id.in_(household_ids), HouseholdHead.superseded_at.is_(None)
    )
    found: dict[int, int] = {}
    for row in ctx.session.scalars(statement.order_by(HouseholdHead.from_on, HouseholdHead.id)):
        if row.from_on <= ctx.today or row.household_id not in found:
            found[row.household_id] = row.person_id
    return found
