"""What two do to lists of deductions at the same moment is done once: made, begun, asked for as letters."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time
from functools import partial

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from models.assessment import Assessment
from models.audit.tags import Tag
from models.document import PrintRequest
from models.job import FAILED
from models.pension_deduction import (
    APPROVED,
    DECIDING,
    PROVISIONAL,
    PensionDeduction,
    PensionFact,
    PensionList,
)
from rules.periods import FiscalYear
from rules.premium.pension_deduction import APRIL, CARE, ENOUGH, HALF, OCTOBER, TOLD, TRANSFER
from services import audit, jobs, unit_of_work
from services.context import JST, SYSTEM, Actor, Context
from services.demonstration import assessments, load
from services.demonstration.city import Size
from services.errors import SomebodyElseWasFaster
from services.job_kinds import Progress, Work
from services.pensions import letters, letters_of_list, list_work, lists
from services.pensions.candidates import look_at
from services.pensions.letters import NoDeduction
from services.pensions.letters_of_list import AskedOfList
from services.premium_notices.asking import NoticeWaits
from tests.factories.at_once import at_once
from tests.factories.people import a_household, someone
from tests.factories.staff import employ
from tests.fixtures.databases import connect
from tests.workflows.engine.real_office import open_for_deeds

YEAR = 2026
JULY = datetime.combine(date(YEAR, 7, 10), time(10), JST)
BY_PENSION = {TOLD, ENOUGH, CARE, HALF, TRANSFER}
PLACE = "見本県見本市架空町1丁目1番1号"


def a_list(ctx: Context, maker: Actor) -> int:
    """An approved list by which April, June and August take 3,000 yen each of one household."""
    head = someone(ctx, "年金　花", "ネンキン　ハナ", "1955-01-02", PLACE)
    made = PensionList(fiscal_year=YEAR, month=APRIL, decided_on=ctx.today, made_at=ctx.at, state=APPROVED)
    made.made_by_id, made.made_by_number = maker.staff_id or 0, maker.staff_number
    made.decided_by_number = "another"
    ctx.session.add(made)
    ctx.session.flush()
    decided = PensionDeduction(
        household_id=a_household(ctx, head, insured_head=True, since=date(2020, 4, 1)).id,
        person_id=head,
        fiscal_year=YEAR,
        kind=PROVISIONAL,
        payer_code="101",
        list_id=made.id,
        deducted=[3000, 3000, 3000, 0, 0, 0],
        regular=[0] * 10,
        goes_on=True,
        is_settled=False,
        decided_on=ctx.today,
        decided_at=ctx.at,
    )
    ctx.session.add(decided)
    audit.record(ctx, Tag.PENSION_LIST_APPROVED, f"pension_list:{made.id}")
    return made.id


def test_two_who_ask_for_the_letters_of_a_list_at_once_ask_for_each_once(
    fresh_url: str, keys: object, clock: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    del keys
    engine: Engine = connect(fresh_url)
    monkeypatch.setattr(unit_of_work, "_factory", [open_for_deeds(engine)])
    with Session(engine, expire_on_commit=False) as session:
        clerk = employ(session, "certificate_clerk")
    with unit_of_work.unit_of_work(clerk, clock) as ctx:
        list_id = a_list(ctx, clerk)

    def press() -> AskedOfList:
        with unit_of_work.unit_of_work(clerk, clock) as ctx:
            return letters_of_list.ask_of_list(ctx, list_id)

    came = at_once(press, press)
    assert [one for one in came if isinstance(one, AskedOfList)] == [AskedOfList(1, 0, 0, 0)]
    assert [type(one) for one in came if isinstance(one, Exception)] == [NoDeduction]
    with Session(engine) as session:
        assert len(session.scalars(select(PrintRequest)).all()) == 1
    engine.dispose()


def test_the_letters_of_a_list_and_one_of_its_letters_asked_for_at_once_wait_for_each_other(
    fresh_url: str, keys: object, clock: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    del keys
    engine: Engine = connect(fresh_url)
    monkeypatch.setattr(unit_of_work, "_factory", [open_for_deeds(engine)])
    with Session(engine, expire_on_commit=False) as session:
        clerk = employ(session, "certificate_clerk")
    with unit_of_work.unit_of_work(clerk, clock) as ctx:
        list_id = a_list(ctx, clerk)
        first = ctx.session.scalars(select(PensionDeduction)).one()
        told = {one.key: getattr(first, one.key) for one in PensionDeduction.__mapper__.column_attrs}
        del told["id"]
        homes = [first.household_id]
        for number in range(8):
            head = someone(ctx, f"年金　花{number}", "ネンキン　ハナ", "1955-01-02", PLACE)
            homes.append(a_household(ctx, head, insured_head=True, since=date(2020, 4, 1)).id)
            ctx.session.add(PensionDeduction(**told | {"household_id": homes[-1], "person_id": head}))
        audit.record(ctx, Tag.PENSION_LIST_APPROVED, f"pension_list:{list_id}")

    def press(deed: Callable[[Context], object]) -> object:
        with unit_of_work.unit_of_work(clerk, clock) as ctx:
            return deed(ctx)

    came = at_once(
        lambda: press(lambda ctx: letters_of_list.ask_of_list(ctx, list_id)),
        *(partial(press, partial(ask_one, home)) for home in homes[-3:]),
    )
    assert {type(one) for one in came} <= {AskedOfList, PrintRequest, NoticeWaits}
    with Session(engine) as session:
        asked = session.scalars(select(PrintRequest.household_id)).all()
    assert sorted(asked) == homes
    engine.dispose()


def ask_one(household_id: int, ctx: Context) -> PrintRequest:
    return letters.ask(ctx, household_id, YEAR)


def test_a_job_that_failed_stands_on_the_list_until_nothing_is_left_to_ask_for(
    ctx: Context, actor_certificate_clerk: Actor
) -> None:
    desk = replace(ctx, actor=actor_certificate_clerk)
    made = ctx.session.get_one(PensionList, a_list(desk, actor_certificate_clerk))
    key = f"{letters_of_list.LETTERS}:{made.id}:before"
    job = jobs.ask(desk, letters_of_list.LETTERS, key, {"list": made.id, "after": 0})
    job.state = FAILED
    ctx.session.flush()
    assert letters_of_list.work_of(desk, made) == job
    assert letters_of_list.ask_of_list(desk, made.id) == AskedOfList(1, 0, 0, 0)
    assert letters_of_list.work_of(desk, made) is None


def two_approved_lists(ctx: Context, maker: Actor) -> list[int]:
    """Two lists of one October that name the same household, both approved, none begun."""
    ids = set(ctx.session.scalars(select(Assessment.household_id)))
    head = next(
        one.person_id
        for one in look_at(ctx, FiscalYear(YEAR), OCTOBER, ids)
        if all(check.holds for check in one.checks if check.code not in BY_PENSION)
    )
    told = PensionFact(person_id=head, fiscal_year=YEAR, payer_code="101", recorded_at=ctx.at)
    told.annual, told.care_premium, told.is_care_deducted = 2_400_000, 72_000, True
    ctx.session.add(told)
    ctx.session.flush()
    made = []
    for _ in range(2):
        one = PensionList(
            fiscal_year=YEAR, month=OCTOBER, decided_on=ctx.today, made_at=ctx.at, state=DECIDING
        )
        one.made_by_id, one.made_by_number = maker.staff_id or 0, maker.staff_number
        ctx.session.add(one)
        ctx.session.flush()
        lists.fill(ctx, one)
        assert one.concerned == 1
        audit.record(ctx, Tag.PENSION_LIST_MADE, f"pension_list:{one.id}")
        made.append(one.id)
    return made


def a_city(engine: Engine) -> tuple[Actor, list[int]]:
    """An assessed city with two approved lists of one month, and the clerk who made them."""
    with Session(engine, expire_on_commit=False) as session:
        clerk = employ(session, "counter")
    with unit_of_work.unit_of_work(SYSTEM, JULY) as ctx:
        load.load(ctx, Size(60, 280), lambda _line: None)
        assert assessments.assess_city(ctx, YEAR) is not None
    with unit_of_work.unit_of_work(clerk, JULY) as ctx:
        return clerk, two_approved_lists(ctx, clerk)


@pytest.mark.postgresql
def test_who_makes_a_list_while_one_is_being_begun_is_refused_at_once(
    fresh_url: str, keys: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    del keys
    engine: Engine = connect(fresh_url, connect_args={"options": "-c lock_timeout=5s"})
    monkeypatch.setattr(unit_of_work, "_factory", [open_for_deeds(engine)])
    clerk, made = a_city(engine)
    with unit_of_work.unit_of_work(clerk, JULY) as under_way:
        list_work.begin(under_way, Work(1, {"list": made[0]}, {}, 0, 1, 1))
        with pytest.raises(SomebodyElseWasFaster), unit_of_work.unit_of_work(clerk, JULY) as ctx:
            lists.make(ctx, YEAR, OCTOBER)
        audit.record(under_way, Tag.JOB_DONE, "job:1")
    engine.dispose()


def test_two_workers_that_begin_lists_of_one_month_at_once_decide_each_household_once(
    fresh_url: str, keys: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    del keys
    engine: Engine = connect(fresh_url)
    monkeypatch.setattr(unit_of_work, "_factory", [open_for_deeds(engine)])
    clerk, made = a_city(engine)

    def work_off(list_id: int) -> Progress | None:
        with unit_of_work.unit_of_work(clerk, JULY) as ctx:
            told = list_work.begin(ctx, Work(1, {"list": list_id}, {}, 0, 1, 1))
            audit.record(ctx, Tag.JOB_DONE, "job:1")
            return told

    begun = at_once(lambda: work_off(made[0]), lambda: work_off(made[1]), lambda: work_off(made[0]))
    assert sorted(one.done for one in begun if one is not None) == [0, 1], begun
    with Session(engine) as session:
        assert len(session.scalars(select(PensionDeduction)).all()) == 1
        assert set(session.scalars(select(PensionList.state))) == {APPROVED}

    def make() -> PensionList:
        with unit_of_work.unit_of_work(clerk, JULY) as ctx:
            return lists.make(ctx, YEAR, OCTOBER)

    came = at_once(make, make)
    assert sorted(type(one).__name__ for one in came) == ["PensionList", SomebodyElseWasFaster.__name__]
    engine.dispose()
