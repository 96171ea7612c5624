"""The share of 70 to 74 is entered by one, checked by another, and decides the income class (C1, B4)."""

from dataclasses import replace
from datetime import date

import pytest

from models.audit.tags import Tag
from models.certificate import Certificate
from models.income import DECLARED, Income
from models.person import get_current
from models.share_entry import ShareEntry
from rules.benefits.income_class import IncomeClass, classify
from services import merging, share_entries
from services.ceiling_certificates.facts import gather
from services.context import Actor, Context
from services.errors import NotAllowed, NotFound, PersonUnknown, RuleBroken, SomebodyElseWasFaster
from services.parameter_reading import EntryRefused
from services.share_entries import Told
from tests.factories.audit import told as events
from tests.factories.registry import a_loss, a_person, register_acquisition, register_loss
from tests.factories.staff import employ

HIGH = Told("3", "R8.8.1", "所得情報の画面")
REASON = "課税所得を照合した"


@pytest.fixture
def counter(ctx: Context, actor_counter: Actor) -> Context:
    return replace(ctx, actor=actor_counter)


@pytest.fixture
def verifier(ctx: Context, actor_verifier: Actor) -> Context:
    return replace(ctx, actor=actor_verifier)


def elder(desk: Context, event_on: str = "2026-04-01") -> tuple[int, int]:
    """Somebody of 72 who is insured from a day on, and the household."""
    done = register_acquisition(desk, [a_person(birth_date="1954-03-03")], event_on=event_on)
    return done.person_ids[0], done.household_id


def test_a_recorded_share_settles_the_class_that_was_refused_without_it(
    counter: Context, verifier: Context
) -> None:
    person_id, home = elder(counter)
    values = {"income_year": 2025, "declaration_kind": DECLARED, "resident_tax_kind": "1"}
    yen = {"business_income": 2_000_000, "taxable_income": 1_500_000}
    counter.session.add(Income(person_id=person_id, recorded_at=counter.at, **values, **yen))
    counter.session.flush()

    def classed() -> tuple[IncomeClass | None, list[str]]:
        told = gather(counter, home, person_id, counter.today)
        found = classify(told.facts, told.law).result
        assert all("不交付とせず" in one.message_ja for one in found.refusals)
        assert all("「負担割合」から登録" in one.message_ja for one in found.refusals)
        return found.income_class, [one.code for one in found.refusals]

    assert classed() == (None, ["ceiling.share_not_told"])
    entry = share_entries.enter(counter, person_id, HIGH)
    with pytest.raises(SomebodyElseWasFaster):
        share_entries.enter(counter, person_id, HIGH)
    assert get_current(counter.session, person_id).copay_share is None
    before = get_current(counter.session, person_id)
    share_entries.decide(verifier, entry.id, approve=True, words=REASON)
    assert before.superseded_at == counter.at
    now = get_current(counter.session, person_id)
    assert (now.copay_share, now.effective_on, now.name) == (3, date(2026, 8, 1), before.name)
    assert share_entries.since(counter, now) == date(2026, 8, 1)
    assert classed() == (IncomeClass.ACTIVE_1, [])

    mended = share_entries.enter(counter, person_id, replace(HIGH, share="2", day="2026-09-01"))
    share_entries.decide(verifier, mended.id, approve=True, words=REASON)
    assert classed() == (IncomeClass.GENERAL, [])
    page = share_entries.read(counter, person_id)
    assert (page.record.copay_share, page.since) == (2, date(2026, 9, 1))
    assert [one.share for one in page.entries] == [2, 3]
    with pytest.raises(EntryRefused, match="すでに登録"):
        share_entries.enter(counter, person_id, replace(HIGH, share="2", day="2026-09-01"))
    earlier = share_entries.enter(counter, person_id, replace(HIGH, share="2", day="2026-08-01"))
    share_entries.decide(verifier, earlier.id, approve=True, words=REASON)
    assert share_entries.since(counter, get_current(counter.session, person_id)) == date(2026, 8, 1)
    tags = [event.tag for event in events(counter.session)]
    assert tags.count(Tag.SHARE_ENTERED) == tags.count(Tag.SHARE_APPROVED) == 3


def test_who_entered_it_neither_by_account_nor_by_number_nor_in_an_emergency_decides(
    counter: Context, verifier: Context
) -> None:
    person_id, _ = elder(counter)
    entry = share_entries.enter(counter, person_id, HIGH)
    same_number = replace(verifier.actor, staff_number=counter.actor.staff_number)
    borrowed = replace(verifier.actor, borrowed=frozenset({"verifier"}), emergency_id=1)
    for one in (counter.actor, same_number, borrowed):
        with pytest.raises(NotAllowed):
            share_entries.decide(replace(counter, actor=one), entry.id, approve=True, words=REASON)
    with pytest.raises(RuleBroken, match="理由"):
        share_entries.decide(verifier, entry.id, approve=True, words=" ")
    assert get_current(counter.session, person_id).copay_share is None


