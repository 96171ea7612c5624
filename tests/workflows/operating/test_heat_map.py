"""Numbers on the diagram: where cases stand, how often and how fast steps are done, what is late."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from models.case import WorkItem
from services import incidents
from services.context import Actor
from services.errors import NotFound
from services.incidents import Failure
from tests.factories.cases import UnitOfWork
from tests.factories.small_processes import Ask, a_bundle
from tests.workflows.operating.conftest import ASK, TELL, Publish, begin, go_on, up_to_check
from workflows.operating import heat_map
from workflows.operating.heat_map import HeatMap, Period, Step

CHECKED = a_bundle("small", [ASK, Ask("check", "審査", properties={"due_days": "2"}), TELL])
NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30))
HOUR = 3600.0


def read(uow: UnitOfWork, actor: Actor, period: Period = NOVEMBER) -> HeatMap:
    with uow(actor) as ctx:
        return heat_map.read(ctx, "small", CHECKED.hash, period, all_versions=True)


def step(found: HeatMap, element_id: str) -> Step:
    return next(one for one in found.steps if one.element_id == element_id)


def done_after(session: Session, item: WorkItem, lasted: timedelta) -> None:
    row = session.get_one(WorkItem, item.id)
    row.done_at = row.created_at + lasted
    session.commit()


def test_steps_are_counted_with_median_slow_end_and_what_is_late(
    session: Session, uow: UnitOfWork, publish: Publish, actor_administrator: Actor, actor_counter: Actor
) -> None:
    publish(CHECKED)
    for hours in (1, 2, 3, 200):
        waits = up_to_check(uow, actor_counter)
        go_on(uow, actor_counter, waits)
        done_after(session, waits.opened[0], timedelta(hours=hours))
    begin(uow, actor_counter)
    found = read(uow, actor_administrator, Period(date(2026, 11, 1), date(2026, 12, 31)))
    check = step(found, "check")
    assert (check.passed, check.late, check.here) == (4, 1, 0)
    assert check.median == pytest.approx(2.5 * HOUR, abs=1)
    assert check.slow == pytest.approx(200 * HOUR, abs=1)
    assert check.allowed == pytest.approx(62 * HOUR, abs=1)  # Monday, 10:00, to the end of Wednesday
    assert (step(found, "ask").here, step(found, "tell").here) == (1, 4)
    assert [one.element_id for one in found.bottlenecks] == ["check"]


def test_only_what_ended_in_the_period_counts(
    session: Session, uow: UnitOfWork, publish: Publish, actor_administrator: Actor, actor_counter: Actor
) -> None:
    publish(CHECKED)
    waits = up_to_check(uow, actor_counter)
    go_on(uow, actor_counter, waits)
    done_after(session, waits.opened[0], timedelta(days=30))
    assert step(read(uow, actor_administrator), "check").passed == 0
    assert step(read(uow, actor_administrator), "ask").passed == 1


def test_open_tasks_past_their_due_day_and_incidents_stand_at_their_step(
    uow: UnitOfWork, publish: Publish, actor_administrator: Actor, actor_counter: Actor, clock: datetime
) -> None:
    publish(CHECKED)
    case_id = up_to_check(uow, actor_counter).case_id
    with uow(actor_counter) as ctx:
        incidents.note(ctx, Failure("service", "unexpected:ValueError", case_id, element_id="tell"))
    with uow(actor_administrator, clock + timedelta(days=30)) as ctx:
        found = heat_map.read(ctx, "small", CHECKED.hash, NOVEMBER, all_versions=False)
    assert (step(found, "check").here, step(found, "check").late_here) == (1, 1)
    assert step(found, "tell").incidents == 1


def test_the_numbers_cost_the_same_few_statements_for_one_case_and_for_many(
    session: Session, uow: UnitOfWork, publish: Publish, actor_administrator: Actor, actor_counter: Actor
) -> None:
    publish(CHECKED)
    counts = []
    for _ in range(2):
        for _ in range(5):
            go_on(uow, actor_counter, begin(uow, actor_counter))
        asked: list[str] = []

        def note(_c: object, _cu: object, statement: str, *_more: object, asked: list[str] = asked) -> None:
            if statement.startswith("SELECT"):
                asked.append(statement)

        engine = session.get_bind()
        event.listen(engine, "before_cursor_execute", note)
        read(uow, actor_administrator)
        event.remove(engine, "before_cursor_execute", note)
        assert not any("blob" in statement for statement in asked)
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 8


def test_there_is_no_map_of_a_version_that_is_not_there(uow: UnitOfWork, actor_administrator: Actor) -> None:
    with uow(actor_administrator) as ctx, pytest.raises(NotFound):
        heat_map.read(ctx, "small", "0" * 64, NOVEMBER, all_versions=True)
