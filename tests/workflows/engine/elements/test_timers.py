"""Timers by the clock of the deed: dates, durations, cycles; across save and restore at every step."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.context import JST
from tests.workflows.engine.elements.drawing import boundary, catch, draw, end, flows, start, sub, timer, user
from tests.workflows.engine.elements.playing import BEGIN, Play
from workflows.engine.bundle import Bundle
from workflows.engine.elements.failures import StepFailed
from workflows.engine.elements.timers import after, is_cycle, moment_of


def waiting(kind: str, text: str) -> Bundle:
    return draw(start(), catch("wait", timer(kind, text)), end(), flows("start > wait > end"))


def due(play: Play) -> datetime:
    (task,) = play.workflow.event_manager.tasks.values()
    found: datetime = task.task_spec.event_definition.due_at(task)
    return found


@pytest.mark.parametrize(
    ("kind", "text", "case", "moment"),
    [
        ("timeDate", '"2026-12-01"', {}, datetime(2026, 12, 1, tzinfo=JST)),
        ("timeDate", "case.day", {"day": "2026-12-01"}, datetime(2026, 12, 1, tzinfo=JST)),
        ("timeDate", "date(case.day)", {"day": "2026-12-01"}, datetime(2026, 12, 1, tzinfo=JST)),
        ("timeDate", '"2026-12-01T09:30:00"', {}, datetime(2026, 12, 1, 9, 30, tzinfo=JST)),
        ("timeDate", '"2026-12-01T09:30:00Z"', {}, datetime(2026, 12, 1, 9, 30, tzinfo=UTC)),
        (
            "timeDate",
            'date and time("2026-12-01T09:30:00+09:00")',
            {},
            datetime(2026, 12, 1, 9, 30, tzinfo=JST),
        ),
        ("timeDuration", '"P14D"', {}, BEGIN + timedelta(days=14)),
        ("timeDuration", 'duration("P14D")', {}, BEGIN + timedelta(days=14)),
        ("timeDuration", '"P" + string(case.days) + "DT1H"', {"days": 3}, BEGIN + timedelta(days=3, hours=1)),
        ("timeDuration", '"P2W"', {}, BEGIN + timedelta(days=14)),
        ("timeDuration", '"P1M"', {}, datetime(2026, 12, 23, 10, tzinfo=JST)),
        ("timeDuration", '"P1Y3M"', {}, datetime(2028, 2, 23, 10, tzinfo=JST)),
    ],
)
def test_a_timer_is_due_when_the_diagram_says(
    mode: str, kind: str, text: str, case: dict[str, Any], moment: datetime
) -> None:
    play = Play(waiting(kind, text), mode).begin(**case)
    assert due(play) == moment
    play.at = moment - timedelta(seconds=1)
    assert not play.pass_time(seconds=0).ended
    assert play.pass_time(seconds=1).told == "start wait end"
    assert play.ended


def test_a_date_that_has_passed_is_not_waited_for(mode: str) -> None:
    assert Play(waiting("timeDate", '"2026-11-01"'), mode).begin().ended


@pytest.mark.parametrize("value", [None, 5, "soon", "P", "PT", "-P1D", "P1.5D", ["P1D"]])
def test_what_is_no_duration_fails_by_name_and_tells_no_value(mode: str, value: object) -> None:
    with pytest.raises(StepFailed) as failed:
        Play(waiting("timeDuration", "case.value"), mode).begin(value=value)
    assert (failed.value.element_id, failed.value.code) == ("wait", "timer_value")
    assert str(value) not in str(failed.value) or value is None


@pytest.mark.parametrize("value", [None, 5, "tomorrow", "2026-13-01", "P1D"])
def test_what_is_no_date_fails_by_name(mode: str, value: object) -> None:
    with pytest.raises(StepFailed) as failed:
        Play(waiting("timeDate", "case.value"), mode).begin(value=value)
    assert failed.value.code == "timer_value"


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("timeDuration", "P99999999999Y"),
        ("timeDuration", "P8000Y"),
        ("timeDuration", "P999999999999D"),
        ("timeDuration", "PT" + "9" * 400 + "S"),
        ("timeDate", "0001-01-01"),
        ("timeDate", "9999-12-31T23:59:59-09:00"),
    ],
)
def test_a_moment_that_is_in_no_calendar_fails_by_name(mode: str, kind: str, value: object) -> None:
    with pytest.raises(StepFailed) as failed:
        Play(waiting(kind, "case.value"), mode).begin(value=value)
    assert (failed.value.element_id, failed.value.code) == ("wait", "timer_out_of_range")


def test_a_cycle_that_leads_out_of_the_calendar_is_none() -> None:
    assert is_cycle("R3/P1D", BEGIN)
    assert not is_cycle("R3/P99999999999D", BEGIN)


def work_until(definition: str, *, goes_on: bool) -> Bundle:
    inner = sub("s", start("s1"), user("work"), end("e1"), flows("s1 > work > e1"))
    return draw(
        start(),
        inner,
        boundary("late", "s", definition, goes_on=goes_on),
        user("remind"),
        end(),
        end("e2"),
        flows("start > s > end", "late > remind > e2"),
    )


def test_a_timer_on_the_boundary_ends_the_activity(mode: str) -> None:
    play = Play(work_until(timer("timeDuration", '"P1D"'), goes_on=False), mode).begin()
    play.pass_time(days=1)
    assert play.open == ["remind"]
    assert play.do("remind").ended
    assert "work" not in play.trace


def test_work_that_is_done_in_time_forgets_the_timer(mode: str) -> None:
    play = Play(work_until(timer("timeDuration", '"P1D"'), goes_on=False), mode).begin().do("work")
    assert (play.ended, list(play.workflow.event_manager.tasks)) == (True, [])


def test_a_timer_that_does_not_interrupt_comes_once(mode: str) -> None:
    play = Play(work_until(timer("timeDuration", '"P1D"'), goes_on=True), mode).begin()
    play.pass_time(days=1)
    assert sorted(play.open) == ["remind", "work"]
    play.pass_time(days=10)
    assert sorted(play.open) == ["remind", "work"]
    assert play.do("work").do("remind").ended


def test_a_cycle_comes_as_often_as_it_says_while_the_work_goes_on(mode: str) -> None:
    play = Play(work_until(timer("timeCycle", '"R3/P7D"'), goes_on=True), mode).begin()
    for turn in (1, 2, 3, 3, 3):
        play.pass_time(days=7)
        assert play.open.count("remind") == turn
    play.do("work").do("remind").do("remind").do("remind")
    assert (play.ended, play.trace.count("late")) == (True, 3)


def test_a_cycle_without_end_stops_with_the_work(mode: str) -> None:
    play = Play(work_until(timer("timeCycle", '"R/P1D"'), goes_on=True), mode).begin()
    play.pass_time(days=1).pass_time(days=1).do("work")
    play.pass_time(days=9)
    assert play.open == ["remind", "remind"]


def test_rounds_that_were_missed_are_left_out(mode: str) -> None:
    play = Play(work_until(timer("timeCycle", '"R/P1D"'), goes_on=True), mode).begin()
    play.pass_time(days=30, hours=12)
    assert play.open.count("remind") == 1
    assert due(play) == BEGIN + timedelta(days=31)


def test_a_cycle_may_begin_at_a_moment(mode: str) -> None:
    text = '"R2/2026-12-01T09:00:00/P1M"'
    play = Play(work_until(timer("timeCycle", text), goes_on=True), mode).begin()
    assert due(play) == datetime(2026, 12, 1, 9, tzinfo=JST)
    play.at = datetime(2026, 12, 1, 9, tzinfo=JST)
    play.pass_time(seconds=0)
    assert due(play) == datetime(2027, 1, 1, 9, tzinfo=JST)


@pytest.mark.parametrize("text", ["R3", "R3/", "R3/PT1S", "R3/P0D", "R-1/P1D", "R3/soon/P1D", ""])
def test_what_is_no_cycle_fails_by_name(mode: str, text: str) -> None:
    with pytest.raises(StepFailed) as failed:
        Play(work_until(timer("timeCycle", "case.value"), goes_on=True), mode).begin(value=text)
    assert (failed.value.element_id, failed.value.code) == ("late", "timer_value")


def test_a_month_after_the_31st_is_the_last_day_of_the_next() -> None:
    start_at = datetime(2027, 1, 31, 10, tzinfo=JST)
    assert after(start_at, "P1M") == datetime(2027, 2, 28, 10, tzinfo=JST)
    assert after(start_at, "P13M") == datetime(2028, 2, 29, 10, tzinfo=JST)


def test_a_month_goes_by_the_calendar_of_japan() -> None:
    late_evening = datetime(2026, 11, 30, 20, tzinfo=UTC)  # the 1st of December in Japan
    assert after(late_evening, "P1M") == datetime(2027, 1, 1, 5, tzinfo=JST)


def test_a_day_begins_at_midnight_in_japan() -> None:
    assert moment_of(date(2026, 12, 1)) == datetime(2026, 11, 30, 15, tzinfo=UTC)
    assert moment_of(datetime(2026, 12, 1, 9, tzinfo=UTC)) == datetime(2026, 12, 1, 9, tzinfo=UTC)
