"""The monthly lists: who stands on them, what is decided, what stays (B1)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import event, func, select

from interchange.juki.deaths import DeathsFile
from models.certificate import list_of_person
from models.document import PrintRequest
from models.enrolment import find_open_period
from models.ex_officio import ExOfficioRow
from models.job import Job
from models.person import Person
from services import counts, ex_officio, persons
from services.batch import deciding
from services.batch.deciding import Wish
from services.context import Actor, Context
from services.errors import NotAllowed, RuleBroken
from services.ex_officio import DeathsFileRefused
from services.job_kinds import Work
from tests.factories.registry import a_person, register_acquisition

NOVEMBER = date(2026, 11, 1)


@pytest.fixture
def deaths_file(tmp_path: Path) -> Iterator[Path]:
    before = ex_officio._register[:]
    path = tmp_path / "deaths.csv"
    ex_officio.configure(DeathsFile(path))
    yield path
    ex_officio._register[:] = before


@pytest.fixture
def chief(ctx: Context, actor_section_chief: Actor) -> Context:
    return replace(ctx, actor=actor_section_chief)


def insured(ctx, birth_date, **more):
    done = register_acquisition(ctx, [a_person(birth_date=birth_date, **more)])
    return done.person_ids[0]


def made(chief, kind, month=NOVEMBER):
    ex_officio.make_list(chief, kind, month)
    return [one.row for one in ex_officio.read(chief, kind, month)]


def wish(*rows, **more):
    told = {"ground": "年齢到達の確認", "decision_number": "見国保第8-1号"} | more
    return Wish([row.id for row in rows], **told)


def tell_of_deaths(ctx, path, *deaths):
    lines = [f"{day},{ctx.session.get_one(Person, person).addressee_number}" for day, person in deaths]
    path.write_text("died_on,addressee_number\n" + "\n".join(lines) + "\n", encoding="utf-8")


def test_those_who_turn_75_in_the_month_are_listed_with_the_day(ctx, chief):
    person = insured(ctx, "1951-11-25")
    insured(ctx, "1951-12-01")
    (row,) = made(chief, "reaching_75")
    assert (row.person_id, row.event_on, row.reason) == (person, date(2026, 11, 25), "05")
    assert not row.needs_decision
    assert "高齢者の医療の確保に関する法律" in row.article


def test_seventy_is_reached_the_day_before_the_birthday(ctx, chief):
    person = insured(ctx, "1956-12-01")
    (row,) = made(chief, "reaching_70")
    assert (row.person_id, row.event_on) == (person, date(2026, 11, 30))


def test_a_birth_known_in_part_is_listed_for_a_decision(ctx, chief):
    person = insured(ctx, "1951-00-00")
    (row,) = made(chief, "reaching_75")
    assert (row.person_id, row.event_on, row.needs_decision) == (person, None, True)


def test_who_was_born_on_29_february_is_listed_for_a_decision(ctx, chief):
    insured(ctx, "1952-02-29")
    (row,) = made(chief, "reaching_75", date(2027, 3, 1))
    assert (row.event_on, row.needs_decision) == (date(2027, 3, 1), True)


def test_the_end_of_a_stay_is_listed_for_a_decision(ctx, chief):
    person = insured(ctx, "1990-01-01")
    stay = {"residence_status": "留学", "residence_expires_on": date(2026, 11, 28)}
    persons.revise(ctx, person, stay, ctx.today, None)
    (row,) = made(chief, "residence_ending")
    assert (row.person_id, row.event_on, row.needs_decision) == (person, date(2026, 11, 28), True)


def test_students_are_listed_in_the_month_before_their_proof_ends(ctx, chief):
    person = insured(ctx, "2004-01-01")
    period = find_open_period(ctx.session, person)
    assert period is not None
    period.residence_exception = "student"
    assert made(chief, "student_proof_due", date(2027, 1, 1)) == []
    (row,) = made(chief, "student_proof_due", date(2027, 2, 1))
    assert row.due_on == date(2027, 3, 31)
    deciding.decide(chief, wish(row))
    assert row.state == "opened"
    assert made(chief, "student_proof_due", date(2027, 3, 1)) == []


def test_the_dead_of_the_registers_file_are_listed(ctx, chief, deaths_file):
    person = insured(ctx, "1960-01-01")
    tell_of_deaths(ctx, deaths_file, ("2026-11-21", person))
    (row,) = made(chief, "deaths")
    assert (row.person_id, row.event_on, row.reason) == (person, date(2026, 11, 21), "04")


def test_a_wrong_file_changes_nothing(ctx, chief, deaths_file):
    person = insured(ctx, "1960-01-01")
    tell_of_deaths(ctx, deaths_file, ("2026-11-21", person))
    made(chief, "deaths")
    deaths_file.write_text("died_on,addressee_number\n2026-11-21,x\n", encoding="utf-8")
    with pytest.raises(DeathsFileRefused, match="2行目"):
        ex_officio.make_list(chief, "deaths", NOVEMBER)
    (one,) = ex_officio.read(chief, "deaths", NOVEMBER)
    assert one.row.state == "listed"


def test_a_list_takes_few_statements_however_many_are_insured(ctx, chief):
    for day in range(21, 29):
        insured(ctx, f"1951-11-{day:02}")
    said = []

    def count(*args):
        said.append(args[2])

    engine = ctx.session.get_bind().engine
    event.listen(engine, "before_cursor_execute", count)
    ex_officio.make_list(chief, "reaching_75", NOVEMBER)
    event.remove(engine, "before_cursor_execute", count)
    selects = [one for one in said if one.lstrip().upper().startswith("SELECT")]
    assert len(selects) <= 3


def test_making_a_list_again_keeps_what_was_decided(ctx, chief):
    insured(ctx, "1951-11-25")
    (row,) = made(chief, "reaching_75")
    deciding.decide(chief, wish(row))
    again = ex_officio.make_list(chief, "reaching_75", NOVEMBER)
    assert (again.added, again.gone, row.state) == (0, 0, "decided")


def test_a_decision_asks_for_one_case_with_ground_and_number(ctx, chief):
    insured(ctx, "1951-11-25")
    (row,) = made(chief, "reaching_75")
    (result,) = deciding.decide(chief, wish(row))
    assert result.passes
    (message,) = ctx.session.scalars(select(Job))
    assert message.idempotency_key == f"reaching_75:2026-11:{row.person_id}"
    entry = message.payload["entry"]
    assert (entry["way"], entry["ground"], entry["decision_number"]) == (
        "ex_officio",
        "年齢到達の確認",
        "見国保第8-1号",
    )
    assert (row.state, row.decided_by_id) == ("decided", chief.actor.staff_id)


def test_a_row_decided_twice_asks_once(ctx, chief):
    insured(ctx, "1951-11-25")
    (row,) = made(chief, "reaching_75")
    deciding.decide(chief, wish(row))
    (second,) = deciding.decide(chief, wish(row))
    assert not second.passes
    assert ctx.session.scalar(select(func.count()).select_from(Job)) == 1


def test_looking_at_a_decision_writes_nothing(ctx, chief):
    insured(ctx, "1951-11-25")
    (row,) = made(chief, "reaching_75")
    assert [one.passes for one in deciding.consider(chief, wish(row))] == [True]
    assert (row.state, ctx.session.scalars(select(Job)).all()) == ("listed", [])


def test_one_that_cannot_be_decided_stays_and_the_others_go_on(ctx, chief):
    unsure, sure = insured(ctx, "1951-00-00"), insured(ctx, "1951-11-25")
    rows = made(chief, "reaching_75")
    results = {one.row.person_id: one for one in deciding.decide(chief, wish(*rows))}
    assert (results[sure].passes, results[unsure].passes) == (True, False)
    assert (results[sure].row.state, results[unsure].row.state) == ("decided", "listed")
    (later,) = deciding.decide(
        chief, wish(results[unsure].row, dates={results[unsure].row.id: date(2026, 11, 20)})
    )
    assert later.passes


def test_a_dead_head_needs_a_new_one_who_can_be_chosen(ctx, chief, deaths_file):
    done = register_acquisition(ctx)
    tell_of_deaths(ctx, deaths_file, ("2026-11-21", done.person_ids[0]))
    (row,) = made(chief, "deaths")
    (result,) = deciding.consider(chief, wish(row))
    assert not result.passes
    assert {one.person_id for one in result.heads} == set(done.person_ids[1:])
    (result,) = deciding.decide(chief, wish(row, heads={row.id: done.person_ids[1]}))
    assert result.passes


def test_a_row_is_left_out_with_a_reason_and_its_wish_goes(ctx, chief):
    insured(ctx, "1951-11-25")
    (row,) = made(chief, "reaching_75")
    with pytest.raises(RuleBroken):
        deciding.leave_out(chief, [row.id], "  ")
    deciding.decide(chief, wish(row))
    deciding.leave_out(chief, [row.id], "広域連合で障害認定済")
    assert (row.state, row.excluded_because) == ("excluded", "広域連合で障害認定済")
    assert ctx.session.scalars(select(Job)).all() == []


@pytest.mark.parametrize("told", [{"ground": " "}, {"decision_number": ""}, {"ground": "あ" * 201}])
def test_ground_and_number_must_be_told(ctx, chief, told):
    insured(ctx, "1951-11-25")
    (row,) = made(chief, "reaching_75")
    with pytest.raises(RuleBroken):
        deciding.decide(chief, wish(row, **told))
    assert row.state == "listed"


def test_only_the_chief_makes_lists_and_decides(ctx, chief):
    insured(ctx, "1951-11-25")
    with pytest.raises(NotAllowed):
        ex_officio.make_list(ctx, "reaching_75", NOVEMBER)
    (row,) = made(chief, "reaching_75")
    with pytest.raises(NotAllowed):
        deciding.decide(ctx, wish(row))


def test_who_reaches_70_gets_a_paper_for_the_new_share(ctx, chief):
    person = insured(ctx, "1956-11-15")
    before = {row.id for row in list_of_person(ctx.session, person)}
    (row,) = made(chief, "reaching_70")
    deciding.decide(chief, wish(row))
    work = Work(1, {"row": row.id}, {}, 0, None, 1)
    deciding.issue_for_70(chief, work)
    deciding.issue_for_70(chief, work)
    new = [one for one in list_of_person(ctx.session, person) if one.id not in before]
    assert {one.contents["share_from"] for one in new} == {"2026-12-01"}
    requests = ctx.session.scalars(
        select(PrintRequest).where(PrintRequest.certificate_id.in_([one.id for one in new]))
    ).all()
    assert {one.delivery for one in requests} == {"post"}
    assert row.state == "opened"


def test_the_sidebar_counts_what_waits_for_the_chief(ctx, chief):
    insured(ctx, "1951-11-25")
    made(chief, "reaching_75")
    assert counts.ask(ctx.session, ex_officio.to_count(chief.actor, chief.today)) == {"ex_officio": 1}
    assert counts.ask(ctx.session, ex_officio.to_count(ctx.actor, ctx.today)) == {}
    assert ctx.session.scalar(select(func.count()).select_from(ExOfficioRow)) == 1
