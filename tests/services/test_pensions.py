"""Deductions from pensions: told by two, listed, approved by another, collected and stopped (facts 1.11)."""

from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from models.assessment import Assessment, AssessmentRun, find_in_force
from models.document import PrintRequest
from models.household import HouseholdHead
from models.income import Income
from models.job import CANCELLED, DONE, FAILED, RUNNING, WAITING
from models.pension_deduction import (
    STOP,
    TELL,
    PensionCandidate,
    PensionDeduction,
    PensionEntry,
    PensionFact,
    PensionList,
)
from models.person import Person, PersonRecord, list_current
from rules.periods import FiscalYear
from rules.premium.pension_deduction import (
    APRIL,
    CARE,
    ENOUGH,
    HALF,
    HEAD_INSURED,
    LAST,
    MONTHS,
    OCTOBER,
    TOLD,
    TRANSFER,
)
from services import city, documents, merging
from services.assessing import household_page, run_figures, runs
from services.context import JST, Actor, Context
from services.demonstration import assessments, load
from services.demonstration.city import Size
from services.documents import Dress
from services.errors import NotAllowed, RuleBroken, SomebodyElseWasFaster
from services.job_kinds import Work
from services.parameter_reading import EntryRefused
from services.pensions import entries, household, letters, letters_of_list, list_work, lists
from services.pensions.candidates import look_at
from services.pensions.entries import Told
from services.pensions.letters import NoDeduction
from services.premium_notices import asking
from services.premium_notices.asking import NoInstalment, NoticeWaits
from services.premium_notices.slips import dues_of
from services.watching import watchdogs
from tests.factories.audit import told as events
from tests.factories.people import someone
from tests.printing.paper import text_of

YEAR = 2026
NOTICE = Told(TELL, YEAR, "101", "1150", "2,400,000", "72,000円", True, "", "", "年金保険者の通知")
BY_PENSION = {TOLD, ENOUGH, CARE, HALF, TRANSFER}


@pytest.fixture
def june(ctx: Context) -> AssessmentRun:
    load.load(ctx, Size(60, 280), lambda _line: None)
    run = assessments.assess_city(ctx, YEAR)
    assert run is not None
    return run


@pytest.fixture
def counter(ctx: Context, actor_counter: Actor) -> Context:
    return replace(at(ctx, date(YEAR, 7, 10)), actor=actor_counter)


@pytest.fixture
def verifier(ctx: Context, actor_verifier: Actor) -> Context:
    return replace(at(ctx, date(YEAR, 7, 10)), actor=actor_verifier)


@pytest.fixture
def chief(ctx: Context, actor_section_chief: Actor) -> Context:
    return replace(at(ctx, date(YEAR, 7, 10)), actor=actor_section_chief)


def at(ctx: Context, day: date) -> Context:
    return replace(ctx, at=datetime.combine(day, time(10), JST))


def homes_of_elders(ctx: Context) -> list[int]:
    """Whom a deduction would concern once a payer has told of a pension, the highest premium first."""
    ids = ctx.session.scalars(select(Assessment.household_id)).all()
    looked = [
        one
        for one in look_at(ctx, FiscalYear(YEAR), OCTOBER, set(ids))
        if all(check.holds for check in one.checks if check.code not in BY_PENSION)
    ]
    return [one.household_id for one in sorted(looked, key=lambda one: -one.row.total)]


def begin(counter: Context, verifier: Context, chief: Context, home: int) -> None:
    """Tell of a pension and begin to deduct from it in October."""
    entry = entries.enter(counter, home, NOTICE)
    entries.decide(verifier, entry.id, approve=True, words="通知と照合した")
    made = made_list(counter, YEAR, OCTOBER)
    approved(chief, made.id, "件数が合う")


def made_list(counter: Context, year: int, month: int) -> PensionList:
    """A list with its households looked at."""
    made = lists.make(counter, year, month)
    worked_off(counter, made)
    return made


