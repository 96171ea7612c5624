"""Assessments on record: the city by the rules; runs begun, decided and in force at once (D1, D3)."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from models.assessment import DISCARDED, FINAL, READY, Assessment, AssessmentRun, find_in_force, list_persons
from models.enrolment import Enrolment
from models.income import AMOUNTS, Income
from rules.periods import FiscalYear
from rules.premium.instalments import Instalment, change
from services.assessing import comparing, household_page, run_figures, run_pages, runs, what_if
from services.assessing.run_states import RunOvertaken, WrongState
from services.assessing.runs import ParametersNotAccepted
from services.assessing.what_if import Wish
from services.context import Actor, Context
from services.demonstration import assessments, load
from services.demonstration.city import Size
from services.errors import NotAllowed, RuleBroken
from services.job_kinds import Work
from services.statute import all_law
from tests.factories.audit import told
from tests.rules.premium.oracle import owed
from tests.services.plain_register import facts_of

TINY = Size(60, 280)
YEAR = 2026


@pytest.fixture
def june(ctx: Context) -> AssessmentRun:
    """The tiny city with its first assessment of the year in force."""
    load.load(ctx, TINY, lambda _line: None)
    run = assessments.assess_city(ctx, YEAR)
    assert run is not None
    return run


def computed(ctx: Context, at_once: int = 25) -> AssessmentRun:
    """A run over the city, computed in several steps."""
    run = runs.begin(ctx, YEAR)
    done, total = 0, run_pages.last_household(ctx)
    runs_at_once, runs.AT_ONCE = runs.AT_ONCE, dict.fromkeys(runs.AT_ONCE, at_once)
    try:
        while done < total:
            done = runs.step(ctx, Work(0, {"run": run.id}, {"next": done + 1}, done, total, 1)).done
    finally:
        runs.AT_ONCE = runs_at_once
    return run


def test_every_household_of_the_city_agrees_with_the_plain_calculation(
    ctx: Context, june: AssessmentRun
) -> None:
    rows = ctx.session.scalars(select(Assessment).where(Assessment.run_id == june.id)).all()
    facts = facts_of(ctx.session, FiscalYear(YEAR), june.as_of)
    assert {row.household_id for row in rows} == set(facts)
    assert len(rows) > 60
    terms = run_figures.figures(all_law(ctx), FiscalYear(YEAR))
    for row in rows:
        assert row.total == owed(facts[row.household_id], terms).total, row.household_id


def test_the_instalments_of_every_household_come_to_the_year(ctx: Context, june: AssessmentRun) -> None:
    rows = ctx.session.scalars(select(Assessment).where(Assessment.run_id == june.id)).all()
    assert all(sum(row.instalments) + row.late == row.total for row in rows)
    assert june.summary["total"] == sum(row.total for row in rows)


def test_nothing_is_in_force_until_another_person_approved_and_the_switch_was_thrown(
    ctx: Context, june: AssessmentRun, actor_counter: Actor, actor_section_chief: Actor
) -> None:
    counter, chief = replace(ctx, actor=actor_counter), replace(ctx, actor=actor_section_chief)
    run = computed(counter)
    assert run.state == READY
    household = ctx.session.scalars(
        select(Assessment.household_id).where(Assessment.run_id == run.id, Assessment.cause != comparing.SAME)
    ).first()
    assert household is not None
    with pytest.raises(NotAllowed):
        runs.approve(counter, run.id, run_figures.unverified(run))
    borrowed = replace(actor_section_chief, borrowed=frozenset({"section_chief"}), emergency_id=1)
    with pytest.raises(NotAllowed, match="緊急時の権限"):
        runs.approve(replace(ctx, actor=borrowed), run.id, run_figures.unverified(run))
    with pytest.raises(ParametersNotAccepted):
        runs.approve(chief, run.id, run_figures.unverified(run)[1:])
    with pytest.raises(WrongState):
        runs.make_final(counter, run.id)
    runs.approve(chief, run.id, run_figures.unverified(run), "確かめた")
    in_force = find_in_force(ctx.session, household, YEAR)
    assert in_force is None or in_force[0].id == june.id
    runs.make_final(counter, run.id)
    in_force = find_in_force(ctx.session, household, YEAR)
    assert in_force is not None
    assert in_force[0].id == run.id
    tags = [event.tag for event in told(ctx.session)]
    assert [tags.count(f"assessment:{one}") for one in ("begun", "approved", "final")] == [1, 1, 1]


def test_a_step_goes_on_from_the_record_as_it_was_when_the_run_began(
    ctx: Context, june: AssessmentRun
) -> None:
    whole = computed(ctx)
    total = whole.summary["total"]
    runs.discard(ctx, whole.id)
    run = runs.begin(ctx, YEAR)
    assert run.as_of == ctx.at
    later = replace(ctx, at=ctx.at + timedelta(days=3))
    earned_anew(later)
    steps = [Work(0, {"run": run.id}, {"next": 1}, 0, run_pages.last_household(ctx), 1)]
    assert runs.step(later, steps[0]).finished
    assert run.summary["total"] == total


def test_a_household_that_leaves_owes_less_and_past_instalments_stay(
    ctx: Context, june: AssessmentRun
) -> None:
    household = some_household(ctx)
    before = find_in_force(ctx.session, household, YEAR)
    assert before is not None
    for period in ctx.session.scalars(select(Enrolment).where(Enrolment.household_id == household)):
        if period.lost_on is None:
            period.lost_on, period.loss_reason = date(2026, 8, 20), "02"
    ctx.session.flush()
    run = runs.begin(ctx, YEAR, household)
    row = ctx.session.get_one(Assessment, (run.id, household))
    due = [date.fromisoformat(day) for day in run.due_dates]
    plan = [
        Instalment(place + 1, day, yen)
        for place, (day, yen) in enumerate(zip(due, before[1].instalments, strict=True))
    ]
    changed = change(plan, row.total, run.decided_on, 100)
    assert row.total < before[1].total
    assert row.cause == comparing.PERSONS
    assert [one.yen for one in changed.instalments] == list(row.instalments)
    assert row.overpaid == changed.overpaid


def test_a_household_that_never_was_insured_after_all_owes_nothing(ctx: Context, june: AssessmentRun) -> None:
    household = some_household(ctx)
    for period in ctx.session.scalars(select(Enrolment).where(Enrolment.household_id == household)):
        period.cancelled = True
    ctx.session.flush()
    run = runs.begin(ctx, YEAR, household)
    row = ctx.session.get_one(Assessment, (run.id, household))
    assert (row.total, row.cause, list_persons(ctx.session, run.id, household)) == (0, comparing.GONE, [])


def test_a_run_that_was_overtaken_is_not_put_in_force(
    ctx: Context, june: AssessmentRun, actor_counter: Actor, actor_section_chief: Actor
) -> None:
    counter, chief = replace(ctx, actor=actor_counter), replace(ctx, actor=actor_section_chief)
    run = computed(counter)
    household = some_household(ctx)
    other = runs.begin(counter, YEAR, household)
    runs.approve(chief, other.id, run_figures.unverified(other))
    assert other.state == FINAL
    with pytest.raises(RunOvertaken):
        runs.approve(chief, run.id, run_figures.unverified(run))
    with pytest.raises(RuleBroken, match=run.number):
        runs.begin(counter, YEAR)
    runs.discard(counter, run.id)
    assert ctx.session.scalars(select(Assessment).where(Assessment.run_id == run.id)).first() is None


@pytest.mark.usefixtures("june")
def test_a_step_after_its_run_was_discarded_computes_nothing_and_ends_the_job(ctx: Context) -> None:
    run = runs.begin(ctx, YEAR)
    runs.discard(ctx, run.id)
    ended = runs.step(ctx, Work(0, {"run": run.id}, {}, 0, run_pages.last_household(ctx), 1))
    assert (ended.finished, run.state) == (True, DISCARDED)
    assert run.number in ended.message_ja
    assert ctx.session.scalars(select(Assessment).where(Assessment.run_id == run.id)).first() is None


def test_an_income_that_cannot_be_leaves_the_household_out_and_names_it(
    ctx: Context, june: AssessmentRun
) -> None:
    household = some_household(ctx)
    income = ctx.session.scalars(
        select(Income)
        .join(Enrolment, Enrolment.person_id == Income.person_id)
        .where(Enrolment.household_id == household, Income.income_year == YEAR - 1)
        .where(Income.superseded_at.is_(None))
    ).first()
    assert income is not None
    income.business_income = 10**12
    ctx.session.flush()
    run = runs.begin(ctx, YEAR)
    end = run_pages.last_household(ctx)
    told_of = runs.step(ctx, Work(0, {"run": run.id}, {}, 0, end, 1))
    assert [one.subject for one in told_of.skipped] == [f"household:{household}"]
    assert ctx.session.get(Assessment, (run.id, household)) is None


def test_what_if_a_rate_rises_more_is_owed_and_nobody_pays_less(ctx: Context, june: AssessmentRun) -> None:
    same = what_if.answer(ctx, Wish("medical", "income_rate", "7.75"))
    assert (same.all.more, same.all.less, same.all.before) == (0, 0, june.summary["total"])
    told = what_if.answer(ctx, Wish("medical", "income_rate", "8.75"))
    assert told.all.after > told.all.before == same.all.before
    assert (told.all.less, told.all.more) == (0, sum(told.spread))
    for groups in (told.by_income, told.by_type.values(), told.by_reduction.values()):
        assert sum(group.households for group in groups) == told.all.households
        assert sum(group.after for group in groups) == told.all.after


def test_what_if_refuses_a_figure_that_cannot_be(ctx: Context, june: AssessmentRun) -> None:
    for wish in (("medical", "income_rate", "804"), ("medical", "cap", "-1"), ("x", "cap", "1")):
        with pytest.raises(RuleBroken):
            what_if.answer(ctx, Wish(*wish))


def test_a_page_tells_the_derivation_to_the_yen_and_what_changed_line_by_line(
    ctx: Context, june: AssessmentRun
) -> None:
    household = some_household(ctx)
    first = household_page.read(ctx, household)
    assert first.told is not None
    assert first.told.agrees
    assert first.told.lines[-1].value == str(first.told.row.total)
    earned_anew(ctx)
    run = runs.begin(ctx, YEAR, household)
    page = household_page.read(ctx, household, run.id)
    assert page.other is not None
    assert page.other.run.id == june.id
    assert page.differences[-1].line.name == "total"
    changed = {one.line.name for one in page.differences}
    assert {"total_income", "medical.income_levy"} <= changed
    assert "medical.per_capita_levy" not in changed or page.told.row.reduction != first.told.row.reduction


def test_a_year_without_figures_or_too_long_ago_is_not_assessed(ctx: Context) -> None:
    for year in (0, 1900, 2027, 2023):
        with pytest.raises(RuleBroken):
            runs.begin(ctx, year)


def some_household(ctx: Context) -> int:
    statement = (
        select(Assessment.household_id)
        .join(Enrolment, Enrolment.household_id == Assessment.household_id)
        .where(
            Assessment.total > 100_000, Enrolment.lost_on.is_(None), Enrolment.acquired_on < date(2025, 4, 1)
        )
    )
    return ctx.session.scalars(statement.order_by(Assessment.household_id)).first() or 0


def earned_anew(ctx: Context) -> None:
    """Everybody's income of the year is told anew, twice as high."""
    for row in ctx.session.scalars(select(Income).where(Income.superseded_at.is_(None))).all():
        row.supersede(ctx.at, None)
        ctx.session.flush()
        same = {name: getattr(row, name) for name in AMOUNTS}
        ctx.session.add(
            Income(
                person_id=row.person_id,
                income_year=row.income_year,
                declaration_kind=row.declaration_kind,
                recorded_at=ctx.at,
                **same | {"business_income": row.business_income + 5_000_000},
            )
        )
    ctx.session.flush()
