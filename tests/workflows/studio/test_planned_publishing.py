"""A draft comes in force on the day that the second person set: once, checked again, also after an outage."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.case import Definition
from models.definition_plan import DefinitionPlan
from models.staff import User
from services.context import SYSTEM, Actor
from services.errors import NotAllowed, NotFound, RuleBroken, SomebodyElseWasFaster
from services.job_kinds import Work
from tests.factories.audit import told
from tests.factories.cases import UnitOfWork
from tests.factories.staff import employ
from tests.workflows.studio.conftest import ROLES
from workflows.studio import drafts, planned_publishing, publishing
from workflows.studio.elements import Words

WORK = Work(1, {}, {}, 0, None, 1)


@pytest.fixture
def seen(uow: UnitOfWork, author: Actor, draft_id: int) -> int:
    """The count of a changed and checked draft."""
    return rename(uow, author, draft_id, "届出を直す")


def rename(uow: UnitOfWork, author: Actor, draft_id: int, ja: str) -> int:
    with uow(author) as ctx:
        count = drafts.read(ctx, draft_id).lock_version
        drafts.change_element(ctx, draft_id, count, "acquisition", "correct", Words(ja, "Mend it", "5"))
        drafts.check(ctx, draft_id, count + 1, ROLES)
    return count + 1


def plan(uow: UnitOfWork, actor: Actor, draft_id: int, seen: int, day: date) -> int:
    with uow(actor) as ctx:
        return planned_publishing.plan(ctx, draft_id, seen, day, "年度の始めに合わせる", ROLES).id


def a_night(uow: UnitOfWork, at: datetime) -> int:
    """What the job of the calendar does in one night; how many plans it carried out."""
    count, finished = 0, False
    while not finished:
        with uow(SYSTEM, at) as ctx:
            progress = planned_publishing.step(ctx, WORK, ROLES)
        count, finished = count + (not progress.finished), progress.finished
    return count


def versions(uow: UnitOfWork) -> list[tuple[int, str]]:
    with uow(SYSTEM) as ctx:
        rows = ctx.session.scalars(
            select(Definition).where(Definition.slug == "acquisition").order_by(Definition.version)
        )
        return [(row.version, row.state) for row in rows]


def test_it_comes_in_force_on_the_day_and_once_even_after_an_outage(
    uow: UnitOfWork, author: Actor, second: Actor, draft_id: int, seen: int, clock: datetime
) -> None:
    day = clock.date() + timedelta(days=10)
    plan_id = plan(uow, second, draft_id, seen, day)
    assert a_night(uow, clock + timedelta(days=9)) == 0
    assert a_night(uow, clock + timedelta(days=13)) == 1
    assert a_night(uow, clock + timedelta(days=14)) == 0
    assert versions(uow) == [(1, "published"), (2, "published")]
    with uow(SYSTEM) as ctx:
        made, row = ctx.session.get_one(DefinitionPlan, plan_id), ctx.session.scalars(newest()).one()
        assert (made.state, made.version) == ("done", 2)
        assert (row.author_id, row.published_by_id) == (author.staff_id, second.staff_id)
        assert row.reason == "年度の始めに合わせる"
        assert told(ctx.session, "definition:plan_ended")[-1].detail["state"] == "done"


def newest():
    return select(Definition).where(Definition.slug == "acquisition", Definition.version == 2)


def test_a_change_of_the_draft_or_a_hand_cancels_it(
    session: Session,
    uow: UnitOfWork,
    author: Actor,
    second: Actor,
    draft_id: int,
    seen: int,
    clock: datetime,
) -> None:
    day = clock.date() + timedelta(days=3)
    first = plan(uow, second, draft_id, seen, day)
    with pytest.raises(SomebodyElseWasFaster, match="予約"):
        plan(uow, second, draft_id, seen, day)
    seen = rename(uow, author, draft_id, "別の名前")
    again = plan(uow, second, draft_id, seen, day)
    third = employ(session, "administrator", "1003")
    with pytest.raises(NotAllowed, match="作成者と予約した人だけ"), uow(third) as ctx:
        planned_publishing.cancel(ctx, again)
    with uow(second) as ctx:
        planned_publishing.cancel(ctx, again)
        with pytest.raises(NotFound):
            planned_publishing.cancel(ctx, again)
    last = plan(uow, second, draft_id, seen, day)
    with uow(author) as ctx:
        drafts.discard(ctx, draft_id, seen)
    assert a_night(uow, clock + timedelta(days=5)) == 0
    with uow(SYSTEM) as ctx:
        states = [ctx.session.get_one(DefinitionPlan, one).told_ja for one in (first, again, last)]
        assert ["変わった" in states[0], "予約した人" in states[1], "破棄" in states[2]] == [True] * 3
    assert versions(uow) == [(1, "published")]


def test_what_fails_that_night_is_told_to_both_and_the_draft_is_kept(
    session: Session, uow: UnitOfWork, author: Actor, second: Actor, draft_id: int, seen: int, clock: datetime
) -> None:
    plan_id = plan(uow, second, draft_id, seen, clock.date() + timedelta(days=2))
    session.get_one(User, second.staff_id).active = False
    assert a_night(uow, clock + timedelta(days=2)) == 1
    assert versions(uow) == [(1, "published")]
    with uow(author) as ctx:
        for person in (author, second):
            (failed,) = planned_publishing.unseen(ctx.session, person.staff_id)
            assert "権限がなくなって" in failed.told_ja
        assert drafts.read(ctx, draft_id).lock_version == seen
        planned_publishing.confirm_seen(ctx, plan_id)
        assert planned_publishing.unseen(ctx.session, author.staff_id) == []
        assert len(planned_publishing.unseen(ctx.session, second.staff_id)) == 1
    with pytest.raises(NotFound), uow(SYSTEM) as ctx:
        planned_publishing.confirm_seen(ctx, plan_id)


def test_who_may_not_put_it_in_force_may_not_plan_it_either(
    uow: UnitOfWork, author: Actor, second: Actor, draft_id: int, seen: int, clock: datetime
) -> None:
    today = clock.date()
    with pytest.raises(NotAllowed):
        plan(uow, author, draft_id, seen, today + timedelta(days=1))
    for day in (today, today - timedelta(days=1), today + timedelta(days=4_000)):
        with pytest.raises(RuleBroken, match="公開日"):
            plan(uow, second, draft_id, seen, day)
    with pytest.raises(SomebodyElseWasFaster):
        plan(uow, second, draft_id, seen - 1, today + timedelta(days=1))
    planned = plan(uow, second, draft_id, seen, today + timedelta(days=1))
    with uow(second) as ctx:
        publishing.publish(ctx, draft_id, seen, "早めに", ROLES)
        assert "前に公開" in ctx.session.get_one(DefinitionPlan, planned).told_ja
