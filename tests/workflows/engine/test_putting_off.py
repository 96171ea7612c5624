from dataclasses import replace
from datetime import timedelta

import pytest

from models.audit.tags import Tag
from models.case import WorkItem
from models.masters import Holiday
from services.errors import NotAllowed, SomebodyElseWasFaster
from tests.factories.audit import told
from tests.factories.staff import employ
from workflows.engine.putting_off import FollowUpRefused, put_off, working_day


def item(ctx, item_id):
    return ctx.session.get(WorkItem, item_id)


def test_a_task_is_put_off_until_a_day_and_back_again(ctx, waits):
    one, day = waits(days=20), working_day(ctx, 3)
    put_off(ctx, one, day)
    assert item(ctx, one).follow_up_on == day
    put_off(ctx, one, None)
    assert item(ctx, one).follow_up_on is None
    with pytest.raises(FollowUpRefused):
        put_off(ctx, one, None)
    assert len(told(ctx.session, Tag.TASK_PUT_OFF)) == 2


def test_working_days_pass_over_the_days_on_which_the_office_is_closed(ctx):
    first = working_day(ctx, 1)
    ctx.session.add(Holiday(day=first, name="閉庁"))
    ctx.session.flush()
    assert working_day(ctx, 1) > first
    assert working_day(ctx, 2) > working_day(ctx, 1)


def test_no_task_is_put_off_to_a_day_that_cannot_be(ctx, waits):
    one, late = waits(days=30), waits(days=-1)
    saturday = ctx.today + timedelta(days=(5 - ctx.today.weekday()) % 7 + 7)
    for day in (ctx.today, ctx.today - timedelta(days=1), ctx.today + timedelta(days=400), saturday):
        with pytest.raises(FollowUpRefused):
            put_off(ctx, one, day)
    with pytest.raises(FollowUpRefused):
        put_off(ctx, late, working_day(ctx, 1))
    assert told(ctx.session, Tag.TASK_PUT_OFF) == []


def test_only_who_could_do_it_or_the_chief_puts_it_off(ctx, waits, actor_section_chief):
    colleague = employ(ctx.session, "counter", "s-colleague")
    day = working_day(ctx, 1)
    theirs, others, done = waits(assignee_id=colleague.staff_id), waits(role="verifier"), waits(state="done")
    for one, refused in (
        (theirs, SomebodyElseWasFaster),
        (others, NotAllowed),
        (done, SomebodyElseWasFaster),
    ):
        with pytest.raises(refused):
            put_off(ctx, one, day)
    chief = replace(ctx, actor=actor_section_chief)
    put_off(chief, theirs, day)
    assert item(ctx, theirs).follow_up_on == day
    with pytest.raises(SomebodyElseWasFaster):
        put_off(chief, done, day)