def test_what_is_refused_or_taken_back_changes_nothing(counter: Context, verifier: Context) -> None:
    person_id, _ = elder(counter)
    refused = share_entries.enter(counter, person_id, HIGH)
    share_entries.decide(verifier, refused.id, approve=False, words="課税所得が届かない")
    entry = share_entries.enter(counter, person_id, HIGH)
    other = replace(counter, actor=employ(counter.session, "counter", "s-other"))
    with pytest.raises(NotAllowed):
        share_entries.withdraw(other, entry.id)
    assert [one.id for one in share_entries.waiting(verifier)[0]] == [entry.id]
    share_entries.withdraw(counter, entry.id)
    with pytest.raises(SomebodyElseWasFaster):
        share_entries.decide(verifier, entry.id, approve=True, words=REASON)
    with pytest.raises(NotFound):
        share_entries.withdraw(counter, entry.id + 9)
    assert share_entries.waiting(verifier)[0] == []
    assert get_current(counter.session, person_id).copay_share is None
    states = [one.state for one in share_entries.read(counter, person_id).entries]
    assert states == ["withdrawn", "refused"]


@pytest.mark.parametrize(
    ("told", "fields"),
    [
        (Told(), {"share", "day", "evidence"}),
        (replace(HIGH, share="1"), {"share"}),
        (replace(HIGH, day="2026-11-24"), {"day"}),  # to come
        (replace(HIGH, day="2024-03-31"), {"day"}),  # before the month after 70
        (replace(HIGH, day="2026-03-31"), {"day"}),  # not insured yet
        (replace(HIGH, day="R8.13.1", evidence="あ" * 401), {"day", "evidence"}),
        (replace(HIGH, evidence="番号 123456789018"), {"evidence"}),
    ],
)
def test_what_cannot_be_is_said_at_its_field(counter: Context, told: Told, fields: set[str]) -> None:
    person_id, _ = elder(counter)
    with pytest.raises(EntryRefused) as refused:
        share_entries.enter(counter, person_id, told)
    assert set(refused.value.errors) == fields
    assert counter.session.query(ShareEntry).count() == 0


@pytest.mark.parametrize(
    ("birth_date", "bears"),
    [
        ("1956-11-02", False),  # 70 this month: from December
        ("1956-11-01", True),  # born on the 1st: from this month
        ("1951-11-24", True),  # 75 tomorrow
        ("1951-11-23", False),
        ("1980-04-02", False),
    ],
)
def test_only_who_is_of_70_to_74_has_a_share(counter: Context, birth_date: str, *, bears: bool) -> None:
    person_id, _ = elder(counter)
    get_current(counter.session, person_id).birth_date = birth_date
    counter.session.flush()
    assert share_entries.read(counter, person_id).may_bear is bears
    if bears:
        share_entries.enter(counter, person_id, replace(HIGH, day="2026-11-01"))
        return
    with pytest.raises(RuleBroken, match="70歳から74歳"):
        share_entries.enter(counter, person_id, replace(HIGH, day="2026-11-01"))


def test_a_record_that_was_merged_takes_no_share_and_nobody_unknown_has_one(
    counter: Context, verifier: Context
) -> None:
    before = register_acquisition(counter, [a_person(birth_date="1954-03-03")], event_on="2026-04-01")
    register_loss(counter, a_loss(before, 0, event_on="2026-06-01", household_part="whole"))
    kept, (gone, _) = before.person_ids[0], elder(counter, "2026-07-01")
    words = "住民票と転入届の写しで同じ方と確かめた"
    merge = merging.propose(counter, kept, gone, words)
    merging.decide(verifier, merge.id, words, merges=True)
    with pytest.raises(RuleBroken, match="統合先"):
        share_entries.enter(counter, gone, HIGH)
    for deed in (share_entries.read, lambda ctx, one: share_entries.enter(ctx, one, HIGH)):
        with pytest.raises(PersonUnknown):
            deed(counter, 999_999)


def test_a_certificate_that_is_out_with_another_share_is_named(counter: Context, verifier: Context) -> None:
    person_id, _ = elder(counter)
    certificates = counter.session.query(Certificate).filter_by(person_id=person_id).all()
    printed = {one.id for one in certificates if one.contents.get("copay_share") == 2}
    assert printed
    entry = share_entries.enter(counter, person_id, HIGH)
    assert share_entries.read(counter, person_id).others == []
    share_entries.decide(verifier, entry.id, approve=True, words=REASON)
    assert {one.id for one in share_entries.read(counter, person_id).others} == printed
