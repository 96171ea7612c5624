"""What is no longer needed goes, what somebody still needs stays (M12)."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from models.deed import Deed
from models.limits import RateCounter
from models.vault_table import IndividualNumber
from services import drafts, housekeeping, numbers_vault

DAYS = 30
NUMBER = "000000000019"


def later(ctx, days):
    return replace(ctx, at=ctx.at + timedelta(days=days))


def states(ctx):
    return list(ctx.session.scalars(select(IndividualNumber.state).order_by(IndividualNumber.id)))


def a_number(ctx, number=NUMBER):
    return numbers_vault.receive(ctx, number)


def test_a_number_that_no_case_or_draft_needs_is_destroyed(ctx):
    a_number(ctx)
    assert housekeeping.run(later(ctx, 29), DAYS).numbers == 0
    assert housekeeping.run(later(ctx, 31), DAYS).numbers == 1
    row = ctx.session.scalars(select(IndividualNumber).execution_options(populate_existing=True)).one()
    assert (row.state, row.sealed, row.blind_index) == ("discarded", b"", bytes(32))
    assert housekeeping.run(later(ctx, 32), DAYS).numbers == 0


def test_a_number_in_a_draft_stays(ctx):
    reference = a_number(ctx)
    drafts.save_intake(ctx, "acquisition", "01", {"persons": [{"individual_number": reference}]})
    ctx.session.flush()
    assert housekeeping.run(later(ctx, 31), DAYS).numbers == 0
    assert states(ctx) == ["provisional"]


def test_keys_of_pages_and_counters_go_when_they_are_over(ctx):
    for key, age in (("old", 8), ("new", 6)):
        at = ctx.at - timedelta(days=age)
        ctx.session.add(Deed(key=key, user_id=1, body_hash="0", location="/", at=at))
    now = ctx.at.timestamp()
    ctx.session.add_all(
        [
            RateCounter(key="over", hits=1, expires=now - 1),
            RateCounter(key="open", hits=1, expires=now + 60),
        ]
    )
    ctx.session.flush()
    tidied = housekeeping.run(ctx, DAYS)
    assert tidied.deeds == 1
    assert list(ctx.session.scalars(select(Deed.key))) == ["new"]
    left = select(RateCounter.key).where(RateCounter.key.in_(["over", "open"]))
    assert list(ctx.session.scalars(left)) == ["open"]
