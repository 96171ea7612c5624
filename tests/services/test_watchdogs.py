"""Watchdogs find forgotten rules, open each finding once and close it when its cause is gone (issue 7)."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from models.assessment import PERSON_FLAGS, AssessedPerson, Assessment, AssessmentRun
from models.enrolment import Enrolment
from models.income import UNDECLARED, Income
from models.person import PersonRecord
from models.premium_receipt import PremiumReceipt
from models.watch import GONE, OPEN, SETTLED, WatchFinding
from services import premium_receipts
from services.context import Actor, Context
from services.demonstration import assessments, load
from services.demonstration.city import Size
from services.errors import NotAllowed, RuleBroken, SomebodyElseWasFaster
from services.job_kinds import Work
from services.parameter_reading import EntryRefused
from services.watching import composed, findings, shipped
from services.watching.composed import Condition, WatchTooSlow
from tests.factories.audit import told

YEAR = 2026


@pytest.fixture
def june(ctx: Context) -> AssessmentRun:
    load.load(ctx, Size(40, 180), lambda _line: None)
    run = assessments.assess_city(ctx, YEAR)
    assert run is not None
    return run


def found(ctx: Context, key: str, state: str = OPEN) -> set[tuple[int, int]]:
    statement = select(WatchFinding).where(WatchFinding.watchdog == key, WatchFinding.state == state)
    return {(row.household_id, row.person_id) for row in ctx.session.scalars(statement)}


def look(ctx: Context, key: str) -> set[tuple[int, int]]:
    findings.look(ctx, findings.get(ctx, key))
    return found(ctx, key)


def somebody(ctx: Context, june: AssessmentRun) -> tuple[Enrolment, AssessedPerson]:
    """An adult insured all year whose household is assessed."""
    statement = (
        select(Enrolment, AssessedPerson)
        .join(AssessedPerson, AssessedPerson.person_id == Enrolment.person_id)
        .join(PersonRecord, PersonRecord.person_id == Enrolment.person_id)
        .where(AssessedPerson.run_id == june.id, AssessedPerson.household_id == Enrolment.household_id)
        .where(AssessedPerson.insured == 4095, Enrolment.lost_on.is_(None))
        .where(PersonRecord.birth_date.between("1970-01-01", "1995-12-31"))
        .where(PersonRecord.superseded_at.is_(None), Enrolment.superseded_at.is_(None))
    )
    return ctx.session.execute(statement.order_by(Enrolment.id)).first() or pytest.fail("nobody")


def test_each_watchdog_finds_what_was_forgotten_and_names_the_person(
    ctx: Context, june: AssessmentRun
) -> None:
    session = ctx.session
    period, row = somebody(ctx, june)
    who = (period.household_id, period.person_id)
    before = {key: look(ctx, key) for key in shipped.SHIPPED}
    assert all(who not in pairs for pairs in before.values())

    session.add(
        Enrolment(
            period_key="twice",
            person_id=period.person_id,
            household_id=period.household_id,
            acquired_on=date(YEAR, 10, 1),
            acquisition_reason="01",
            coverage_start_on=date(YEAR, 10, 1),
            recorded_at=ctx.at,
        )
    )
    income = session.scalars(
        select(Income).where(
            Income.person_id == period.person_id,
            Income.income_year == YEAR - 1,
            Income.superseded_at.is_(None),
        )
    ).one()
    income.declaration_kind = UNDECLARED
    assessed = session.get_one(Assessment, (june.id, period.household_id))
    assessed.reduction, assessed.specified = 70, assessed.specified ^ 0b111
    row.flags |= 1 << PERSON_FLAGS.index("counts_for_test")
    session.flush()
    for key in ("two_insurances", "undeclared", "reduced_without_income"):
        assert look(ctx, key) - before[key] == {who}, key
    homes = {household for household, _ in look(ctx, "specified") - before["specified"]}
    assert homes == {period.household_id}
    months = session.scalars(
        select(WatchFinding.amount).where(
            WatchFinding.watchdog == "specified", WatchFinding.household_id == period.household_id
        )
    ).one()
    assert months == 3

    record = session.scalars(
        select(PersonRecord).where(
            PersonRecord.person_id == period.person_id, PersonRecord.superseded_at.is_(None)
        )
    ).one()
    record.birth_date = f"{YEAR - 6}-04-01"
    assert who not in look(ctx, "child_without_half")
    record.birth_date = f"{YEAR - 6}-04-02"
    assert who in look(ctx, "child_without_half")
    for born, is_found in ((ctx.today.replace(year=1951), True), (date(1951, 11, 24), False)):
        record.birth_date = born.isoformat()
        assert (who in look(ctx, "over_75")) is is_found


def test_a_bill_that_differs_from_the_receipt_by_more_than_1000_yen_is_found(
    ctx: Context, june: AssessmentRun, actor_counter: Actor
) -> None:
    period, _ = somebody(ctx, june)
    total = ctx.session.get_one(Assessment, (june.id, period.household_id)).total
    counter = replace(ctx, actor=actor_counter)
    receipt = PremiumReceipt(
        number="T2026-000001",
        fiscal_year=YEAR,
        sheet=[],
        asked=[],
        law={},
        total=total + 1_001,
        paper={},
        made_at=ctx.at,
        made_by_id=actor_counter.staff_id,
    )
    ctx.session.add(receipt)
    ctx.session.flush()
    assert look(ctx, "receipt_differs") == set()
    with pytest.raises(RuleBroken):
        premium_receipts.link(counter, "T2026-1", "9999999999")
    premium_receipts.link(counter, "t2026-1", f"{period.household_id}")
    assert {household for household, _ in look(ctx, "receipt_differs")} == {period.household_id}
    receipt.total = total + 1_000
    assert look(ctx, "receipt_differs") == set()


def test_a_finding_is_opened_once_settled_by_one_person_and_closed_by_itself(
    ctx: Context, june: AssessmentRun, actor_counter: Actor, actor_verifier: Actor
) -> None:
    counter, verifier = replace(ctx, actor=actor_counter), replace(ctx, actor=actor_verifier)
    first = findings.look(ctx, shipped.SHIPPED["undeclared"])
    again = findings.look(ctx, shipped.SHIPPED["undeclared"])
    assert first.found == first.opened == again.found > 1
    assert (again.opened, again.gone) == (0, 0)
    mine, other = findings.list_findings(ctx, "undeclared", OPEN, 0, 2)
    findings.take_up(counter, mine.row.id)
    for deed in (findings.take_up, lambda ctx, one: findings.settle(ctx, one, "申告書を送った")):
        with pytest.raises(SomebodyElseWasFaster):
            deed(verifier, mine.row.id)
    with pytest.raises(RuleBroken):
        findings.settle(counter, mine.row.id, " ")
    findings.settle(counter, mine.row.id, "申告書を送った")
    assert findings.look(ctx, shipped.SHIPPED["undeclared"]).opened == 0

    declare(ctx, mine.row.person_id)
    declare(ctx, other.row.person_id)
    gone = findings.look(ctx, shipped.SHIPPED["undeclared"])
    assert (gone.gone, gone.opened) == (2, 0)
    ctx.session.refresh(mine.row)
    ctx.session.refresh(other.row)
    assert (mine.row.state, other.row.state) == (SETTLED, GONE)
    assert other.row.words == findings.NO_MORE
    for row in ctx.session.scalars(select(Income).where(Income.recorded_at == ctx.at)):
        row.declaration_kind = UNDECLARED
    ctx.session.flush()
    assert findings.look(ctx, shipped.SHIPPED["undeclared"]).opened == 2
    assert [event.tag for event in told(ctx.session)].count("watch:looked") == 5


def test_the_job_lets_one_after_another_look_and_nobody_begins_it_twice(
    ctx: Context, june: AssessmentRun
) -> None:
    job = findings.ask(ctx)
    with pytest.raises(RuleBroken):
        findings.ask(ctx)
    checkpoint, done, finished = {}, 0, False
    while not finished:
        told_of = findings.step(ctx, Work(job.id, {}, checkpoint, done, None, 1))
        checkpoint, done, finished = dict(told_of.checkpoint), told_of.done, told_of.finished
    assert done == len(shipped.SHIPPED)
    assert {one.watchdog.key for one in findings.standings(ctx) if one.last} == set(shipped.SHIPPED)
    assert june.id


def test_a_watchdog_that_misses_a_figure_of_the_day_keeps_no_other_one(
    ctx: Context, june: AssessmentRun
) -> None:
    long_ago = replace(ctx, at=ctx.at.replace(year=1990))
    keys = sorted(findings.all_of(ctx))
    place = keys.index("deduction_to_stop")
    work = Work(0, {}, {"after": keys[place - 1]}, place, None, 1)
    told_of = findings.step(long_ago, work)
    assert [one.subject for one in told_of.skipped] == ["watch:deduction_to_stop"]
    assert told_of.done == place + 1
    assert june.id


def test_an_administrator_composes_one_that_another_puts_on_duty(
    ctx: Context,
    june: AssessmentRun,
    actor_administrator: Actor,
    actor_section_chief: Actor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    administrator, chief = (
        replace(ctx, actor=actor_administrator),
        replace(ctx, actor=actor_section_chief),
    )
    period, _ = somebody(ctx, june)
    record = ctx.session.scalars(
        select(PersonRecord).where(
            PersonRecord.person_id == period.person_id, PersonRecord.superseded_at.is_(None)
        )
    ).one()
    record.residence_expires_on = ctx.today - timedelta(days=3)
    ctx.session.flush()
    ended = Condition("residence_expires_on", "le", f"{ctx.today:%Y-%m-%d}")
    wrong = [
        Condition("phone", "eq", "0"),
        Condition("birth_date", "le", "いつか"),
        Condition("salary_gross", "ge", "百万"),
        Condition("ex_officio_flag", "eq", "はい"),
        Condition("sex", "like", "1"),
    ]
    with pytest.raises(EntryRefused) as refused:
        composed.enter(administrator, "", "国保法6条11号", wrong)
    assert set(refused.value.errors) == {
        *("title", "item-0", "value-1", "value-2", "value-3", "comparison-4")
    }
    rule = composed.enter(administrator, "在留期間の過ぎた加入者", "国保法6条11号", [ended])
    assert rule.tried_count == composed.try_out(administrator, [ended]) >= 1
    assert rule.key not in findings.all_of(ctx)
    with pytest.raises(NotAllowed):
        composed.decide(administrator, rule.id, approve=True, words="見た")
    composed.decide(chief, rule.id, approve=True, words="人数を確かめた")
    assert (period.household_id, period.person_id) in look(ctx, rule.key)
    narrow = [ended, Condition("sex", "ne", record.sex), Condition("salary_gross", "filled", "")]
    assert composed.try_out(administrator, narrow) < rule.tried_count
    composed.switch_off(administrator, rule.id)
    assert rule.key not in findings.all_of(ctx)
    if ctx.session.connection().dialect.name == "sqlite":
        monkeypatch.setattr(composed, "MOST_INSTRUCTIONS", 10)
        with pytest.raises(WatchTooSlow):
            composed.try_out(administrator, [ended])


def declare(ctx: Context, person_id: int) -> None:
    """An income of the year before is told, in place of what was known."""
    statement = select(Income).where(
        Income.person_id == person_id, Income.income_year == YEAR - 1, Income.superseded_at.is_(None)
    )
    for row in ctx.session.scalars(statement).all():
        row.supersede(ctx.at, None)
    ctx.session.flush()
    ctx.session.add(
        Income(person_id=person_id, income_year=YEAR - 1, declaration_kind="1", recorded_at=ctx.at)
    )
    ctx.session.flush()
