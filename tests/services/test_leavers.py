"""Whoever works nowhere since today holds nothing any more (M22)."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from models.case import WorkItem
from models.masters import Posting
from models.saved_filter import SavedFilter
from models.sign_in import UserSession
from models.staff import User
from services import leavers, saved_filters, sign_in
from services.context import Actor, Context
from services.inbox_filters import Filters
from services.sign_in import Terminal
from tests.factories.audit import told
from tests.factories.cases import UnitOfWork, next_item, take_in
from tests.factories.staff import a_role
from workflows import catalog
from workflows.engine import runner

DESK = Terminal("127.0.0.1", b"t" * 32)


@pytest.fixture
def at_work(uow: UnitOfWork, actor_counter: Actor) -> Actor:
    """A counter clerk who has taken a task and is signed in."""
    with uow() as ctx:
        catalog.publish_shipped(ctx)
    item = next_item(take_in(uow, actor_counter))
    with uow(actor_counter) as ctx:
        runner.take(ctx, item)
        sign_in.begin(ctx, actor_counter.staff_id, DESK)
    return actor_counter


def held(ctx: Context, person: Actor) -> tuple[int, int]:
    """How many open tasks and live sessions somebody has."""
    tasks = select(WorkItem.id).where(WorkItem.assignee_id == person.staff_id, WorkItem.state == "open")
    sessions = select(UserSession.id).where(
        UserSession.user_id == person.staff_id, UserSession.ended_at.is_(None)
    )
    return len(ctx.session.scalars(tasks).all()), len(ctx.session.scalars(sessions).all())


def end_posting(ctx: Context, person: Actor, last_day: date) -> None:
    ctx.session.execute(update(Posting).where(Posting.user_id == person.staff_id).values(until_on=last_day))


def test_who_still_works_here_keeps_what_he_holds(ctx: Context, at_work: Actor) -> None:
    end_posting(ctx, at_work, ctx.today)
    assert leavers.sweep(ctx) == 0
    assert held(ctx, at_work) == (1, 1)


def test_the_day_after_the_last_day_tasks_go_back_and_sessions_end(ctx: Context, at_work: Actor) -> None:
    end_posting(ctx, at_work, ctx.today - timedelta(days=1))
    assert leavers.sweep(ctx) == 1
    assert held(ctx, at_work) == (0, 0)
    given_back = told(ctx.session, "task:given_back")
    assert [event.detail for event in given_back] == ['{"because":"posting_ended"}'] or [
        event.detail for event in given_back
    ] == [{"because": "posting_ended"}]
    assert leavers.sweep(ctx) == 0


def test_an_account_that_is_switched_off_holds_nothing(ctx: Context, at_work: Actor) -> None:
    ctx.session.execute(update(User).where(User.id == at_work.staff_id).values(active=False))
    assert leavers.sweep(ctx) == 1
    assert held(ctx, at_work) == (0, 0)


def test_saved_filters_go_with_their_owner_for_they_may_hold_names(
    ctx: Context, actor_counter: Actor
) -> None:
    ctx.session.add(a_role(ctx.session, "verifier"))
    ctx.session.flush()
    mine = replace(ctx, actor=actor_counter)
    for name, group, words in (("自分", "", ""), ("氏名", "counter", "ミホン"), ("期限", "counter", "")):
        saved_filters.save(mine, name, group, "group", Filters(text=words, due="soon"))
    assert leavers.sweep(ctx) == 0
    end_posting(ctx, actor_counter, ctx.today - timedelta(days=1))
    assert leavers.sweep(ctx) == 1
    assert ctx.session.scalars(select(SavedFilter.name)).all() == ["期限"]
    events = told(ctx.session, "filter:removed")
    assert [one.detail["because"] for one in events] == ["posting_ended"] * 2
    assert leavers.sweep(ctx) == 0