def approved(chief: Context, list_id: int, words: str) -> None:
    """A list that was approved, and whose deductions were begun where they could be."""
    worked_off(chief, lists.decide(chief, list_id, approve=True, words=words))


def worked_off(ctx: Context, made: PensionList) -> str:
    """Do the work of a list to its end; what was told at last."""
    job = letters_of_list.work_of(ctx, made)
    assert job is not None
    steps = {
        lists.FILL: list_work.fill,
        lists.BEGIN_ALL: list_work.begin,
        letters_of_list.LETTERS: letters_of_list.step,
    }
    step = steps[job.kind]
    work = Work(job.id, job.payload, {}, 0, job.total, 1)
    while True:
        told = step(ctx, work)
        assert told is not None
        work = replace(work, checkpoint=told.checkpoint, done=told.done)
        if told.finished:
            job.state = DONE
            return told.message_ja


def in_emergency(ctx: Context, role: str) -> Context:
    return replace(ctx, actor=replace(ctx.actor, borrowed=frozenset({role}), emergency_id=1))


def text_on_paper(ctx: Context, paper: PrintRequest) -> str:
    sheets, refused = documents.prepare(ctx, [paper], Dress(demo=True))
    rendered = documents.render(sheets, refused)
    assert rendered.pdf is not None, rendered.refused
    return text_of(rendered.pdf)


def told_of(ctx: Context, home: int) -> household_page.Told:
    told = household_page.read(ctx, home).told
    assert told is not None
    return told


