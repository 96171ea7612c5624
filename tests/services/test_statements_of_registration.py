"""What registration asks of the database: as much for eight members as for two."""

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest

from rules.numbers import individual_number_check_digit
from services import acquisition, change, loss, numbers_vault, reissue
from services.context import Context
from services.findings import Registered
from tests.factories.registry import (
    ADDRESS,
    NEW_ADDRESS,
    a_change,
    a_loss,
    a_notification,
    a_person,
    a_reissue,
    an_acquisition,
    register_acquisition,
)
from tests.fixtures.statements import counted

pytestmark = pytest.mark.postgresql  # SQLite runs in the process and inserts row by row
FEW, MANY = 2, 8
MOST_FOR_A_FAMILY = 25


def members(size: int, surname: str, **more: Any) -> list[dict[str, Any]]:
    """A father and children, of whom nobody has a namesake on record."""
    father = a_person(f"{surname} 太郎", "1980-04-02")
    children = [
        a_person(f"{surname} 子{place}", f"20{place + 10}-03-31", relationship="child")
        for place in range(size - 1)
    ]
    return [row | more for row in (father, *children)]


def an_individual_number(place: int) -> str:
    """An invented number of the demonstration, with its check digit."""
    digits = f"{place:011}"
    return f"{digits}{individual_number_check_digit(digits)}"


def asked(ctx: Context, deed: Callable[..., Registered], procedure: str, entry: dict[str, Any]) -> int:
    notification = a_notification(ctx, procedure, entry.get("reason") or entry["kind"])
    ctx.session.flush()
    with counted(ctx.session.connection().engine) as statements:
        deed(ctx, notification, entry)
        ctx.session.flush()
    return len(statements)


def test_a_family_of_four_that_moves_in_takes_25_statements(ctx):
    assert asked(ctx, acquisition.register, "acquisition", an_acquisition(members(4, "朝架"))) <= (
        MOST_FOR_A_FAMILY
    )


def test_registration_does_not_ask_more_for_more_members(ctx):
    few = asked(ctx, acquisition.register, "acquisition", an_acquisition(members(FEW, "朝架")))
    many = asked(ctx, acquisition.register, "acquisition", an_acquisition(members(MANY, "石架")))
    assert many == few


def test_individual_numbers_are_confirmed_all_at_once(ctx):
    numbers = map(an_individual_number, count(1))
    told = []
    for size, surname in ((FEW, "朝架"), (MANY, "石架")):
        rows = [
            row | {"individual_number": numbers_vault.receive(ctx, next(numbers))}
            for row in members(size, surname)
        ]
        told.append(asked(ctx, acquisition.register, "acquisition", an_acquisition(rows)))
    assert told[0] == told[1]


def test_joining_persons_on_record_does_not_ask_more_for_more(ctx):
    told = []
    for size, surname in ((FEW, "朝架"), (MANY, "石架")):
        done = register_acquisition(ctx, members(size, surname), event_on="2026-04-01")
        gone = a_loss(done, *range(size), event_on="2026-05-01", household_part="whole")
        asked(ctx, loss.register, "loss", gone)
        again = [
            row | {"person_id": one} for row, one in zip(members(size, surname), done.person_ids, strict=True)
        ]
        told.append(asked(ctx, acquisition.register, "acquisition", an_acquisition(again, reason="02")))
    assert told[0] == told[1]


@pytest.mark.parametrize("reason", ["01", "02", "03"])
def test_loss_does_not_ask_more_for_more_members(ctx, reason):
    told = []
    for size, surname in ((FEW, "朝架"), (MANY, "石架")):
        done = register_acquisition(ctx, members(size, surname))
        entry = a_loss(done, *range(size), reason=reason, household_part="whole", new_address=NEW_ADDRESS)
        told.append(asked(ctx, loss.register, "loss", entry))
    assert told[0] == told[1]


def _name(done: Registered, surname: str) -> dict[str, Any]:
    persons = [
        {"person_id": one, "new_name": f"{surname}田 子{place}", "certificate": "collected"}
        for place, one in enumerate(done.person_ids)
    ]
    return a_change(done, "name", persons=persons)


def _address(done: Registered, surname: str) -> dict[str, Any]:
    del surname
    persons = [{"person_id": one} for one in done.person_ids]
    return a_change(done, "address", persons=persons, old_address=ADDRESS, new_address=NEW_ADDRESS)


@pytest.mark.parametrize("told_of", [_name, _address])
def test_a_change_does_not_ask_more_for_more_members(ctx, told_of):
    told = []
    for size, surname in ((FEW, "朝架"), (MANY, "石架")):
        done = register_acquisition(ctx, members(size, surname))
        told.append(asked(ctx, change.register, "change", told_of(done, surname)))
    assert told[0] == told[1]


def test_a_reissue_does_not_ask_more_for_more_members(ctx):
    told = []
    for size, surname in ((FEW, "朝架"), (MANY, "石架")):
        done = register_acquisition(ctx, members(size, surname))
        rows = [{"person_id": one, "paper": "eligibility_certificate"} for one in done.person_ids]
        told.append(asked(ctx, reissue.register, "reissue", a_reissue(done, 0) | {"persons": rows}))
    assert told[0] == told[1]
