"""Who of an office could do a task, by posting, role and the people who must not do it."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from models.case import WorkItem
from models.masters import Posting
from models.staff import User
from services import staffing
from services.errors import NotAllowed
from tests.factories.staff import employ
from tests.fixtures.statements import counted


@pytest.fixture
def office(ctx):
    """The actor, a colleague of his role, a verifier, and somebody of another office; all with roles."""
    for role, number, code in (
        ("counter", "s-2", "01"),
        ("verifier", "s-3", "01"),
        ("counter", "s-far", "77"),
    ):
        employ(ctx.session, role, number, code)
    return ctx.actor.office_id


def read(ctx, office):
    return staffing.of_office(ctx.session, office, ctx.today)


def numbers(colleagues):
    return {one.staff_number for one in colleagues}


def test_the_office_of_a_day_is_who_is_posted_there_with_a_role(ctx, office):
    assert numbers(read(ctx, office)) == {ctx.actor.staff_number, "s-2", "s-3"}


@pytest.mark.parametrize("gone", ["posting", "account"])
def test_who_has_left_is_not_of_the_office(ctx, office, gone):
    if gone == "posting":
        yesterday = ctx.today - timedelta(days=1)
        ended = update(Posting).where(Posting.staff_number == "s-2").values(until_on=yesterday)
    else:
        ended = update(User).where(User.username == "s-2").values(active=False)
    ctx.session.execute(ended)
    assert numbers(read(ctx, office)) == {ctx.actor.staff_number, "s-3"}


def test_who_moved_to_another_office_is_of_that_one_only(ctx, office):
    moved = next(one for one in read(ctx, office) if one.staff_number == "s-2")
    far = employ(ctx.session, "counter", "s-far-2", "77").office_id
    ctx.session.add(Posting(user_id=moved.user_id, staff_number="s-2", office_id=far, from_on=ctx.today))
    ctx.session.flush()
    assert "s-2" not in numbers(read(ctx, office))
    assert "s-2" in numbers(read(ctx, far))


def test_a_task_is_for_those_with_its_role_who_are_not_kept_from_it(ctx, office, waits):
    item = ctx.session.get(WorkItem, waits())
    assert numbers(staffing.could_do(item, read(ctx, office))) == {ctx.actor.staff_number, "s-2"}
    item.excluded_staff = ["s-2"]
    assert numbers(staffing.could_do(item, read(ctx, office))) == {ctx.actor.staff_number}
    item.excluded_staff = [f"account:{ctx.actor.staff_id}"]
    assert numbers(staffing.could_do(item, read(ctx, office))) == {"s-2"}


def test_a_second_account_of_the_same_person_is_kept_from_the_task_as_well(ctx, office, waits):
    twin = employ(ctx.session, "counter", "s-twin")
    ctx.session.execute(update(Posting).where(Posting.user_id == twin.staff_id).values(staff_number="s-2"))
    item = ctx.session.get(WorkItem, waits(excluded_staff=["s-2"]))
    with pytest.raises(NotAllowed):
        staffing.get_able(item, read(ctx, office), twin.staff_id)


def test_each_is_told_with_what_waits_for_him_in_three_statements(ctx, office, waits, engine):
    for state in ("open", "open", "done"):
        waits(assignee_id=ctx.actor.staff_id, state=state)
    with counted(engine) as seen:
        found = read(ctx, office)
    assert {one.staff_number: one.waiting for one in found}[ctx.actor.staff_number] == 2
    assert len(seen) == 3
