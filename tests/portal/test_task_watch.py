"""A task that a case has just opened has somebody here who can do it, or the chief is told at once (N2)."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from models.case import WorkItem
from models.masters import Posting
from models.notice import Notice
from portal import clock as clock_of_the_portal
from portal.task_watch import LONGEST_DEED, UNDER_WAY, TaskWatch
from services import notices
from tests.factories.staff import employ
from tests.fixtures.statements import counted


@pytest.fixture
def at(monkeypatch, clock):
    """`at(seconds)` sets the clock; it begins at the fixed moment."""

    def put(seconds):
        moment = clock + timedelta(seconds=seconds)
        monkeypatch.setattr(clock_of_the_portal, "now", lambda: moment)

    put(0)
    return put


@pytest.fixture
def watch(ctx, at):
    """A worker's look at an office with a counter clerk and a chief; it has looked once."""
    employ(ctx.session, "section_chief")
    found = TaskWatch()
    found.look()
    return found


def told(ctx):
    """Of how many tasks that nobody can do the chief knows."""
    return ctx.session.scalar(select(func.max(Notice.number)).where(Notice.kind == notices.NOBODY)) or 0


def test_the_chief_is_told_at_once_of_a_new_task_that_nobody_here_can_do(ctx, waits, watch, at):
    waits(role="counter")
    waits(role="verifier")
    ctx.session.commit()
    at(2)
    watch.look()
    assert told(ctx) == 1
    waits(role="verifier", excluded_staff=["s-x"])
    ctx.session.commit()
    at(4)
    watch.look()
    assert told(ctx) == 2


def test_whoever_entered_it_counts_for_nobody(ctx, waits, watch):
    waits(role="counter", excluded_staff=[ctx.actor.staff_number])
    ctx.session.commit()
    watch.look()
    assert told(ctx) == 1


def test_a_worker_that_begins_looks_at_every_open_task(ctx, waits, at):
    employ(ctx.session, "section_chief")
    waits(role="verifier")
    ctx.session.commit()
    TaskWatch().look()
    assert told(ctx) == 1


def test_a_task_whose_number_is_lower_but_which_came_later_is_found(ctx, waits, watch, at):
    low, high = waits(role="verifier"), waits(role="counter")
    ctx.session.execute(update(WorkItem).where(WorkItem.id == low).values(state="unborn"))
    ctx.session.commit()
    watch.look()
    ctx.session.execute(update(WorkItem).where(WorkItem.id == low).values(state="open"))
    ctx.session.commit()
    at(LONGEST_DEED.total_seconds() - 1)
    watch.look()
    assert told(ctx) == 1
    assert high > low


def test_a_quiet_look_is_one_statement_and_old_tasks_are_let_go(ctx, engine, waits, watch, at):
    first = waits(role="counter")
    ctx.session.execute(update(WorkItem).where(WorkItem.id == first).values(id=first + UNDER_WAY))
    ctx.session.commit()
    watch.look()
    at(LONGEST_DEED.total_seconds() + 1)
    watch.look()
    at(LONGEST_DEED.total_seconds() + 3)
    ctx.session.execute(update(Posting).values(until_on=ctx.today - timedelta(days=1)))
    ctx.session.commit()
    with counted(engine) as statements:
        watch.look()
    assert len(statements) == 1
    assert told(ctx) == 0, "a posting that ends is another's to tell of"


def test_a_look_that_failed_is_made_again(ctx, waits, watch, monkeypatch):
    waits(role="verifier")
    ctx.session.commit()
    with monkeypatch.context() as broken:
        broken.setattr(notices, "tell", lambda *_: (_ for _ in ()).throw(ConnectionError))
        with pytest.raises(ConnectionError):
            watch.look()
    watch.look()
    assert told(ctx) == 1
