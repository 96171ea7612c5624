"""The yearly renewal: tried over the city, approved by another, issued, printed in order (C2, C3)."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from models.certificate import Certificate
from models.document import PrintRequest
from models.job import Job
from models.renewal import APPROVED, DISCARDED, FINAL, READY, RenewalRow
from services import mass_printing
from services.certificates import events
from services.errors import NotAllowed, RuleBroken
from services.job_kinds import Work
from services.renewing import issuing, pages, runs
from services.renewing.runs import WrongState
from tests.factories.audit import told
from tests.factories.registry import a_family, a_loss, a_person, register_acquisition, register_loss

NEXT, NOW = date(2027, 8, 1), date(2026, 8, 1)


@pytest.fixture
def clerk_ctx(ctx, actor_certificate_clerk):
    return replace(ctx, actor=actor_certificate_clerk)


@pytest.fixture
def chief_ctx(ctx, actor_section_chief):
    return replace(ctx, actor=actor_section_chief)


def tried(ctx, term_on=NEXT, at_once=1):
    """A trial, computed in as many steps as there are households."""
    run = runs.begin(ctx, term_on)
    job = ctx.session.get_one(Job, run.job_id)
    runs_at_once, runs.AT_ONCE = runs.AT_ONCE, at_once
    try:
        work = Work(0, {"run": run.id}, {}, 0, job.total, 1)
        while not (progress := runs.step(ctx, work)).finished:
            work = Work(0, {"run": run.id}, progress.checkpoint, progress.done, job.total, 1)
    finally:
        runs.AT_ONCE = runs_at_once
    return run


def issued(ctx, run, at_once=1):
    """All its certificates issued, so many households a step; what was left out."""
    issuing.start(ctx, run.id)
    job, skipped = ctx.session.get_one(Job, run.job_id), []
    issuing_at_once, issuing.AT_ONCE = issuing.AT_ONCE, at_once
    try:
        work = Work(0, {"run": run.id}, {}, 0, job.total, 1)
        while True:
            progress = issuing.step(ctx, work)
            skipped += progress.skipped
            if progress.finished:
                return skipped
            work = Work(0, {"run": run.id}, progress.checkpoint, progress.done, job.total, 1)
    finally:
        issuing.AT_ONCE = issuing_at_once


def rows_of(ctx, run):
    return ctx.session.scalars(select(RenewalRow).where(RenewalRow.run_id == run.id)).all()


def test_a_trial_tells_who_needs_what_and_issues_nothing(ctx, clerk_ctx):
    register_acquisition(ctx)
    before = len(ctx.session.scalars(select(Certificate)).all())
    run = tried(clerk_ctx)
    assert (run.state, run.number) == (READY, "K2027-001")
    assert (run.persons, run.needless) == (4, 1)  # the mother's notice bears no last day
    assert run.counts["kinds"] == {"eligibility_certificate": [3, 1]}
    assert run.counts["outcomes"] == {"same": [3, 1]}
    assert (run.counts["papers"], run.counts["households"], run.counts["letters"]) == (3, 1, 1)
    assert {row.expires_on for row in rows_of(ctx, run)} == {date(2028, 7, 31)}
    assert len(ctx.session.scalars(select(Certificate)).all()) == before


def test_a_birthday_or_the_end_of_a_stay_within_the_term_sets_the_last_day(ctx, clerk_ctx):
    people = [
        a_person(birth_date="1957-10-10"),  # reaches 70 in October 2027
        a_person("見本 花子", "1953-02-02", kana="ミホン ハナコ", sex="2", relationship="wife"),
    ]
    register_acquisition(ctx, people)
    run = tried(clerk_ctx)
    found = {row.limited_by: row.expires_on for row in rows_of(ctx, run)}
    assert found == {"70歳に達した月の末日": date(2027, 10, 31), "75歳の誕生日の前日": date(2028, 2, 1)}
    assert run.counts["limits"] == {
        "70歳に達した月の末日": [1, 1],
        "75歳の誕生日の前日": [2, 1],  # the card of the share beside the certificate
    }


def test_a_notice_without_a_last_day_is_followed_by_one_with_the_share_of_70(ctx, clerk_ctx):
    registered = a_person(birth_date="1957-02-02", has_my_number_insurance_card=True)  # 70 in February 2027
    register_acquisition(ctx, [registered])
    (row,) = rows_of(ctx, tried(clerk_ctx))
    assert (row.kind, row.expires_on) == ("eligibility_notice", date(2028, 7, 31))


def test_only_another_person_approves_and_only_then_is_anything_issued(ctx, clerk_ctx, chief_ctx):
    register_acquisition(ctx)
    run = tried(clerk_ctx)
    with pytest.raises(WrongState):
        issuing.start(clerk_ctx, run.id)
    with pytest.raises(NotAllowed):
        runs.approve(clerk_ctx, run.id)
    runs.approve(chief_ctx, run.id, " 確認した ")
    assert (run.state, run.decided_words) == (APPROVED, "確認した")
    with pytest.raises(WrongState):
        runs.approve(chief_ctx, run.id)


def test_each_gets_a_certificate_of_the_term_beside_the_one_he_holds_in_one_letter_a_household(
    ctx, clerk_ctx, chief_ctx
):
    first, second = register_acquisition(ctx), register_acquisition(ctx)
    run = tried(clerk_ctx)
    runs.approve(chief_ctx, run.id)
    assert issued(clerk_ctx, run) == []
    assert run.state == FINAL
    rows = rows_of(ctx, run)
    assert all(row.certificate_id for row in rows)
    for row in rows:
        new = ctx.session.get_one(Certificate, row.certificate_id)
        old = ctx.session.get_one(Certificate, new.replaces_id)
        assert (new.expires_on, old.expires_on) == (date(2028, 7, 31), date(2027, 7, 31))
        assert {one.id for one in events.list_out(ctx, row.person_id)} == {old.id, new.id}
    letters = [ctx.session.get_one(PrintRequest, one) for one in issuing.waiting(ctx, run)]
    assert [one.household_id for one in letters] == [first.household_id, second.household_id]
    assert {(one.delivery, len(one.payload["certificate_ids"])) for one in letters} == {("post", 3)}
    again = tried(clerk_ctx)
    assert (again.needless, again.counts["papers"]) == (8, 0)
    tags = [one.tag for one in told(ctx.session) if one.tag.startswith("renewal:")]
    assert {"renewal:begun", "renewal:computed", "renewal:approved", "renewal:issued"} == set(tags)


def test_who_left_after_the_trial_gets_nothing_and_the_list_says_why(ctx, clerk_ctx, chief_ctx):
    done = register_acquisition(ctx)
    run = tried(clerk_ctx)
    register_loss(ctx, a_loss(done, 0))
    runs.approve(chief_ctx, run.id)
    (skipped,) = issued(clerk_ctx, run)
    assert "資格がなくなった" in skipped.reason_ja
    lines, count = pages.list_rows(ctx, run, pages.LEFT_OUT, "", "", 1)
    assert (count, lines[0].row.person_id, lines[0].serial) == (1, done.person_ids[0], "")
    assert pages.count_left_out(ctx, run) == 1
    assert sum(row.certificate_id is not None for row in rows_of(ctx, run)) == 2


def test_a_certificate_that_was_issued_meanwhile_is_not_issued_again(ctx, clerk_ctx, chief_ctx):
    register_acquisition(ctx)
    first = tried(clerk_ctx)
    runs.approve(chief_ctx, first.id)
    other = rows_of(ctx, first)[0]
    held = ctx.session.scalars(select(Certificate).where(Certificate.person_id == other.person_id)).one()
    held.expires_on = date(2028, 7, 31)
    (skipped,) = issued(clerk_ctx, first)
    assert "同じ証が交付された" in skipped.reason_ja


def test_a_job_that_was_stopped_goes_on_and_doubles_nothing(ctx, clerk_ctx, chief_ctx):
    for _ in range(3):
        register_acquisition(ctx, a_family()[:1])
    run = tried(clerk_ctx)
    runs.approve(chief_ctx, run.id)
    issuing.start(clerk_ctx, run.id)
    issuing_at_once, issuing.AT_ONCE = issuing.AT_ONCE, 2
    try:
        first = issuing.step(clerk_ctx, Work(0, {"run": run.id}, {}, 0, 3, 1))
        assert (first.done, first.finished) == (2, False)
        # The same step once more, as after a worker was killed before its answer was kept.
        assert issuing.step(clerk_ctx, Work(0, {"run": run.id}, {}, 0, 3, 2)).finished
    finally:
        issuing.AT_ONCE = issuing_at_once
    assert len({row.certificate_id for row in rows_of(ctx, run)}) == 3
    assert len(issuing.waiting(ctx, run)) == 3
    with pytest.raises(WrongState):
        issuing.step(clerk_ctx, Work(0, {"run": run.id}, {}, 3, 3, 1))


def test_the_letters_are_printed_by_the_hundred_in_order_and_listed(
    ctx, clerk_ctx, chief_ctx, blob_folder, monkeypatch
):
    monkeypatch.setattr(issuing, "MOST_AT_ONCE", 2)
    for _ in range(3):
        register_acquisition(ctx, a_family()[:1])
    run = tried(clerk_ctx)
    runs.approve(chief_ctx, run.id)
    issued(clerk_ctx, run)
    asked = issuing.ask_for_print(clerk_ctx, run.id, "once", demo=True)
    assert [job.total for job in asked] == [2, 1]
    assert [one.id for one in issuing.ask_for_print(clerk_ctx, run.id, "once", demo=True)] == [
        one.id for one in asked
    ]
    for job in asked:
        work = Work(job.id, job.payload, {}, 0, job.total, 1)
        while not (progress := mass_printing.step(clerk_ctx, work)).finished:
            work = Work(job.id, job.payload, progress.checkpoint, progress.done, job.total, 1)
    assert issuing.waiting(ctx, run) == []
    letters, count = pages.list_letters(ctx, run, 1)
    assert (count, [one.place for one in letters]) == (3, [1, 2, 3])
    assert all(one.print_run_id and one.request.state == "printed" for one in letters)
    assert [(one.letters, one.waiting) for one in pages.count_areas(ctx, run)] == [(3, 0)]
    with pytest.raises(RuleBroken):
        issuing.ask_for_print(clerk_ctx, run.id, "twice", demo=True)


def test_one_renewal_of_a_term_at_a_time_and_none_of_another_day(ctx, clerk_ctx):
    register_acquisition(ctx)
    with pytest.raises(RuleBroken, match="期間が正しくありません"):
        runs.begin(clerk_ctx, date(2027, 9, 1))
    run = tried(clerk_ctx)
    with pytest.raises(RuleBroken, match=run.number):
        runs.begin(clerk_ctx, NEXT)
    missing = tried(clerk_ctx, NOW)
    assert (missing.needless, missing.counts["papers"]) == (4, 0)
    runs.discard(clerk_ctx, run.id)
    assert (run.state, rows_of(ctx, run)) == (DISCARDED, [])
    assert tried(clerk_ctx).state == READY


def test_who_can_get_no_paper_stands_in_the_trial_once_with_the_reason(ctx, clerk_ctx):
    left = a_person(birth_date="1953-02-02", residence_status="01", residence_expires_on="2027-06-30")
    done = register_acquisition(ctx, [left])
    run = tried(clerk_ctx)
    (row,) = rows_of(ctx, run)
    assert (row.person_id, row.kind, row.outcome) == (done.person_ids[0], "", "refused")
    assert "在留期間" in row.note
    assert (run.counts["papers"], run.counts["outcomes"]) == (0, {"refused": [1, 1]})


def test_another_office_neither_issues_nor_prints_nor_gives_up_what_this_one_began(ctx, clerk_ctx, chief_ctx):
    register_acquisition(ctx)
    run = tried(clerk_ctx)
    runs.approve(chief_ctx, run.id)
    stranger = replace(
        clerk_ctx, actor=replace(clerk_ctx.actor, office_id=(clerk_ctx.actor.office_id or 0) + 1000)
    )
    with pytest.raises(NotAllowed):
        runs.discard(stranger, run.id)
    with pytest.raises(NotAllowed):
        issuing.start(stranger, run.id)
    issued(clerk_ctx, run)
    with pytest.raises(NotAllowed):
        issuing.ask_for_print(stranger, run.id, "key", demo=True)
    assert len(issuing.waiting(ctx, run)) == 1
