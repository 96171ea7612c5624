"""Due dates: who has a task is told before it; he and the chief when it has passed; each once."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from models.notice import Notice
from portal.security.roles import BOOK, ROLES
from services import absences, escalation, role_tables
from services.absence_rules import Wish
from services.context import SYSTEM, Context
from tests.factories.staff import employ


@pytest.fixture
def look(ctx):
    """`look(days)` is what the calendar does that many days later."""

    def run(days=0):
        return escalation.run(Context(ctx.session, SYSTEM, ctx.at + timedelta(days=days)))

    return run


def notices(ctx):
    rows = ctx.session.scalars(select(Notice).order_by(Notice.id))
    return [(row.kind, row.user_id) for row in rows]


def test_who_has_a_task_is_told_one_working_day_before_and_not_earlier(ctx, waits, look):
    """The clock stands on a holiday, Monday 23 November: the next working day is Tuesday."""
    waits(days=2, assignee_id=ctx.actor.staff_id)
    look()
    assert notices(ctx) == []
    look(1)
    assert notices(ctx) == [("due", ctx.actor.staff_id)]


def test_when_it_has_passed_he_and_the_chief_are_told_once_however_often_it_is_looked_at(
    ctx, waits, look, actor_section_chief
):
    waits(days=0, assignee_id=ctx.actor.staff_id)
    for days in (1, 1, 2, 9):
        look(days)
    assert notices(ctx) == [("overdue", ctx.actor.staff_id), ("escalated", actor_section_chief.staff_id)]


def test_of_a_task_that_nobody_has_taken_the_chief_alone_is_told(ctx, waits, look, actor_section_chief):
    waits(days=0)
    waits(days=0, state="done")
    look(1)
    assert notices(ctx) == [("escalated", actor_section_chief.staff_id)]


def test_where_he_is_away_his_deputy_is_told_as_well(ctx, waits, look):
    deputy = employ(ctx.session, "counter", "s-deputy")
    pairs = {
        name: frozenset(role_tables.pair_of(slug) for slug in role.grants) for name, role in ROLES.items()
    }
    role_tables.sync(ctx, frozenset().union(*pairs.values()), pairs)
    waits(days=1, assignee_id=ctx.actor.staff_id)
    days = ctx.today, ctx.today + timedelta(days=2)
    absences.record(ctx, BOOK, Wish(ctx.actor.staff_id, *days, deputy.staff_id))
    look()
    assert {("due", ctx.actor.staff_id), ("due", deputy.staff_id)} <= set(notices(ctx))


def test_many_tasks_are_looked_at_part_by_part_to_the_end(ctx, waits, look, monkeypatch):
    monkeypatch.setattr(escalation, "AT_ONCE", 2)
    for _ in range(5):
        waits(days=0, assignee_id=ctx.actor.staff_id)
    later = Context(ctx.session, SYSTEM, ctx.at + timedelta(days=1))
    after, seen = 0, []
    while after is not None:
        part = escalation.run(later, after)
        seen.append(part.seen)
        after = part.after
    assert seen == [2, 2, 1]
    assert len(notices(ctx)) == 5
