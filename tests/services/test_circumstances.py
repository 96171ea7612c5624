"""Circumstances entered by one person and checked by another lead to a reassessment (D1, B4)."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from models.assessment import READY, Assessment, AssessmentRun, PremiumCircumstance, find_in_force
from models.circumstance_entry import CANCEL, CORRECT, END, NEW
from rules.periods import FiscalYear
from services.assessing import circumstances, comparing, run_figures, runs
from services.assessing.circumstances import Told
from services.context import Actor, Context
from services.demonstration import assessments, load
from services.demonstration import circumstances as shown
from services.demonstration.city import Size
from services.errors import NotAllowed, RuleBroken, SomebodyElseWasFaster
from services.parameter_reading import EntryRefused
from tests.factories.audit import told as events

YEAR = 2026
JOBLESS = Told(NEW, 0, "unemployed", "R8.3.31", "", False, "12", "雇用保険受給資格者証")


@pytest.fixture
def june(ctx: Context) -> AssessmentRun:
    load.load(ctx, Size(40, 180), lambda _line: None)
    run = assessments.assess_city(ctx, YEAR)
    assert run is not None
    return run


def test_one_enters_another_checks_and_the_household_is_computed_anew_with_past_instalments_untouched(
    ctx: Context, june: AssessmentRun, actor_counter: Actor, actor_verifier: Actor, actor_section_chief: Actor
) -> None:
    counter, verifier, chief = (
        replace(ctx, actor=one) for one in (actor_counter, actor_verifier, actor_section_chief)
    )
    person, _ = shown._jobless(ctx, FiscalYear(YEAR), 2)
    home = person.household_id
    wrong = replace(JOBLESS, person=person.person_id, day="R9.1.31", leaving_reason="40", evidence=" ")
    with pytest.raises(EntryRefused) as refused:
        circumstances.enter(counter, home, wrong)
    assert set(refused.value.errors) == {"evidence"}
    with pytest.raises(EntryRefused) as refused:
        circumstances.enter(counter, home, replace(wrong, evidence="受給資格者証"))
    assert set(refused.value.errors) == {"day", "leaving_reason"}

    entry = circumstances.enter(counter, home, replace(JOBLESS, person=person.person_id))
    with pytest.raises(SomebodyElseWasFaster):
        circumstances.enter(counter, home, replace(JOBLESS, person=person.person_id))
    with pytest.raises(NotAllowed):
        circumstances.decide(replace(ctx, actor=actor_counter), entry.id, approve=True, words="見た")
    with pytest.raises(RuleBroken):
        circumstances.decide(verifier, entry.id, approve=True, words=" ")
    borrowed = replace(actor_verifier, borrowed=frozenset({"verifier"}), emergency_id=1)
    with pytest.raises(NotAllowed, match="緊急時の権限"):
        circumstances.decide(replace(ctx, actor=borrowed), entry.id, approve=True, words="見た")
    done = circumstances.decide(verifier, entry.id, approve=True, words="写しと照合した")
    (run,) = done.begun
    assert (run.state, run.household_id) == (READY, home)
    before = ctx.session.get_one(Assessment, (june.id, home))
    after = ctx.session.get_one(Assessment, (run.id, home))
    assert after.total < before.total
    assert after.cause in {comparing.INCOME, comparing.OTHER}
    paid = sum(day <= run.decided_on.isoformat() for day in run.due_dates)
    assert after.instalments[:paid] == before.instalments[:paid]
    runs.approve(chief, run.id, run_figures.unverified(run))
    in_force = find_in_force(ctx.session, home, YEAR)
    assert in_force is not None
    assert in_force[1].total == after.total

    (row,) = on_record(ctx, person.person_id)
    with pytest.raises(EntryRefused):
        circumstances.enter(counter, home, replace(JOBLESS, person=person.person_id))
    mended = replace(JOBLESS, act=CORRECT, target=row.id, day="2026-04-30")
    approved(counter, verifier, home, mended)
    assert row.superseded_at == ctx.at
    (now,) = on_record(ctx, person.person_id)
    assert (now.from_on, now.until_on) == (date(2026, 5, 1), date(2028, 3, 31))
    approved(counter, verifier, home, replace(mended, act=END, target=now.id, until="R8.10.31"))
    (ended,) = on_record(ctx, person.person_id)
    assert (ended.from_on, ended.until_on) == (date(2026, 5, 1), date(2026, 10, 31))
    with pytest.raises(SomebodyElseWasFaster):
        circumstances.enter(counter, home, replace(mended, target=now.id))
    last = approved(counter, verifier, home, replace(mended, act=CANCEL, target=ended.id))
    assert on_record(ctx, person.person_id) == []
    again = ctx.session.get_one(Assessment, (last.begun[0].id, home))
    assert again.total == before.total
    waiting = ctx.session.scalars(select(AssessmentRun).where(AssessmentRun.state == READY)).all()
    assert [one.id for one in waiting] == [last.begun[0].id]
    tags = [event.tag for event in events(ctx.session)]
    assert tags.count("circumstance:entered") == tags.count("circumstance:approved") == 4


def test_a_refused_or_withdrawn_entry_changes_nothing_and_a_stranger_is_not_entered(
    ctx: Context, june: AssessmentRun, actor_counter: Actor, actor_verifier: Actor
) -> None:
    counter, verifier = replace(ctx, actor=actor_counter), replace(ctx, actor=actor_verifier)
    person, other = shown._jobless(ctx, FiscalYear(YEAR), 2)
    home = person.household_id
    with pytest.raises(EntryRefused) as refused:
        circumstances.enter(counter, home, replace(JOBLESS, person=other.person_id))
    assert set(refused.value.errors) == {"person"}
    told = replace(JOBLESS, person=person.person_id)
    circumstances.decide(
        verifier, circumstances.enter(counter, home, told).id, approve=False, words="写しが違う"
    )
    entry = circumstances.enter(counter, home, told)
    with pytest.raises(NotAllowed):
        circumstances.withdraw(verifier, entry.id)
    circumstances.withdraw(counter, entry.id)
    with pytest.raises(SomebodyElseWasFaster):
        circumstances.decide(verifier, entry.id, approve=True, words="見た")
    assert on_record(ctx, person.person_id) == []
    assert shown.put_on_record(ctx, FiscalYear(YEAR)) == 3
    assert {row.kind for row in ctx.session.scalars(select(PremiumCircumstance))} == {
        *("unemployed", "birth", "former_dependant")
    }
    assert june.id == comparing.base_of(ctx.session, YEAR).last_id


def approved(counter: Context, verifier: Context, home: int, told: Told) -> circumstances.Decided:
    entry = circumstances.enter(counter, home, told)
    return circumstances.decide(verifier, entry.id, approve=True, words="写しと照合した")


def on_record(ctx: Context, person_id: int) -> list[PremiumCircumstance]:
    statement = select(PremiumCircumstance).where(
        PremiumCircumstance.person_id == person_id, PremiumCircumstance.superseded_at.is_(None)
    )
    return list(ctx.session.scalars(statement))