def test_what_a_payer_told_is_checked_by_another_and_the_list_begins_the_deduction(
    june: AssessmentRun,
    counter: Context,
    verifier: Context,
    chief: Context,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    home, other = homes_of_elders(counter)[:2]
    wrong = replace(NOTICE, payer_code="999", annual="１２万", care_premium="-1", evidence=" ")
    with pytest.raises(EntryRefused) as refused:
        entries.enter(counter, home, wrong)
    assert set(refused.value.errors) == {"payer_code", "annual", "care_premium", "evidence"}
    with pytest.raises(EntryRefused) as refused:
        entries.enter(counter, home, replace(NOTICE, transfer_from="R3.6.1"))
    assert set(refused.value.errors) == {"transfer_from"}
    with pytest.raises(EntryRefused):
        entries.enter(counter, home, replace(NOTICE, act=STOP, reason="transfer"))
    entry = entries.enter(counter, home, NOTICE)
    with pytest.raises(SomebodyElseWasFaster):
        entries.enter(counter, home, NOTICE)
    with pytest.raises(NotAllowed):
        entries.decide(counter, entry.id, approve=True, words="見た")
    with pytest.raises(NotAllowed, match="緊急時の権限"):
        entries.decide(in_emergency(verifier, "verifier"), entry.id, approve=True, words="見た")
    entries.decide(verifier, entry.id, approve=True, words="通知と照合した")
    chosen = entries.enter(counter, other, replace(NOTICE, transfer_from="R8.6.1"))
    entries.decide(verifier, chosen.id, approve=True, words="申込書を見た")

    monkeypatch.setattr(list_work, "AT_ONCE", 1)
    made = lists.make(counter, YEAR, OCTOBER)
    with pytest.raises(RuleBroken, match="まだ調べ終わっていない"):
        lists.decide(chief, made.id, approve=True, words="件数が合う")
    assert worked_off(counter, made) == "2世帯を調べました。対象は1世帯です。"
    with pytest.raises(SomebodyElseWasFaster):
        lists.make(counter, YEAR, OCTOBER)
    with pytest.raises(NotAllowed):
        lists.decide(counter, made.id, approve=True, words="見た")
    with pytest.raises(NotAllowed, match="緊急時の権限"):
        lists.decide(in_emergency(chief, "section_chief"), made.id, approve=True, words="見た")
    assert (made.households, made.concerned) == (2, 1)
    page = lists.read(counter, made.id, lists.NOT_CONCERNED, "", 1)
    assert [lists.failing_codes(row.failing, OCTOBER) for row in page.rows] == [[TRANSFER]]
    number = household.read(counter, home).household.household_number
    assert [row.household_id for row in lists.read(counter, made.id, "", number, 1).rows] == [home]
    assert household.read(counter, home).collected is None, "nothing begins before the approval"

    candidate = counter.session.get_one(PensionCandidate, (made.id, home))
    candidate.each_yen += 100
    approving = lists.decide(chief, made.id, approve=True, words="件数が合う")
    assert "1世帯で世帯主・賦課・差引額" in worked_off(chief, approving)
    assert (made.state, made.words.endswith("件数が合う")) == ("refused", True)
    assert household.read(counter, home).collected is None, "nothing begins of what was not read"

    made = made_list(counter, YEAR, OCTOBER)
    assert (made.households, made.concerned) == (2, 1)
    approved(chief, made.id, "件数が合う")
    row = counter.session.get_one(Assessment, (june.id, home))
    told = told_of(counter, home)
    assert told.parts.regular == (*row.instalments[:4], *[0] * 6)
    assert sum(told.parts.deducted[3:]) == row.total - sum(row.instalments[:4])
    assert told.parts.total == row.total
    assert [due.number for due in dues_of(told) if due.yen] == [1, 2, 3, 4]
    assert counter.session.get_one(PensionCandidate, (made.id, home)).first_yen == told.parts.deducted[3]
    assert household.read(counter, home).can_stop
    assert {"pension:entered", "pension:approved", "pension_list:made", "pension_list:approved"} <= {
        one.tag for one in events(counter.session)
    }


def test_no_slip_is_made_of_what_is_deducted_and_the_letter_tells_its_months(
    june: AssessmentRun,
    counter: Context,
    verifier: Context,
    chief: Context,
    actor_certificate_clerk: Actor,
    blob_folder: Path,
) -> None:
    del june, blob_folder
    home = homes_of_elders(counter)[0]
    begin(counter, verifier, chief, home)
    desk = replace(counter, actor=actor_certificate_clerk)
    notice = asking.ask_letter(desk, home, with_slips=True)
    assert [slip["instalment"] for slip in notice.payload["slips"]] == ["第1期", "第2期", "第3期", "第4期"]
    with pytest.raises(NoInstalment):
        asking.ask_slips(desk, home, [5, 6], by_post=False)
    parts = told_of(counter, home).parts
    text = text_on_paper(desk, notice)
    assert all(words in text for words in ("年金10月", "年金12月", "年金2月", f"{parts.deducted[3]:,}"))

    made = lists.list_lists(desk)[0]
    assert letters_of_list.ask_of_list(desk, made.id) == letters_of_list.AskedOfList(1, 0, 0, 0)
    with pytest.raises(NoDeduction):
        letters_of_list.ask_of_list(desk, made.id)
    paper = letters.papers_of(desk, home)[0]
    with pytest.raises(NoticeWaits):
        letters.ask(desk, home, YEAR)
    text = text_on_paper(desk, paper)
    for words in (
        "特別徴収開始通知書",
        "厚生労働大臣(日本年金機構)",
        "令和8年10月15日",
        f"{parts.deducted[3]:,}",
        "口座振替を選ぶには",
        "審査請求",
    ):
        assert words in text


def test_who_cannot_be_told_keeps_nobody_elses_letter_and_the_payer_is_whose_pension_pays(
    june: AssessmentRun,
    counter: Context,
    verifier: Context,
    chief: Context,
    actor_certificate_clerk: Actor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    del june
    first, *others, nobody = sorted(homes_of_elders(counter)[:4])
    entered = [entries.enter(counter, home, NOTICE) for home in (first, *others, nobody)]
    monkeypatch.setattr(entries, "ROWS", 3)
    pages = [entries.waiting(verifier, number) for number in (1, 2)]
    assert [[one.id for one in page.rows] for page in pages] == [
        [one.id for one in entered[:3]],
        [entered[3].id],
    ]
    assert {page.found for page in pages} == {4}
    for entry in entered:
        entries.decide(verifier, entry.id, approve=True, words="通知と照合した")
    made = made_list(counter, YEAR, OCTOBER)
    session = counter.session
    session.execute(delete(HouseholdHead).where(HouseholdHead.household_id == nobody))
    approved(chief, made.id, "件数が合う")
    assert made.concerned == 3
    left_out = session.get_one(PensionCandidate, (made.id, nobody))
    assert lists.failing_codes(left_out.failing, OCTOBER) == [HEAD_INSURED]
    begun = [event.detail for event in events(session) if event.tag == "pension:approved"][-3:]
    assert [(one["act"], one["list"]) for one in begun] == [("begin", made.id)] * 3
    dead, payer = (entries.head_of(counter, home) for home in (first, others[0]))
    died = update(PersonRecord).where(PersonRecord.person_id == dead)
    session.execute(died.values(died_on=date(YEAR, 7, 1)))
    head = entries.head_of(counter, others[1])
    anew = update(HouseholdHead).where(HouseholdHead.household_id == others[0])
    session.execute(anew.values(person_id=head))
    session.expire_all()

    monkeypatch.setattr(letters_of_list, "AT_ONCE", 1)
    desk = replace(counter, actor=actor_certificate_clerk)
    assert letters_of_list.ask_of_list(desk, made.id) == letters_of_list.AskedOfList(0, 1, 0, 2)
    with pytest.raises(SomebodyElseWasFaster, match="続けて"):
        letters_of_list.ask_of_list(desk, made.id)
    assert "通知書2件を印刷待ちに入れました。頼めなかった世帯は0件" in worked_off(desk, made)
    assert letters_of_list.work_of(desk, made) is None
    assert letters_of_list.ask_of_list(desk, made.id) == letters_of_list.AskedOfList(0, 1, 0, 0)
    paper = letters.papers_of(desk, others[0])[0]
    names = list_current(session, [head, payer])
    assert paper.payload["payer"] == names[payer].name
    assert paper.addressee == names[head].name


def test_a_stop_by_two_reaches_the_first_pension_two_months_later_and_the_rest_is_billed(
    june: AssessmentRun,
    counter: Context,
    verifier: Context,
    chief: Context,
    actor_certificate_clerk: Actor,
    blob_folder: Path,
) -> None:
    del june, blob_folder
    home = homes_of_elders(counter)[0]
    begin(counter, verifier, chief, home)
    before = told_of(counter, home).parts
    october = [at(one, date(YEAR, 10, 20)) for one in (counter, verifier)]
    stop = Told(STOP, YEAR, reason="transfer", evidence="口座振替の申込書")
    entry = entries.enter(october[0], home, stop)
    with pytest.raises(NotAllowed):
        entries.withdraw(october[1], entry.id)
    entries.decide(october[1], entry.id, approve=True, words="申込書と照合した")
    after = told_of(october[0], home).parts
    assert after.deducted == (0, 0, 0, before.deducted[3], 0, 0)
    assert after.regular[:4] == before.regular[:4]
    assert all(after.regular[4:])
    assert after.total == before.total
    with pytest.raises(EntryRefused):
        entries.enter(october[0], home, stop)
    desk = replace(october[0], actor=actor_certificate_clerk)
    text = text_on_paper(desk, letters.ask(desk, home, YEAR))
    assert "特別徴収中止通知書" in text
    assert "口座振替を選んだため" in text
    assert f"{after.regular[4]:,}" in text


@pytest.mark.parametrize(("factor", "is_more"), [(3, True), (0, False)])
def test_more_premium_is_billed_beside_the_deductions_and_less_asks_for_a_stop(
    june: AssessmentRun, counter: Context, verifier: Context, chief: Context, factor: int, is_more: bool
) -> None:
    home = homes_of_elders(counter)[0]
    begin(counter, verifier, chief, home)
    before = told_of(counter, home).parts
    people = list(household_page.read(counter, home).records)
    changed = update(Income).where(Income.person_id.in_(people))
    values = {"pension_gross": Income.pension_gross * factor, "salary_gross": Income.salary_gross * factor}
    counter.session.execute(changed.values(values))
    counter.session.expire_all()
    september = [at(one, date(YEAR, 9, 10)) for one in (counter, chief)]
    run = runs.begin(september[0], YEAR, home)
    runs.approve(september[1], run.id, run_figures.unverified(run))
    told = told_of(september[0], home)
    assert told.run.id == run.id
    assert (told.row.total > before.total) is is_more
    assert told.parts.total == told.row.total
    assert told.parts.must_end is not is_more
    assert told.parts.deducted == before.deducted
    assert told.parts.regular[:3] == before.regular[:3]
    page = household.read(september[0], home)
    assert page.collected is not None
    assert (page.collected.ended_by is None) is is_more
    watched = watchdogs.deduction_to_stop(september[0])
    assert (home in watched["household"].tolist()) is not is_more
    assert page.can_stop
    if not is_more:
        with pytest.raises(RuleBroken):
            letters.ask(september[0], home, YEAR)
        made = lists.list_lists(chief)[0]
        assert letters_of_list.ask_of_list(september[0], made.id) == letters_of_list.AskedOfList(0, 0, 1, 0)
    assert run.summary["overpaid"] == told.parts.overpaid
    if is_more:
        letter = letters.ask(september[0], home, YEAR).payload
        assert letter["total"] == before.total, "it tells what was decided, not what was assessed since"
        assert [one["yen"] for one in letter["months"]] == [yen for yen in before.deducted if yen]
        assert [one["yen"] for one in letter["instalments"]] == [yen for yen in before.regular if yen]
    del june


def test_who_chooses_transfer_from_a_later_day_pays_by_pension_until_a_stop_is_asked_for(
    june: AssessmentRun, counter: Context, verifier: Context, chief: Context
) -> None:
    del june
    soon, later = homes_of_elders(counter)[:2]
    for home, day in ((soon, "R8.10.1"), (later, "R9.2.1")):
        entry = entries.enter(counter, home, replace(NOTICE, transfer_from=day))
        entries.decide(verifier, entry.id, approve=True, words="申込書を見た")
    made = made_list(counter, YEAR, OCTOBER)
    rows = {row.household_id: row for row in lists.read(counter, made.id, "", "", 1).rows}
    assert lists.failing_codes(rows[soon].failing, OCTOBER) == [TRANSFER]
    assert rows[later].failing == 0
    approved(chief, made.id, "件数が合う")
    assert watchdogs.deduction_to_stop(at(chief, date(YEAR, 10, 31)))["household"].tolist() == []
    watched = watchdogs.deduction_to_stop(at(chief, date(YEAR, 11, 1)))
    assert (watched["household"].tolist(), watched["amount"].tolist()) == ([later], [0])


def test_transfer_chosen_in_the_year_before_is_told_once_its_day_is_near(
    june: AssessmentRun, counter: Context, verifier: Context, chief: Context
) -> None:
    del june
    home = homes_of_elders(counter)[0]
    entry = entries.enter(counter, home, replace(NOTICE, transfer_from="R9.9.1"))
    entries.decide(verifier, entry.id, approve=True, words="申込書を見た")
    approved(chief, made_list(counter, YEAR, OCTOBER).id, "件数が合う")
    january = [at(one, date(YEAR + 1, 1, 20)) for one in (counter, chief)]
    approved(january[1], made_list(january[0], YEAR + 1, APRIL).id, "2月の額と照合した")
    assert watchdogs.deduction_to_stop(at(chief, date(YEAR + 1, 5, 31)))["household"].tolist() == []
    watched = watchdogs.deduction_to_stop(at(chief, date(YEAR + 1, 6, 1)))
    person = entries.head_of(counter, home)
    assert (watched["household"].tolist(), watched["person"].tolist()) == ([home], [person])

    (fact,) = counter.session.scalars(select(PensionFact)).all()
    kept = Person(addressee_number="000000000999999", created_at=counter.at)
    counter.session.add(kept)
    counter.session.flush()
    fact.person_id, counter.session.get_one(Person, person).merged_into_id = kept.id, kept.id
    counter.session.flush()
    watched = watchdogs.deduction_to_stop(at(chief, date(YEAR + 1, 6, 1)))
    assert watched["person"].tolist() == [kept.id], "a merge moves what was told, and not the decision"


def test_the_next_april_takes_what_february_took(
    june: AssessmentRun,
    counter: Context,
    verifier: Context,
    chief: Context,
    actor_certificate_clerk: Actor,
    blob_folder: Path,
) -> None:
    del june, blob_folder
    home, other = homes_of_elders(counter)[:2]
    begin(counter, verifier, chief, home)
    entry = entries.enter(counter, other, NOTICE)
    entries.decide(verifier, entry.id, approve=True, words="通知と照合した")
    with pytest.raises(RuleBroken):
        lists.make(at(counter, date(YEAR + 1, 3, 20)), YEAR + 1, APRIL)
    january = [at(one, date(YEAR + 1, 1, 20)) for one in (counter, chief)]
    with pytest.raises(RuleBroken):
        lists.make(january[0], YEAR, OCTOBER)
    made = made_list(january[0], YEAR + 1, APRIL)
    rows = lists.read(january[0], made.id, lists.NOT_CONCERNED, "", 1).rows
    assert [row.household_id for row in rows] == [other]
    assert LAST in lists.failing_codes(rows[0].failing, APRIL)
    approved(january[1], made.id, "2月の額と照合した")
    february = told_of(counter, home).parts.deducted[-1]
    told = entries.standing(january[0], home, YEAR + 1)
    assert told is not None
    assert [(month, yen) for month, _, yen in told.pensions] == [(month, february) for month in MONTHS[:3]]
    desk = replace(january[0], actor=actor_certificate_clerk)
    text = text_on_paper(desk, letters.ask(desk, home, YEAR + 1))
    assert "仮徴収額決定通知書" in text
    assert "令和9年4月15日" in text
    stop = Told(STOP, YEAR + 1, reason="other", evidence="申出書")
    spring = [at(one, date(YEAR + 1, 4, 20)) for one in (counter, verifier)]
    entries.decide(spring[1], entries.enter(spring[0], home, stop).id, approve=True, words="申出書を見た")
    told = entries.standing(spring[0], home, YEAR + 1)
    assert told is not None
    assert [month for month, _, _ in told.pensions] == [4]


def test_entries_are_taken_back_by_who_entered_them_and_lists_refused(
    june: AssessmentRun, counter: Context, verifier: Context, chief: Context
) -> None:
    del june
    home, other = homes_of_elders(counter)[:2]
    entry = entries.enter(counter, home, NOTICE)
    assert entries.withdraw(counter, entry.id).state == "withdrawn"
    with pytest.raises(SomebodyElseWasFaster):
        entries.decide(verifier, entry.id, approve=True, words="見た")
    again = entries.enter(counter, home, NOTICE)
    entries.decide(verifier, again.id, approve=False, words="額が違う")
    assert household.read(counter, home).fact is None
    of_before = entries.enter(counter, home, NOTICE)
    session = counter.session
    head = session.scalars(select(HouseholdHead).where(HouseholdHead.household_id == home)).one()
    head.person_id = entries.head_of(counter, other)
    with pytest.raises(RuleBroken, match="世帯主が変わりました"), session.begin_nested():
        entries.decide(verifier, of_before.id, approve=True, words="通知と照合した")
    entries.decide(verifier, of_before.id, approve=False, words="世帯主が変わった")
    assert session.scalars(select(PensionFact)).all() == []
    made = made_list(counter, YEAR, OCTOBER)
    assert (made.households, made.concerned) == (0, 0)
    lists.decide(chief, made.id, approve=False, words="通知がまだない")
    assert session.scalars(select(PensionDeduction)).all() == []
    assert session.scalars(select(PensionEntry.state).order_by(PensionEntry.id)).all() == [
        "withdrawn",
        "refused",
        "refused",
    ]
    assert find_in_force(session, home, YEAR) is not None


def test_an_approved_list_whose_work_stands_still_is_refused_and_begins_nothing_any_more(
    june: AssessmentRun, counter: Context, verifier: Context, chief: Context
) -> None:
    del june
    home = homes_of_elders(counter)[0]
    entry = entries.enter(counter, home, NOTICE)
    entries.decide(verifier, entry.id, approve=True, words="通知と照合した")
    for ended in (CANCELLED, FAILED):
        made = made_list(counter, YEAR, OCTOBER)
        lists.decide(chief, made.id, approve=True, words="件数が合う")
        job = lists.work_of(chief, made)
        assert job is not None
        with pytest.raises(SomebodyElseWasFaster, match="承認の処理中"):
            lists.make(counter, YEAR, OCTOBER)
        for moves in (WAITING, RUNNING):
            job.state = moves
            with pytest.raises(SomebodyElseWasFaster):
                lists.decide(chief, made.id, approve=False, words="止まっている")
        job.state = ended
        with pytest.raises(SomebodyElseWasFaster):
            lists.decide(chief, made.id, approve=True, words="もう一度")
        with pytest.raises(NotAllowed):
            lists.decide(counter, made.id, approve=False, words="止まっている")
        assert lists.decide(chief, made.id, approve=False, words="止まっている").state == "refused"
        again = Work(job.id, job.payload, {}, 0, job.total, 1)
        assert list_work.begin(chief, again) is None, "what was refused begins nothing, tried again"
        assert counter.session.scalars(select(PensionDeduction)).all() == []
    made = made_list(counter, YEAR, OCTOBER)
    approved(chief, made.id, "件数が合う")
    assert (made.state, made.concerned) == ("approved", 1)


def test_a_payer_without_a_name_in_the_setting_is_said(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    assert entries.payers(ctx)["101"] == "厚生労働大臣(日本年金機構)"
    monkeypatch.setattr(city.Settings, "text", lambda _self, _key: "101 厚生労働大臣、102共済組合")
    with pytest.raises(RuleBroken, match="102共済組合"):
        entries.payers(ctx)


def test_who_was_made_one_with_another_record_since_stays_concerned(
    ctx: Context, counter: Context, verifier: Context, june: AssessmentRun
) -> None:
    del june
    home = homes_of_elders(ctx)[0]
    entry = entries.enter(counter, home, NOTICE)
    entries.decide(verifier, entry.id, approve=True, words="通知と照合した")
    gone = entry.person_id
    record = list_current(ctx.session, {gone})[gone]
    kept = someone(ctx, record.name, record.name_kana, record.birth_date, "見本県見本市架空町1丁目1番1号")
    row = merging.propose(counter, kept, gone, "住民票で同じ方と確かめた")
    merging.decide(verifier, row.id, "住民票で同じ方と確かめた", merges=True)
    made = made_list(counter, YEAR, OCTOBER)
    [candidate] = counter.session.scalars(select(PensionCandidate).where(PensionCandidate.list_id == made.id))
    assert (candidate.household_id, candidate.person_id, candidate.failing) == (home, kept, 0)
