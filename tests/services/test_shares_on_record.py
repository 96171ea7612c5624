"""The share of 70 to 74 and its first day, as certificates, the class of a past day and merges read it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest

from models.certificate import Certificate
from models.income import DECLARED, Income
from models.person import get_current
from models.share_entry import ShareEntry
from rules.benefits.income_class import IncomeClass, classify
from services import merging, persons, share_entries
from services.ceiling_certificates.facts import gather
from services.context import Actor, Context
from services.merging import CannotBeMerged
from services.parameter_reading import EntryRefused
from services.share_entries import Told
from tests.factories.registry import (
    a_loss,
    a_person,
    a_reissue,
    register_acquisition,
    register_loss,
    register_reissue,
)

REASON = "課税所得を照合した"
SAME = "住民票と転入届の写しで同じ方と確かめた"
MAY, AUGUST, NOVEMBER = date(2026, 5, 1), date(2026, 8, 1), date(2026, 11, 1)


@pytest.fixture
def counter(ctx: Context, actor_counter: Actor) -> Context:
    return replace(ctx, actor=actor_counter)


@pytest.fixture
def verifier(ctx: Context, actor_verifier: Actor) -> Context:
    return replace(ctx, actor=actor_verifier)


def put(desks: Sequence[Context], person_id: int, share: int, day: date, *, minutes: int = 0) -> ShareEntry:
    """Enter a share and put it on record, some minutes later than the clock of the test."""
    at = desks[0].at + timedelta(minutes=minutes)
    entering, checking = (replace(one, at=at) for one in desks)
    entry = share_entries.enter(entering, person_id, Told(str(share), f"{day}", "所得情報の画面"))
    return share_entries.decide(checking, entry.id, approve=True, words=REASON)


def earned(ctx: Context, person_id: int) -> None:
    values = {"income_year": 2025, "declaration_kind": DECLARED, "resident_tax_kind": "1"}
    yen = {"business_income": 2_000_000, "taxable_income": 1_500_000}
    ctx.session.add(Income(person_id=person_id, recorded_at=ctx.at, **values, **yen))
    ctx.session.flush()


def class_of(ctx: Context, home: int, person_id: int, day: date) -> IncomeClass | None:
    told = gather(ctx, home, person_id, day)
    return classify(told.facts, told.law).result.income_class


def test_a_certificate_bears_the_first_day_that_was_entered_with_the_share(
    counter: Context, verifier: Context
) -> None:
    done = register_acquisition(counter, [a_person(birth_date="1954-03-03")], event_on="2026-04-01")
    person_id = done.person_ids[0]
    put((counter, verifier), person_id, 3, AUGUST)
    old = share_entries.read(counter, person_id).others
    assert [one.contents["share_from"] for one in old] == ["2024-04-01"] * len(old)
    register_reissue(counter, a_reissue(done, 0, reason="other"))
    fresh = counter.session.query(Certificate).filter(
        Certificate.person_id == person_id, Certificate.id.not_in([one.id for one in old])
    )
    printed = [(one.contents["copay_share"], one.contents["share_from"]) for one in fresh]
    assert printed
    assert set(printed) == {(3, "2026-08-01")}


@pytest.mark.parametrize(
    ("entered", "since", "on_days"),
    [
        ([(2, AUGUST), (3, NOVEMBER)], NOVEMBER, {"2026-07-31": 2, "2026-10-31": 2, "2026-11-01": 3}),
        ([(3, AUGUST), (2, AUGUST)], AUGUST, {"2026-08-01": 2}),
        ([(3, AUGUST), (2, NOVEMBER), (2, AUGUST)], AUGUST, {"2026-08-01": 2, "2026-11-01": 2}),
        ([(2, AUGUST), (3, NOVEMBER), (3, MAY)], NOVEMBER, {"2026-09-10": 2, "2026-11-01": 3}),
        ([(2, AUGUST), (2, date(2026, 9, 1))], date(2026, 9, 1), {"2026-08-31": 2, "2026-09-01": 2}),
    ],
)
def test_the_share_of_a_past_day_is_that_which_held_on_it(
    counter: Context,
    verifier: Context,
    entered: Sequence[tuple[int, date]],
    since: date,
    on_days: dict[str, int],
) -> None:
    done = register_acquisition(counter, [a_person(birth_date="1954-03-03")], event_on="2026-04-01")
    person_id = done.person_ids[0]
    persons.revise(counter, person_id, {"copay_share": 2}, None, None)
    for at, (share, day) in enumerate(entered):
        put((counter, verifier), person_id, share, day, minutes=at + 1)
    record = get_current(counter.session, person_id)
    assert share_entries.since(counter, record) == since
    for day, share in on_days.items():
        assert share_entries.shares_on(counter, {person_id: record}, date.fromisoformat(day)) == {
            person_id: share
        }


def test_an_application_of_the_past_is_classed_by_the_share_of_its_day(
    counter: Context, verifier: Context
) -> None:
    done = register_acquisition(counter, [a_person(birth_date="1954-03-03")], event_on="2026-04-01")
    person_id, home = done.person_ids[0], done.household_id
    earned(counter, person_id)
    put((counter, verifier), person_id, 2, AUGUST)
    put((counter, verifier), person_id, 3, NOVEMBER)
    assert class_of(counter, home, person_id, date(2026, 10, 15)) == IncomeClass.GENERAL
    assert class_of(counter, home, person_id, counter.today) == IncomeClass.ACTIVE_1


def test_a_day_before_any_share_was_known_is_not_classed_by_what_came_later(
    counter: Context, verifier: Context
) -> None:
    done = register_acquisition(counter, [a_person(birth_date="1954-03-03")], event_on="2026-04-01")
    person_id, home = done.person_ids[0], done.household_id
    earned(counter, person_id)
    put((counter, verifier), person_id, 3, NOVEMBER)
    assert class_of(counter, home, person_id, date(2026, 10, 15)) is None
    assert class_of(counter, home, person_id, counter.today) == IncomeClass.ACTIVE_1


def test_another_share_from_before_that_on_record_is_refused_and_a_correction_is_not(
    counter: Context, verifier: Context
) -> None:
    done = register_acquisition(counter, [a_person(birth_date="1954-03-03")], event_on="2024-05-01")
    person_id = done.person_ids[0]
    put((counter, verifier), person_id, 3, AUGUST)
    with pytest.raises(EntryRefused) as refused:
        share_entries.enter(counter, person_id, Told("2", "R7.8.1", "前年度の判定"))
    ja, en = refused.value.errors["day"]
    assert all(word in ja for word in ("令和8年8月1日", "3割", "書き換わり", "登録し"))
    assert "2026-08-01" in en
    waits = share_entries.enter(counter, person_id, Told("2", "R8.8.1", "基準収入額適用申請書"))
    share_entries.decide(verifier, waits.id, approve=True, words=REASON)
    put((counter, verifier), person_id, 2, date(2025, 8, 1))
    page = share_entries.read(counter, person_id)
    assert (page.record.copay_share, page.since) == (2, date(2025, 8, 1))


def two_records(counter: Context) -> tuple[int, int]:
    """Insured until June under one record, and from July on under another."""
    before = register_acquisition(counter, [a_person(birth_date="1954-03-03")], event_on="2026-04-01")
    register_loss(counter, a_loss(before, 0, event_on="2026-06-01", household_part="whole"))
    again = register_acquisition(counter, [a_person(birth_date="1954-03-03")], event_on="2026-07-01")
    return before.person_ids[0], again.person_ids[0]


def shown(ctx: Context, person_id: int) -> tuple[int | None, date | None, int]:
    ctx.session.flush()
    ctx.session.expire_all()
    page = share_entries.read(ctx, person_id)
    return page.record.copay_share, page.since, len(page.entries)


@pytest.mark.parametrize("kept_first", [True, False])
def test_a_merge_takes_the_share_along_and_gives_it_back_when_it_is_undone(
    counter: Context, verifier: Context, *, kept_first: bool
) -> None:
    former, latter = two_records(counter)
    kept, gone = (former, latter) if kept_first else (latter, former)
    put((counter, verifier), latter, 3, AUGUST)
    persons.revise(counter, former, {"copay_share": 2}, date(2026, 4, 1), None)
    before = shown(counter, kept), shown(counter, gone)
    merge = merging.propose(counter, kept, gone, SAME)
    merging.decide(verifier, merge.id, SAME, merges=True)
    assert shown(counter, kept) == (3, AUGUST, 1)
    assert {one.contents["copay_share"] for one in share_entries.read(counter, kept).others} == {2}
    merging.ask_to_undo(counter, merge.id, "別の方と分かった")
    merging.decide_undo(verifier, merge.id, SAME, undoes=True)
    assert (shown(counter, kept), shown(counter, gone)) == before


def test_a_record_without_a_share_takes_that_of_the_other_whichever_was_insured_last(
    counter: Context, verifier: Context
) -> None:
    former, latter = two_records(counter)
    put((counter, verifier), former, 3, date(2026, 5, 1))
    merge = merging.propose(counter, latter, former, SAME)
    merging.decide(verifier, merge.id, SAME, merges=True)
    assert shown(counter, latter) == (3, date(2026, 5, 1), 1)
    later = [replace(one, at=one.at + timedelta(hours=1)) for one in (counter, verifier)]
    put(later, latter, 2, AUGUST)
    merging.ask_to_undo(later[0], merge.id, "別の方と分かった")
    merging.decide_undo(later[1], merge.id, SAME, undoes=True)
    assert shown(counter, latter) == (2, AUGUST, 1), "what was told of it since stays with it"
    assert shown(counter, former) == (3, date(2026, 5, 1), 1)


def test_what_waits_goes_along_with_the_merge_and_stops_its_undoing_once_it_is_approved(
    counter: Context, verifier: Context
) -> None:
    kept, gone = two_records(counter)
    told = Told("3", f"{AUGUST}", "所得情報の画面")
    waits = share_entries.enter(counter, gone, told)
    own = share_entries.enter(counter, kept, replace(told, day="2026-05-01"))
    with pytest.raises(CannotBeMerged, match="両方の記録で確認を待って"):
        merging.propose(counter, kept, gone, SAME)
    share_entries.withdraw(counter, own.id)
    merge = merging.propose(counter, kept, gone, SAME)
    merging.decide(verifier, merge.id, SAME, merges=True)
    later = replace(verifier, at=verifier.at + timedelta(hours=1))
    share_entries.decide(later, waits.id, approve=True, words=REASON)
    assert shown(counter, kept) == (3, AUGUST, 2)
    with pytest.raises(CannotBeMerged, match="負担割合の登録が承認"):
        merging.ask_to_undo(later, merge.id, "別の方と分かった")


def test_a_share_from_the_period_that_was_taken_over_stops_the_undoing(
    counter: Context, verifier: Context
) -> None:
    kept, gone = two_records(counter)
    put((counter, verifier), kept, 2, MAY)
    put((counter, verifier), gone, 3, AUGUST)
    merge = merging.propose(counter, kept, gone, SAME)
    merging.decide(verifier, merge.id, SAME, merges=True)
    later = [replace(one, at=one.at + timedelta(hours=1)) for one in (counter, verifier)]
    put(later, kept, 3, date(2026, 7, 1))
    with pytest.raises(CannotBeMerged, match="負担割合の登録が承認"):
        merging.ask_to_undo(later[0], merge.id, "別の方と分かった")
