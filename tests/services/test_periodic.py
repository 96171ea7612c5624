"""Regular work begins when its rule says, is made up for after an outage, and is never done twice."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice

import pytest
from sqlalchemy import select

from models.audit.tags import Tag
from models.job import Job, PeriodicJob
from models.masters import Holiday
from services import periodic
from services.context import JST, SYSTEM, Actor, Context
from services.errors import NotFound, RuleBroken, SomebodyElseWasFaster
from services.job_kinds import Kind
from services.periodic import CALENDAR, Daily, MonthlyWorkingDay, Periodic, Yearly
from tests.factories.audit import told
from tests.factories.jobs import kinds

NIGHT = Periodic("night", "夜の処理", "Night work", "night", Daily(time(1, 0)))
MONTH = Periodic(
    "month",
    "月次",
    "Monthly",
    "night",
    MonthlyWorkingDay(1, time(5, 0)),
    each_period=True,
    payload=lambda due: {"month": due.period},
)


@pytest.fixture(autouse=True)
def calendar() -> Iterator[None]:
    before = dict(CALENDAR)
    CALENDAR.clear()
    for one in (NIGHT, MONTH):
        periodic.register(one)
    with kinds(Kind("night", "夜の処理", "Night work", lambda _ctx, _work: None)):
        yield
    CALENDAR.clear()
    CALENDAR.update(before)


@pytest.fixture
def system(ctx: Context) -> Context:
    return replace(ctx, actor=SYSTEM)


def at(ctx: Context, *moment: int) -> Context:
    """The same at a moment in Japan."""
    return replace(ctx, at=datetime(*moment, tzinfo=JST).astimezone(UTC))


def keys(ctx: Context) -> list[str]:
    return list(ctx.session.scalars(select(Job.idempotency_key).order_by(Job.id)))


def first(rule: periodic.Rule, day: date, closed: frozenset[date] = frozenset(), count: int = 3):
    return [
        (one.period, f"{one.at:%Y-%m-%d %H:%M}")
        for one in islice(rule.from_day(day, lambda _: closed), count)
    ]


def test_a_month_begins_with_its_first_working_day() -> None:
    rule = MonthlyWorkingDay(1, time(5, 0))
    assert first(rule, date(2026, 10, 20)) == [
        ("2026-10", "2026-10-01 05:00"),
        ("2026-11", "2026-11-02 05:00"),
        ("2026-12", "2026-12-01 05:00"),
    ]
    assert first(rule, date(2027, 1, 9), count=1) == [("2027-01", "2027-01-04 05:00")], "after the holidays"
    closed = frozenset({date(2026, 12, 1)})
    assert first(rule, date(2026, 12, 1), closed, 1) == [("2026-12", "2026-12-02 05:00")]


def test_days_and_years_are_those_of_japan() -> None:
    assert first(Daily(time(0, 5)), date(2026, 12, 31), count=2) == [
        ("2026-12-31", "2026-12-31 00:05"),
        ("2027-01-01", "2027-01-01 00:05"),
    ]
    assert first(Yearly(4, 1, time(3, 0)), date(2026, 5, 1), count=2) == [
        ("2026", "2026-04-01 03:00"),
        ("2027", "2027-04-01 03:00"),
    ]


def test_it_is_asked_for_once_a_period_however_often_one_looks(system: Context) -> None:
    for minute in (0, 1, 2):
        periodic.ask_due(at(system, 2026, 11, 24, 1, minute))
    periodic.ask_due(at(system, 2026, 11, 25, 0, 59))
    assert keys(system) == ["periodic:night:2026-11-24"]
    periodic.ask_due(at(system, 2026, 11, 25, 1, 0))
    assert keys(system)[1:] == ["periodic:night:2026-11-25"]


def test_the_first_look_begins_with_the_day_in_hand(system: Context) -> None:
    periodic.ask_due(at(system, 2026, 11, 24, 9, 0))
    assert keys(system) == ["periodic:night:2026-11-24"]


def test_after_an_outage_each_month_is_made_up_for_and_the_night_once(system: Context) -> None:
    periodic.ask_due(at(system, 2026, 10, 2, 0, 30))
    periodic.ask_due(at(system, 2026, 12, 1, 9, 0))
    assert keys(system) == [
        "periodic:night:2026-12-01",
        "periodic:month:2026-11",
        "periodic:month:2026-12",
    ]
    (november, december) = system.session.scalars(
        select(Job.payload).where(Job.idempotency_key.startswith("periodic:month")).order_by(Job.id)
    )
    assert (november, december) == ({"month": "2026-11"}, {"month": "2026-12"})


def test_a_closed_day_of_the_office_moves_the_working_day(system: Context) -> None:
    system.session.add(Holiday(day=date(2026, 12, 1), name="開庁記念日"))
    periodic.ask_due(at(system, 2026, 12, 1, 9, 0))
    assert "periodic:month:2026-12" not in keys(system)
    periodic.ask_due(at(system, 2026, 12, 2, 9, 0))
    assert "periodic:month:2026-12" in keys(system)


def test_what_was_missed_while_it_was_off_is_not_made_up_for(
    system: Context, actor_administrator: Actor
) -> None:
    admin = replace(system, actor=actor_administrator)
    periodic.switch(at(admin, 2026, 11, 20, 9, 0), "night", enabled=False, because="移行作業のため")
    periodic.ask_due(at(system, 2026, 11, 24, 9, 0))
    assert "periodic:night:2026-11-24" not in keys(system)
    periodic.switch(at(admin, 2026, 11, 24, 10, 0), "night", enabled=True, because="作業が終わったため")
    periodic.ask_due(at(system, 2026, 11, 24, 11, 0))
    assert keys(system) == []
    periodic.ask_due(at(system, 2026, 11, 25, 1, 0))
    assert keys(system) == ["periodic:night:2026-11-25"]
    assert len(told(system.session, Tag.PERIODIC_STARTED)) == 1
    assert system.session.get_one(PeriodicJob, "night").changed_by_id == actor_administrator.staff_id


@pytest.mark.parametrize("because", ["", "  ", "あ" * 201])
def test_switching_needs_a_reason(ctx: Context, because: str) -> None:
    with pytest.raises(RuleBroken):
        periodic.switch(ctx, "night", enabled=False, because=because)
    with pytest.raises(NotFound):
        periodic.switch(ctx, "nothing", enabled=False, because="理由")
    with pytest.raises(SomebodyElseWasFaster):
        periodic.switch(ctx, "night", enabled=True, because="理由")


def test_it_runs_now_in_the_name_of_who_says_so_but_not_twice_at_a_time(
    ctx: Context, actor_administrator: Actor
) -> None:
    admin = at(replace(ctx, actor=actor_administrator), 2026, 11, 24, 9, 0)
    job = periodic.run_now(admin, "month")
    assert job.payload == {"month": "2026-11"}
    assert job.asked_by_id == actor_administrator.staff_id
    with pytest.raises(SomebodyElseWasFaster):
        periodic.run_now(replace(admin, at=admin.at + timedelta(minutes=1)), "month")
    job.state = "done"
    again = periodic.run_now(replace(admin, at=admin.at + timedelta(minutes=2)), "month")
    assert again.id != job.id


def test_the_calendar_shows_when_each_begins_next_and_what_became_of_it(system: Context) -> None:
    looked = at(system, 2026, 11, 24, 9, 0)
    periodic.ask_due(looked)
    night, month = periodic.read(looked)
    assert night.next_at == datetime(2026, 11, 25, 1, 0, tzinfo=JST)
    assert night.last is not None
    assert night.last.state == "waiting"
    assert (month.next_at, month.last) == (datetime(2026, 12, 1, 5, 0, tzinfo=JST), None)
    assert (month.periodic.rule.ja, month.periodic.rule.en) == (
        "毎月 第1開庁日 05:00",
        "monthly on working day 1 at 05:00",
    )
