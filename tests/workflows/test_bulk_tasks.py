from dataclasses import replace

import pytest

from models.audit.tags import Tag
from models.case import WorkItem
from services import staffing
from services.errors import NotAllowed, NotFound, SomebodyElseWasFaster
from tests.factories.audit import told
from tests.factories.staff import employ
from tests.fixtures.statements import counted
from workflows import bulk_tasks
from workflows.bulk_tasks import MOST, Aim, NothingChosen
from workflows.engine.putting_off import FollowUpRefused, working_day


@pytest.fixture
def colleague(ctx):
    return employ(ctx.session, "counter", "s-colleague")


def outlook(ctx, deed, *ids):
    return [line.why is None for line in bulk_tasks.preview(ctx, deed, ids)]


def test_the_preview_of_taking_says_for_each_whether_it_will_be_done(ctx, waits, colleague):
    free, theirs = waits("空き"), waits("同僚", assignee_id=colleague.staff_id)
    mine, done = waits("自分", assignee_id=ctx.actor.staff_id), waits("済み", state="done")
    kept_apart = waits("入力者", excluded_staff=[ctx.actor.staff_number])
    lines = bulk_tasks.preview(ctx, "take", [theirs, free, mine, done, kept_apart, free])
    assert [(line.name, line.why is None) for line in lines] == [
        ("同僚", False),
        ("空き", True),
        ("自分", False),
        ("済み", False),
        ("入力者", False),
    ]
    assert ctx.session.get(WorkItem, free).assignee_id is None


def test_the_preview_of_giving_back_follows_who_has_it(ctx, waits, colleague, actor_section_chief):
    ids = waits("空き"), waits(assignee_id=colleague.staff_id), waits(assignee_id=ctx.actor.staff_id)
    assert outlook(ctx, "give_back", *ids) == [False, False, True]
    assert outlook(replace(ctx, actor=actor_section_chief), "give_back", *ids) == [False, True, True]


def test_what_one_must_not_see_is_told_as_not_there(ctx, waits):
    elsewhere = employ(ctx.session, "counter", "s-elsewhere", office_code="77")
    ids = waits("ここ"), waits("よその課", office_id=elsewhere.office_id), waits("照合", role="verifier")
    lines = bulk_tasks.preview(ctx, "take", [*ids, 999_999])
    assert [line.name for line in lines] == ["ここ", "—", "—", "—"]
    assert [line.why is None for line in lines] == [True, False, False, False]


@pytest.mark.parametrize(("deed", "ids"), [("take", []), ("take", range(1, MOST + 2)), ("burn", [1])])
def test_nothing_too_many_and_unknown_deeds_are_refused(ctx, deed, ids):
    with pytest.raises(NothingChosen):
        bulk_tasks.preview(ctx, deed, list(ids))


def test_each_task_is_taken_and_given_back_with_an_event(ctx, waits):
    one = waits()
    bulk_tasks.carry_out(ctx, "take", one)
    assert ctx.session.get(WorkItem, one).assignee_id == ctx.actor.staff_id
    bulk_tasks.carry_out(ctx, "give_back", one)
    assert ctx.session.get(WorkItem, one).assignee_id is None
    assert [event.tag for event in told(ctx.session, Tag.TASK_TAKEN, Tag.TASK_GIVEN_BACK)] == [
        Tag.TASK_TAKEN,
        Tag.TASK_GIVEN_BACK,
    ]


def test_what_changed_since_the_preview_is_refused(ctx, waits, colleague):
    taken, free = waits(assignee_id=colleague.staff_id), waits()
    with pytest.raises(SomebodyElseWasFaster):
        bulk_tasks.carry_out(ctx, "take", taken)
    with pytest.raises(NotAllowed):
        bulk_tasks.carry_out(ctx, "give_back", taken)
    with pytest.raises(SomebodyElseWasFaster):
        bulk_tasks.carry_out(ctx, "give_back", free)
    with pytest.raises(NotFound):
        bulk_tasks.carry_out(ctx, "take", 999_999)
    assert told(ctx.session, Tag.TASK_TAKEN, Tag.TASK_GIVEN_BACK) == []


def test_a_preview_costs_one_statement_however_many(ctx, waits, engine):
    ids = [waits() for _ in range(8)]
    ctx.session.expire_all()
    with counted(engine) as seen:
        bulk_tasks.preview(ctx, "take", ids)
    assert len(seen) == 1


def test_the_preview_of_handing_on_says_to_whom_each_can_go(ctx, waits):
    person = employ(ctx.session, "counter", "s-to")
    people = staffing.of_office(ctx.session, ctx.actor.office_id, ctx.today)
    to = next(one for one in people if one.user_id == person.staff_id)
    aim = Aim(to=to)
    ids = waits("空き"), waits(assignee_id=to.user_id), waits(excluded_staff=["s-to"])
    assert outlook(ctx, "hand_to", *ids) == [True, False, True]
    lines = bulk_tasks.preview(ctx, "hand_to", ids, aim)
    assert [line.why is None for line in lines] == [True, False, False]
    bulk_tasks.carry_out(ctx, "hand_to", ids[0], aim)
    assert ctx.session.get(WorkItem, ids[0]).assignee_id == to.user_id


def test_many_are_put_off_and_back_but_none_that_is_overdue(ctx, waits):
    ids = waits("来週", days=9), waits("遅れ", days=-1)
    aim = Aim(until=working_day(ctx, 2))
    lines = bulk_tasks.preview(ctx, "put_off", ids, aim)
    assert [line.why is None for line in lines] == [True, False]
    bulk_tasks.carry_out(ctx, "put_off", ids[0], aim)
    assert ctx.session.get(WorkItem, ids[0]).follow_up_on == aim.until
    assert outlook(ctx, "put_back", *ids) == [True, False]
    bulk_tasks.carry_out(ctx, "put_back", ids[0])
    assert ctx.session.get(WorkItem, ids[0]).follow_up_on is None
    with pytest.raises(FollowUpRefused):
        bulk_tasks.preview(ctx, "put_off", ids, Aim(until=ctx.today))


@pytest.mark.parametrize("deed", ["hand_to", "put_off"])
def test_without_whom_or_until_when_nothing_is_done(ctx, waits, deed):
    one = waits()
    with pytest.raises(NothingChosen):
        bulk_tasks.carry_out(ctx, deed, one)
    assert ctx.session.get(WorkItem, one).assignee_id is None
