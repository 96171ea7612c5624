"""Persons on record by name and date of birth, without a notification; with address and household at wish."""

from datetime import date

from models.household import Household, current_card_number
from services import addresses, households, persons
from services.addresses import AddressFacts
from services.context import Context
from services.persons import PersonFacts


def someone(
    ctx: Context,
    name: str = "見本　太郎",
    kana: str = "ミホン　タロウ",
    birth: str = "1980-04-02",
    address: str = "",
    **more: object,
) -> int:
    """One person on record; his id."""
    facts = PersonFacts(name=name, name_kana=kana, birth_date=birth, **({"sex": "1"} | more))
    person = persons.create(ctx, facts, None)
    if address:
        addresses.move(ctx, person.id, AddressFacts(address, "0000001"), date(2020, 4, 1), None)
    return person.id


def a_household(
    ctx: Context, *person_ids: int, insured_head: bool = False, since: date = date(2020, 4, 1)
) -> Household:
    """A household that the first person heads, with a number; the others (or all) have a branch."""
    home = households.create(ctx, since, None)
    relationships = {person_id: "child" if place else "head" for place, person_id in enumerate(person_ids)}
    households.add_members(ctx, home.id, relationships, since, None)
    households.set_head(ctx, home.id, person_ids[0], since, None)
    card = current_card_number(ctx.session, home.id)
    assert card is not None
    households.give_branches(ctx, card, list(person_ids if insured_head else person_ids[1:]))
    return home
