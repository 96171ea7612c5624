"""The blind second entry agrees or tells where it differs, and never what (B4, M02)."""

from typing import Any

import pytest
from sqlalchemy import select

from models.notification import NotificationAction
from services import numbers_vault, verification
from services.context import Context
from tests.factories.cases import seen_on_paper
from tests.factories.registry import (
    a_loss,
    a_notification,
    a_person,
    an_acquisition,
    register_acquisition,
)

NUMBER, OTHER = "000000000019", "000000000027"


def compared(ctx: Context, entry: dict[str, Any], second: dict[str, Any]) -> list[str]:
    notification = a_notification(ctx, "acquisition")
    told = verification.compare(ctx, notification, entry, second)
    assert told["matches"] is (told["differences"] == [])
    ctx.session.flush()
    last = ctx.session.scalars(select(NotificationAction).order_by(NotificationAction.id.desc())).first()
    assert last is not None
    assert last.kind == ("verified" if told["matches"] else "differences_found")
    assert last.data == {"paths": told["differences"]}
    return list(told["differences"])


def test_what_agrees_is_verified(ctx: Context) -> None:
    assert compared(ctx, an_acquisition(), seen_on_paper(an_acquisition())) == []


@pytest.mark.parametrize(
    ("change", "path"),
    [({"event_on": "2026-11-19"}, "event_on"), ({"reason": "02"}, "reason"), ({"persons": []}, "persons")],
)
def test_a_difference_is_told_by_its_field(ctx: Context, change: dict[str, Any], path: str) -> None:
    assert compared(ctx, an_acquisition(), seen_on_paper(an_acquisition()) | change) == [path]


def test_a_date_of_birth_of_somebody_on_record_is_that_of_the_record(ctx: Context) -> None:
    done = register_acquisition(ctx)
    entry = a_loss(done, 1)
    second = {"reason": "02", "event_on": entry["event_on"], "persons": [{"birth_date": "1982-07-15"}]}
    assert compared(ctx, entry, second) == []
    second["persons"][0]["birth_date"] = "1982-07-16"
    assert compared(ctx, entry, second) == ["persons.0.birth_date"]


def test_numbers_are_compared_inside_the_vault(ctx: Context) -> None:
    first, same, other = (numbers_vault.receive(ctx, digits) for digits in (NUMBER, NUMBER, OTHER))
    entry = an_acquisition([a_person(individual_number=first)])
    for reference, found in ((same, []), (other, [path := "persons.0.individual_number"]), (None, [path])):
        second = seen_on_paper(entry)
        second["persons"][0]["individual_number"] = reference
        assert compared(ctx, entry, second) == found


def test_the_kind_of_a_change_counts_as_its_reason(ctx: Context) -> None:
    entry = {"kind": "name", "event_on": "2026-11-20", "persons": []}
    assert compared(ctx, entry, {"reason": "name", "event_on": "2026-11-20", "persons": []}) == []
    assert compared(ctx, entry, {"reason": "head", "event_on": "2026-11-20", "persons": []}) == ["reason"]
