"""Two records of one person made one by two people, and two again as they were (名寄せ・統合; H16)."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import inspect, select

from models import registry, vault
from models.certificate import CertificateEvent
from models.confirmation import list_open_of
from models.household import HouseholdMember
from models.income import AMOUNTS, Income, find_income
from models.person import AddressRecord, Person, PersonRecord
from rules.eras import format_short
from services import lookups, merge_rows, merging, number_linking, numbers_vault
from services.context import Context
from services.errors import NotAllowed, RuleBroken, SomebodyElseWasFaster
from services.merge_rows import OF_THE_ROW, TREATMENTS
from services.merging import CannotBeMerged
from tests.factories.audit import told
from tests.factories.people import someone
from tests.factories.registry import (
    a_change,
    a_loss,
    a_notification,
    a_person,
    register_acquisition,
    register_change,
    register_loss,
)

REASON = "住民票と転入届の写しで同じ方と確かめた"
NUMBER, OTHER = "000000000019", "000000000027"


def as_(ctx, actor):
    return Context(ctx.session, actor, ctx.at)


@pytest.fixture
def twice(ctx):
    """H16: insured years ago and lost, and moved in again under a new record; (kept, gone)."""
    before = register_acquisition(ctx, [a_person("見本 太郎")], event_on="2026-04-01")
    register_loss(ctx, a_loss(before, 0, event_on="2026-06-01", household_part="whole"))
    again = register_acquisition(ctx, [a_person("見本 太郎")])
    return again.person_ids[0], before.person_ids[0]


@pytest.fixture
def merge(ctx, twice, actor_verifier):
    row = merging.propose(ctx, *twice, REASON)
    return merging.decide(as_(ctx, actor_verifier), row.id, REASON, merges=True)


def snapshot(ctx, person_ids):
    """All that is believed of persons, without the moments of recording, and all that hangs on them."""
    ctx.session.flush()
    ctx.session.expire_all()
    found = {}
    for entity in (PersonRecord, AddressRecord, *merge_rows.COPIED):
        names = sorted({column.key for column in inspect(entity).column_attrs} - OF_THE_ROW)
        for one in person_ids:
            rows = merge_rows.open_rows(ctx, entity, one)
            found[entity, one] = sorted([repr([getattr(row, name) for name in names]) for row in rows])
    for entity in merge_rows.MOVED:
        for one in person_ids:
            statement = select(entity.id).where(entity.person_id == one).order_by(entity.id)
            found[entity, one] = list(ctx.session.scalars(statement))
    for one in person_ids:
        number = vault.find_confirmed_of(ctx.session, one)
        found["number", one] = number.reference if number else None
        found["merged", one] = ctx.session.get(Person, one).merged_into_id
    return found


def test_every_foreign_key_to_a_person_has_its_treatment():
    keys = {
        f"{table.name}.{column.name}"
        for table in registry.metadata.tables.values()
        for column in table.columns
        for key in column.foreign_keys
        if key.target_fullname == "person.id"
    }
    assert keys == set(TREATMENTS)
    by_name = {merge_rows.name_of(one): one for one in (*merge_rows.MOVED, *merge_rows.COPIED)}
    told_of = {name.partition(".")[0] for name, how in TREATMENTS.items() if how in {"moved", "copied"}}
    assert set(by_name) == told_of


def test_one_proposes_and_another_decides(ctx, twice, actor_verifier):
    row = merging.propose(ctx, *twice, REASON)
    same = type(actor_verifier)(**{**vars(ctx.actor), "roles": frozenset({"verifier"})})
    for actor in (ctx.actor, same):
        with pytest.raises(NotAllowed):
            merging.decide(as_(ctx, actor), row.id, REASON, merges=True)
    with pytest.raises(RuleBroken, match="理由"):
        merging.decide(as_(ctx, actor_verifier), row.id, " ", merges=True)
    merging.decide(as_(ctx, actor_verifier), row.id, REASON, merges=False)
    assert (row.state, ctx.session.get(Person, twice[1]).merged_into_id) == ("refused", None)
    with pytest.raises(SomebodyElseWasFaster):
        merging.decide(as_(ctx, actor_verifier), row.id, REASON, merges=True)


def test_what_hung_on_the_old_record_hangs_on_the_new_one_and_the_old_one_stays_reachable(ctx, twice, merge):
    kept, gone = twice
    after = snapshot(ctx, twice)
    assert after["merged", gone] == kept
    assert [len(after[entity, gone]) for entity in (*merge_rows.MOVED, *merge_rows.COPIED)] == [0] * 12
    periods = merge_rows.open_rows(ctx, merge_rows.COPIED[0], kept)
    assert sorted(row.acquired_on for row in periods) == [date(2026, 4, 1), date(2026, 11, 20)]
    assert len(after[PersonRecord, gone]) == 1
    assert len(told(ctx.session, "merge:changed")) == 4, "of both, proposed and decided"
    assert merge.moved["certificate"]


def test_undone_by_two_people_both_are_as_they_were(ctx, twice, actor_verifier):
    before = snapshot(ctx, twice)
    row = merging.propose(ctx, *twice, REASON)
    merging.decide(as_(ctx, actor_verifier), row.id, REASON, merges=True)
    assert snapshot(ctx, twice) != before
    merging.ask_to_undo(ctx, row.id, "別の方と分かった")
    with pytest.raises(NotAllowed):
        merging.decide_undo(ctx, row.id, REASON, undoes=True)
    merging.decide_undo(as_(ctx, actor_verifier), row.id, REASON, undoes=True)
    assert (row.state, snapshot(ctx, twice)) == ("undone", before)


@pytest.mark.parametrize("number_of", ["kept", "gone", "nobody"])
def test_the_number_goes_along_and_comes_back(ctx, twice, actor_verifier, number_of):
    kept, gone = twice
    owner = {"kept": kept, "gone": gone}.get(number_of)
    if owner is not None:
        number_linking.write_all(ctx, {owner: numbers_vault.receive(ctx, NUMBER)}, None)
    before = snapshot(ctx, twice)
    row = merging.propose(ctx, kept, gone, REASON)
    merging.decide(as_(ctx, actor_verifier), row.id, REASON, merges=True)
    assert (vault.find_confirmed_of(ctx.session, kept) is None) == (owner is None)
    assert vault.find_confirmed_of(ctx.session, gone) is None
    merging.ask_to_undo(ctx, row.id, "別の方と分かった")
    merging.decide_undo(as_(ctx, actor_verifier), row.id, REASON, undoes=True)
    assert snapshot(ctx, twice) == before


def test_the_row_of_the_confirmation_list_is_settled_and_the_held_number_dropped(ctx, twice, actor_verifier):
    """H16: the check list said that the number is already with another person."""
    kept, gone = twice
    number_linking.write_all(ctx, {gone: numbers_vault.receive(ctx, NUMBER)}, None)
    notification = a_notification(ctx, "acquisition")
    number_linking.write_all(ctx, {kept: numbers_vault.receive(ctx, NUMBER)}, notification)
    row = merging.propose(ctx, kept, gone, REASON)
    merging.decide(as_(ctx, actor_verifier), row.id, REASON, merges=True)
    ctx.session.flush()
    assert [one.kind for one in list_open_of(ctx.session, [kept]) if one.kind == "held_by_another"] == []
    assert vault.find_confirmed_of(ctx.session, kept) is not None


def test_what_contradicts_is_named_and_nothing_is_merged(ctx, twice):
    kept, gone = twice
    for one, typed in ((kept, NUMBER), (gone, OTHER)):
        number_linking.write_all(ctx, {one: numbers_vault.receive(ctx, typed)}, None)
    with pytest.raises(CannotBeMerged, match="両方に個人番号"):
        merging.propose(ctx, kept, gone, REASON)
    insured = [
        register_acquisition(ctx, [a_person("見本 花子", "1982-07-15")]).person_ids[0] for _ in range(2)
    ]
    with pytest.raises(CannotBeMerged) as refused:
        merging.propose(ctx, *insured, REASON)
    assert all(word in refused.value.message_ja for word in ("資格の期間が重なって", "別の世帯"))
    with pytest.raises(RuleBroken, match="同じ記録"):
        merging.propose(ctx, kept, kept, REASON)
    protected = someone(ctx, protective_measure=True)
    with pytest.raises(CannotBeMerged, match="支援措置"):
        merging.propose(ctx, someone(ctx), protected, REASON)


def test_two_households_are_brought_together_by_the_change_that_the_obstacle_names(ctx):
    """H16: the old record still stands in the household in which the person was insured before."""
    family = [a_person("見本 花子", "1982-07-15"), a_person("見本 太郎", relationship="spouse")]
    before = register_acquisition(ctx, family, event_on="2026-04-01")
    register_loss(ctx, a_loss(before, 1, event_on="2026-06-01"))
    again = register_acquisition(ctx, [a_person("見本 太郎")])
    kept, gone = again.person_ids[0], before.person_ids[1]
    [obstacle] = merging.compare(ctx, kept, gone).obstacles
    assert obstacle.household_id == again.household_id
    joined = merge_rows.open_rows(ctx, HouseholdMember, kept)[0].from_on
    assert format_short(joined) in obstacle.ja
    entry = a_change(again, "merge", other_household_id=before.household_id, new_head_person_id=kept)
    row = {"person_id": gone, "relationship": "cohabitant"}
    register_change(ctx, entry | {"event_on": joined.isoformat(), "persons": [row]})
    assert merging.compare(ctx, kept, gone).obstacles == []


def test_what_was_merged_is_not_merged_again_and_leads_to_the_record_that_was_kept(ctx, twice, merge):
    kept, gone = twice
    with pytest.raises(CannotBeMerged, match="すでに統合"):
        merging.propose(ctx, someone(ctx), gone, REASON)
    found = {one.value for one in lookups.find(ctx, "person", "見本 太郎")}
    assert str(kept) in found
    assert str(gone) not in found
    assert merge.state == "done"


def test_what_new_hangs_on_it_is_told_and_it_stays_one(ctx, twice, merge, actor_verifier):
    later = Context(ctx.session, ctx.actor, ctx.at + timedelta(hours=1))
    paper = merge.moved["certificate"][0]
    ctx.session.add(CertificateEvent(certificate_id=paper, kind="lost", at=later.at, by_id=None))
    ctx.session.flush()
    with pytest.raises(CannotBeMerged, match="証が"):
        merging.ask_to_undo(later, merge.id, "別の方と分かった")
    assert ctx.session.get(Person, twice[1]).merged_into_id == twice[0]


@given(places=st.lists(st.integers(0, 3), min_size=1, max_size=4, unique=True), number=st.booleans())
@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_two_families_come_apart_as_they_were(ctx, actor_verifier, places, number):
    """Of any of several persons with periods of their own: merged and undone, nothing is different."""
    people = [
        register_acquisition(
            ctx, [a_person(f"見本 {place}郎", f"19{60 + place}-04-02")], event_on=f"2026-0{2 * place + 1}-01"
        )
        for place in range(4)
    ]
    for place, done in enumerate(people):
        register_loss(ctx, a_loss(done, 0, event_on=f"2026-0{2 * place + 1}-20", household_part="whole"))
    ids = [people[place].person_ids[0] for place in places] + [someone(ctx)]
    kept, gone = ids[0], ids[-1] if len(ids) == 2 else ids[1]
    if number:
        number_linking.write_all(ctx, {gone: numbers_vault.receive(ctx, NUMBER)}, None)
    before = snapshot(ctx, ids)
    row = merging.propose(ctx, kept, gone, REASON)
    merging.decide(as_(ctx, actor_verifier), row.id, REASON, merges=True)
    merging.ask_to_undo(ctx, row.id, "別の方と分かった")
    merging.decide_undo(as_(ctx, actor_verifier), row.id, REASON, undoes=True)
    assert snapshot(ctx, ids) == before
    if number:
        number_linking.write_all(ctx, {gone: numbers_vault.receive(ctx, OTHER)}, None, replacing=True)


def test_incomes_go_along_and_come_back_and_different_ones_of_a_year_stand_against_it(ctx, twice):
    kept, gone = twice
    told = dict.fromkeys(AMOUNTS, 0) | {"declaration_kind": "1", "recorded_at": ctx.at}
    ctx.session.add(Income(person_id=gone, income_year=2024, **told | {"salary_gross": 3_000_000}))
    same = told | {"pension_gross": 800_000}
    ctx.session.add_all([Income(person_id=one, income_year=2025, **same) for one in twice])
    ctx.session.flush()
    assert merging.compare(ctx, kept, gone).obstacles == []
    copied = merge_rows._copy_all(ctx, Income, gone, kept)
    assert [new is None for _, new in copied] == [False, True]
    assert find_income(ctx.session, kept, 2024).salary_gross == 3_000_000
    assert find_income(ctx.session, gone, 2024) is None
    ctx.session.add(Income(person_id=gone, income_year=2025, **same | {"pension_gross": 800_001}))
    ctx.session.flush()
    assert ["所得" in one.ja for one in merging.compare(ctx, kept, gone).obstacles] == [True]
