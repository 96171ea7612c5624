"""A household as its certificates and their letters need it, read once by a deed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from models.household import CardNumber, current_card_number, get_head
from models.person import AddressRecord, PersonRecord, list_current
from services import city
from services.city import Settings
from services.context import Context
from services.errors import HouseholdUnknown


@dataclass(frozen=True)
class Family:
    """Number, head and what is known of everybody concerned; the city's settings of today.

    `places` are the addresses of those who were taken in by this very deed, and `is_new` says that the number
    was given by it too, so that nobody has a branch of it yet.
    """

    card: CardNumber
    head_id: int | None
    records: Mapping[int, PersonRecord]
    settings: Settings
    places: Mapping[int, AddressRecord] = field(default_factory=dict)
    is_new: bool = False

    @property
    def household_id(self) -> int:
        return self.card.household_id

    @property
    def head_name(self) -> str:
        return self.records[self.head_id].name if self.head_id else ""


def read_family(ctx: Context, household_id: int, person_ids: Collection[int]) -> Family:
    """The household as it is known today, with these persons and its head.

    Raises:
        HouseholdUnknown: the household has no card number.
    """
    card = current_card_number(ctx.session, household_id)
    if card is None:
        raise HouseholdUnknown(
            "この世帯には被保険者番号がありません。世帯を確かめてください。",
            "This household has no card number. Check the household.",
        )
    head = get_head(ctx.session, household_id, ctx.today)
    wanted = {*person_ids, *([head.person_id] if head else [])}
    records = list_current(ctx.session, wanted)
    return Family(card, head.person_id if head else None, records, city.settings_on(ctx.session, ctx.today))
