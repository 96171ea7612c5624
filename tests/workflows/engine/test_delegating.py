"""A task is handed to a named colleague who may do it, by whoever could do it or by the section chief."""

from dataclasses import replace

import pytest

from models.case import WorkItem
from services.errors import NotAllowed, NotFound, SomebodyElseWasFaster
from tests.factories.audit import told
from tests.factories.staff import employ
from workflows.engine import runner


@pytest.fixture
def colleague(ctx):
    return employ(ctx.session, "counter", "s-colleague")


def taker(ctx, item):
    return ctx.session.get(WorkItem, item).assignee_id


def test_a_colleague_with_the_right_gets_the_task_and_the_record_says_so(ctx, waits, colleague):
    item = waits(assignee_id=ctx.actor.staff_id)
    runner.delegate(ctx, item, colleague.staff_id)
    assert taker(ctx, item) == colleague.staff_id
    assert ctx.session.get(WorkItem, item).taken_at == ctx.at
    assert [event.tag for event in told(ctx.session, "task:delegated")] == ["task:delegated"]


def test_what_nobody_has_taken_can_be_handed_on(ctx, waits, colleague):
    item = waits()
    runner.delegate(ctx, item, colleague.staff_id)
    assert taker(ctx, item) == colleague.staff_id


def test_somebody_without_the_right_is_refused_by_name_and_reason(ctx, waits, colleague, actor_verifier):
    item = waits(assignee_id=ctx.actor.staff_id)
    with pytest.raises(NotAllowed, match="照合 一郎さんには回せません"):
        runner.delegate(ctx, item, actor_verifier.staff_id)
    assert taker(ctx, item) == ctx.actor.staff_id


def test_who_entered_it_does_not_get_its_verification(ctx, waits, colleague):
    item = waits(excluded_staff=[colleague.staff_number])
    with pytest.raises(NotAllowed, match="入力した本人"):
        runner.delegate(ctx, item, colleague.staff_id)


def test_who_must_not_do_a_task_does_not_choose_who_does(ctx, waits, colleague):
    item = waits(excluded_staff=[ctx.actor.staff_number])
    with pytest.raises(NotAllowed):
        runner.delegate(ctx, item, colleague.staff_id)


def test_somebody_of_another_office_is_refused(ctx, waits, colleague):
    far = employ(ctx.session, "counter", "s-far", "77")
    with pytest.raises(NotAllowed, match="配属"):
        runner.delegate(ctx, waits(), far.staff_id)
    with pytest.raises(NotFound):
        runner.delegate(replace(ctx, actor=far), waits(), colleague.staff_id)


def test_what_somebody_else_has_is_handed_on_by_the_chief_only(
    ctx, waits, colleague, actor_verifier, actor_section_chief
):
    item = waits(role="verifier", assignee_id=colleague.staff_id)
    with pytest.raises(NotAllowed):
        runner.delegate(ctx, item, actor_verifier.staff_id)
    runner.delegate(replace(ctx, actor=actor_section_chief), item, actor_verifier.staff_id)
    assert taker(ctx, item) == actor_verifier.staff_id


def test_what_is_done_or_there_already_is_not_handed_on(ctx, waits, colleague, actor_section_chief):
    chief = replace(ctx, actor=actor_section_chief)
    with pytest.raises(SomebodyElseWasFaster):
        runner.delegate(chief, waits(state="done"), colleague.staff_id)
    with pytest.raises(SomebodyElseWasFaster, match="すでに"):
        runner.delegate(chief, waits(assignee_id=colleague.staff_id), colleague.staff_id)
