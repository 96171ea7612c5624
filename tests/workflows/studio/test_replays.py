"""A draft run over finished cases: what would have gone another way, waited longer, asked for more."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.case import Case
from models.replay import ReplayResult, ReplayRun
from services.context import SYSTEM, Actor
from services.errors import RuleBroken, SomebodyElseWasFaster
from services.job_kinds import Progress, Work
from tests.factories.cases import UnitOfWork
from tests.factories.processes import review
from tests.factories.staff import employ
from tests.workflows.studio.conftest import ROLES
from workflows.engine import definitions, runner, waking
from workflows.engine.bundle import Bundle
from workflows.studio import drafts, replays
from workflows.studio.parcel_files import as_zip

LARGE, SMALL = {"amount": 12_000, "reason": "収入の減"}, {"amount": 5, "reason": "少額"}
TIMER = '<bpmn:timerEventDefinition><bpmn:timeDuration>"P3D"</bpmn:timeDuration></bpmn:timerEventDefinition>'


def work(uow: UnitOfWork, counter: Actor, verifier: Actor, entry: dict, at: datetime, *, late: bool) -> int:
    """A review from its beginning to its end; `late`: the decision is not made and its timer ends it."""
    with uow(counter, at) as ctx:
        (item,) = runner.begin(ctx, "review", {"application_id": 7}).opened
    with uow(counter, at + timedelta(hours=1)) as ctx:
        done = runner.complete(ctx, item.id, entry)
    then = at + timedelta(hours=2)
    if late:
        then = at + timedelta(days=15)
        with uow(SYSTEM, then) as ctx:
            assert waking.wake(ctx, done.case_id)
            item = ctx.session.scalars(select_open(done.case_id)).one()
    elif entry is LARGE:
        with uow(verifier, then) as ctx:
            (item,) = runner.complete(ctx, done.opened[0].id, entry).opened
    else:
        (item,) = done.opened
    with uow(counter, then + timedelta(hours=1)) as ctx:
        assert runner.complete(ctx, item.id, entry).ended
    return done.case_id


def select_open(case_id: int):
    from models.case import WorkItem

    return select(WorkItem).where(WorkItem.case_id == case_id, WorkItem.state == "open")


@pytest.fixture
def cases(session: Session, uow: UnitOfWork, clock: datetime) -> list[int]:
    """Three finished reviews: decided, too small to be decided, decided by nobody in time."""
    with uow(SYSTEM) as ctx:
        definitions.publish_shipped(ctx, review())
    counter, verifier = employ(session, "counter", "2001"), employ(session, "verifier", "2002")
    return [
        work(uow, counter, verifier, LARGE, clock, late=False),
        work(uow, counter, verifier, SMALL, clock, late=False),
        work(uow, counter, verifier, LARGE, clock, late=True),
    ]


def replayed(uow: UnitOfWork, author: Actor, clock: datetime, old: str, new: str) -> ReplayRun:
    """The replay of a draft in which a part of the diagram is another, over all cases."""
    changed = Bundle("review", {"review": review().bpmn["review"].replace(old, new)}, {}, review().forms)
    with uow(author) as ctx:
        draft_id, _ = drafts.begin_from_files(ctx, "review.zip", as_zip(changed), ROLES)
    with uow(author) as ctx:
        assert [one for one in drafts.check(ctx, draft_id, 1, ROLES) if not one.is_warning] == []
        first, last = clock.date(), clock.date() + timedelta(days=40)
        run_id = replays.ask(ctx, draft_id, 1, first, last).id
    progress = a_step(uow, author, run_id)
    assert (progress.finished, progress.done, progress.total) == (True, 3, 3)
    with uow(author) as ctx:
        return replays.get(ctx, run_id)


def a_step(uow: UnitOfWork, author: Actor, run_id: int) -> Progress:
    """A step as the worker does it: the cases are read, played again, and what was found is kept."""
    work = Work(1, {"run": run_id}, {}, 0, 3, 1)
    with uow(author) as ctx:
        read = replays.read(ctx, work)
    played = replays.play(read)
    with uow(author) as ctx:
        return replays.step(ctx, replace(work, ahead=played))


def results(uow: UnitOfWork, run: ReplayRun) -> dict[int, tuple[list[str], dict]]:
    with uow(SYSTEM) as ctx:
        rows = ctx.session.scalars(select(ReplayResult).where(ReplayResult.run_id == run.id))
        return {row.case_id: (row.kinds, row.told) for row in rows}


def test_the_same_diagram_takes_every_case_as_it_was(
    uow: UnitOfWork, author: Actor, cases: list[int], clock: datetime
) -> None:
    run = replayed(uow, author, clock, 'name="通知"', 'name="結果の通知"')
    assert run.counts == {"same": 3, "played": 3}
    assert run.passes["review.ask"] == [3, 3]
    assert run.passes["review.decide"] == [1, 1]
    assert run.passes["review.late"] == [1, 1]
    assert results(uow, run) == {}
    with uow(author) as ctx:
        assert {row.state for row in ctx.session.scalars(select(Case))} == {"done"}


def test_another_limit_sends_a_case_another_way_and_asks_another_approval(
    uow: UnitOfWork, author: Actor, cases: list[int], clock: datetime
) -> None:
    run = replayed(uow, author, clock, "form.ask.amount &lt; 10", "form.ask.amount &lt; 2")
    assert run.counts == {"same": 2, "approval": 1, "played": 3}
    assert results(uow, run) == {cases[1]: (["approval"], {"added": ["decide"]})}
    other = replayed_over(uow, author, clock, "form.ask.amount &lt; 10", "form.ask.amount &gt; 10")
    assert results(uow, other)[cases[0]] == (["way"], {"gone": ["decide"], "come": []})
    assert results(uow, other)[cases[2]][0] == ["way"]


def replayed_over(uow: UnitOfWork, author: Actor, clock: datetime, old: str, new: str) -> ReplayRun:
    with uow(author) as ctx:
        mine = drafts.list_drafts(ctx)[0]
        drafts.discard(ctx, mine.id, mine.lock_version)
    return replayed(uow, author, clock, old, new)


def test_a_new_timer_makes_cases_wait_longer(
    uow: UnitOfWork, author: Actor, cases: list[int], clock: datetime
) -> None:
    wait = (
        '<bpmn:sequenceFlow id="f7" sourceRef="count" targetRef="pause"/>'
        f'<bpmn:intermediateCatchEvent id="pause" name="3日待つ">{TIMER}</bpmn:intermediateCatchEvent>'
        '<bpmn:sequenceFlow id="f9" sourceRef="pause" targetRef="end"/>'
    )
    run = replayed(uow, author, clock, '<bpmn:sequenceFlow id="f7" sourceRef="count" targetRef="end"/>', wait)
    assert run.counts["longer"] == 3
    assert results(uow, run)[cases[0]] == (
        ["way", "longer"],
        {"gone": [], "come": ["pause"], "minutes": 3 * 24 * 60},
    )


def test_a_form_that_would_not_take_the_entry_is_told(
    uow: UnitOfWork, author: Actor, cases: list[int], clock: datetime
) -> None:
    stricter = review()
    stricter.forms["review/ask"]["schema"] = {
        **stricter.forms["review/ask"]["schema"],
        "properties": {
            **stricter.forms["review/ask"]["schema"]["properties"],
            "amount": {"type": "integer", "title": "金額", "x-title-en": "Amount", "minimum": 100},
        },
    }
    with uow(author) as ctx:
        draft_id, _ = drafts.begin_from_files(ctx, "review.zip", as_zip(stricter), ROLES)
    with uow(author) as ctx:
        assert [one for one in drafts.check(ctx, draft_id, 1, ROLES) if not one.is_warning] == []
        day = clock.date()
        run_id = replays.ask(ctx, draft_id, 1, day, day + timedelta(days=40)).id
    a_step(uow, author, run_id)
    with uow(author) as ctx:
        run = replays.get(ctx, run_id)
        with pytest.raises(RuleBroken, match="理由"):
            replays.sign(ctx, run_id, "")
        replays.sign(ctx, run_id, "少額の件は様式を直してから公開する")
        with pytest.raises(SomebodyElseWasFaster):
            replays.sign(ctx, run_id, "もう一度")
    assert results(uow, run) == {cases[1]: (["form"], {"refused": ["ask"]})}


def test_a_period_in_which_nothing_ended_is_refused(
    uow: UnitOfWork, author: Actor, cases: list[int], clock: datetime
) -> None:
    with uow(author) as ctx:
        draft_id, _ = drafts.begin_from_files(ctx, "review.zip", as_zip(review()), ROLES)
    with uow(author) as ctx:
        drafts.check(ctx, draft_id, 1, ROLES)
    day = clock.date()
    with pytest.raises(RuleBroken, match="終わった案件はありません"), uow(author) as ctx:
        replays.ask(ctx, draft_id, 1, day - timedelta(days=9), day - timedelta(days=5))
    with pytest.raises(RuleBroken, match="期間"), uow(author) as ctx:
        replays.ask(ctx, draft_id, 1, day, day - timedelta(days=1))
