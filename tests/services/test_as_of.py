"""Whatever is registered and cancelled: asking "as of" a moment gives what was known then (A3, B5)."""

import random
from datetime import UTC, datetime, timedelta
from itertools import combinations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import inspect, select

from models.base import known
from models.enrolment import list_periods
from models.household import HouseholdHead, get_head, list_members
from models.notification import Notification
from models.person import Person
from services.context import Context
from services.errors import ServiceError
from services.household_findings import end_of
from services.undoing import ENTITIES
from tests.factories.registry import (
    NEW_ADDRESS,
    a_change,
    a_loss,
    a_person,
    a_reissue,
    register_acquisition,
    register_cancellation,
    register_change,
    register_loss,
    register_reissue,
)

DEEDS = (
    *("join", "join", "child", "leave", "die", "name", "address", "head", "split", "merge", "reissue"),
    *("cancel", "cancel", "cancel"),
)
START = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
NOT_SAID = {"id", "superseded_at", "superseded_by_notification_id"}


def believed(session, as_of=None):
    """Everything that is (or was at `as_of`) believed, without what only says how long it was."""
    rows = set()
    for entity in ENTITIES:
        names = [column.key for column in inspect(entity).column_attrs if column.key not in NOT_SAID]
        for row in session.scalars(known(select(entity), entity, as_of)):
            rows.add((entity.__name__, *(str(getattr(row, name)) for name in names)))
    return rows


def do_something(ctx, deed, dice, families):
    family = dice.choice(families) if families else None
    if deed == "join" or family is None:
        name = f"見本 {len(families)}"
        rows = [a_person(name), a_person(f"{name}子", "1985-05-05", sex="2", relationship="wife")]
        families.append(register_acquisition(ctx, rows, event_on=dice.choice(["2026-11-20", "2026-11-21"])))
    elif deed == "leave":
        register_loss(ctx, a_loss(family, dice.choice([0, 1])))
    elif deed == "die":
        more = {"was_head": True, "new_head_person_id": family.person_ids[1]}
        register_loss(ctx, a_loss(family, 0, reason="04", **more))
    elif deed == "name":
        row = {"person_id": family.person_ids[1], "new_name": f"試験 {dice.random()}", "new_kana": "シケン"}
        register_change(ctx, a_change(family, "name", persons=[row]))
    elif deed == "address":
        rows = [{"person_id": one} for one in family.person_ids]
        register_change(ctx, a_change(family, "address", persons=rows, new_address=NEW_ADDRESS))
    elif deed == "head":
        old, new = family.person_ids
        who = {"old_head_person_id": old, "new_head_kind": "registered", "new_head_person_id": new}
        register_change(ctx, a_change(family, "head", **who))
    elif deed == "split":
        row = {"person_id": family.person_ids[1], "new_household_number": 1, "relationship": "head"}
        register_change(ctx, a_change(family, "split", persons=[row]))
    elif deed == "child":
        child = a_person(f"見本 子{dice.random()}", "2026-11-22", relationship="child")
        born = {"reason": "04", "event_on": "2026-11-22", "household_id": family.household_id}
        head = {"head_kind": "registered", "head_person_id": dice.choice(family.person_ids)}
        register_acquisition(ctx, [child], **born, **head)
    elif deed == "merge":
        other = dice.choice(families)
        rows = [{"person_id": one, "relationship": "cohabitant"} for one in other.person_ids]
        whom = {"other_household_id": other.household_id, "new_head_person_id": family.person_ids[0]}
        register_change(ctx, a_change(family, "merge", persons=rows, **whom))
    elif deed == "reissue":
        register_reissue(ctx, a_reissue(family, 0))
    else:
        earlier = ctx.session.scalars(select(Notification.id).order_by(Notification.id)).all()
        register_cancellation(ctx, dice.choice(earlier[-4:]))


def assert_sound(ctx):
    """No two periods of a person share a day; who is insured today is a member of a household with a head."""
    for person_id in ctx.session.scalars(select(Person.id)):
        periods = [row for row in list_periods(ctx.session, person_id) if not row.cancelled]
        for one, other in combinations(periods, 2):
            ends = end_of(one)
            assert ends is not None
            assert ends <= other.coverage_start_on
        for period in periods:
            if period.covers(ctx.today):
                assert get_head(ctx.session, period.household_id, ctx.today) is not None
                members = list_members(ctx.session, period.household_id, ctx.today)
                assert person_id in {row.person_id for row in members}
    heads = ctx.session.scalars(
        known(select(HouseholdHead), HouseholdHead).order_by(HouseholdHead.from_on)
    ).all()
    for one, other in combinations(heads, 2):
        if one.household_id == other.household_id:
            assert one.until_on is not None
            assert one.until_on < other.from_on


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(st.lists(st.sampled_from(DEEDS), min_size=3, max_size=9), st.integers(0, 10_000))
def test_as_of_gives_what_was_known_then(ctx, deeds, seed):
    dice, families, seen = random.Random(seed), [], []
    ctx.session.expunge_all()  # ids of an example that was rolled back are given again
    example = ctx.session.begin_nested()
    try:
        for place, deed in enumerate(deeds):
            then = Context(ctx.session, ctx.actor, START + timedelta(minutes=place))
            before = believed(ctx.session)
            try:
                with ctx.session.begin_nested():
                    do_something(then, deed, dice, families)
            except ServiceError:
                assert believed(ctx.session) == before
            assert_sound(then)
            seen.append((then.at, believed(ctx.session)))
        for at, knowledge in seen:
            assert believed(ctx.session, at) == knowledge
    finally:
        example.rollback()
