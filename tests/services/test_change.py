"""Changes of a household: who lives where, is called how, heads it, belongs to it."""

import pytest
from sqlalchemy import select

from models.certificate import Certificate, last_events, list_of_person
from models.enrolment import list_periods
from models.household import current_card_number, get_head, list_members
from models.person import SearchKey, get_current, list_addresses
from services import change
from services.errors import RegistrationRefused
from services.findings import Severity, refusals_in
from tests.factories.registry import (
    NEW_ADDRESS,
    a_change,
    a_family,
    a_person,
    register_acquisition,
    register_change,
)


def codes(findings):
    return {finding.code for finding in findings}


def kinds_out(ctx, person_id):
    rows = list_of_person(ctx.session, person_id)
    states = last_events(ctx.session, [row.id for row in rows])
    return [(row.kind, states[row.id].kind) for row in rows]


def a_nominal_household(ctx):
    """Father not insured, mother and two children are (H01)."""
    return register_acquisition(
        ctx,
        a_family()[1:],
        head_kind="not_insured",
        head={"name": "見本 太郎", "kana": "ミホン タロウ", "sex": "1", "birth_date": "1980-04-02"},
    )


def test_a_new_name_is_recorded_beside_the_old_one_and_gives_a_new_certificate(ctx):
    done = register_acquisition(ctx)
    row = {"person_id": done.person_ids[0], "new_name": "試験 太郎", "new_kana": "シケン タロウ"}
    changed = register_change(ctx, a_change(done, "name", persons=[row | {"certificate": "collected"}]))
    record = get_current(ctx.session, done.person_ids[0])
    assert (record.name, str(record.effective_on)) == ("試験 太郎", "2026-11-22")
    keys = ctx.session.scalars(select(SearchKey.key).where(SearchKey.person_id == record.person_id))
    assert sorted(keys) == ["シケンタロウ", "試験太郎"]
    [certificate_id] = changed.certificate_ids
    certificate = ctx.session.get(Certificate, certificate_id)
    assert certificate.contents["name"] == "試験 太郎"
    assert certificate.replaces_id is not None
    assert ("eligibility_certificate", "returned") in kinds_out(ctx, done.person_ids[0])


def test_the_same_name_again_is_no_change(ctx):
    done = register_acquisition(ctx)
    row = {"person_id": done.person_ids[0], "new_name": "見本 太郎", "new_kana": "ミホン タロウ"}
    found = change.check(ctx, a_change(done, "name", persons=[row]))
    assert codes(refusals_in(found)) == {"change.nothing_changes"}


def test_moving_inside_the_city_ends_the_old_address_on_the_day_before(ctx):
    done = register_acquisition(ctx)
    rows = [{"person_id": one} for one in done.person_ids]
    changed = register_change(ctx, a_change(done, "address", persons=rows, new_address=NEW_ADDRESS))
    homes = list_addresses(ctx.session, done.person_ids[0])
    assert [(home.address, str(home.until_on)) for home in homes] == [
        ("見本県見本市架空町1丁目2番3号", "2026-11-21"),
        ("見本県見本市試験町4番5号", "None"),
    ]
    assert changed.certificate_ids == ()


def test_a_new_head_gives_a_new_number_and_new_certificates_in_this_city(ctx):
    done = register_acquisition(ctx)
    before = current_card_number(ctx.session, done.household_id).number
    entry = a_change(
        done,
        "head",
        old_head_person_id=done.person_ids[0],
        new_head_kind="registered",
        new_head_person_id=done.person_ids[1],
        head_change_reason="agreement",
    )
    changed = register_change(ctx, entry)
    assert get_head(ctx.session, done.household_id, ctx.today).person_id == done.person_ids[1]
    assert current_card_number(ctx.session, done.household_id).number != before
    assert len(changed.certificate_ids) == 4
    relations = {
        row.person_id: row.relationship_code
        for row in list_members(ctx.session, done.household_id, ctx.today)
    }
    assert [relations[one] for one in done.person_ids] == ["husband", "head", "child", "child"]


def test_a_head_who_was_not_on_record_is_taken_in(ctx):
    done = register_acquisition(ctx)
    entry = a_change(
        done,
        "head",
        old_head_person_id=done.person_ids[0],
        new_head_kind="not_registered",
        new_head={"name": "見本 祖父", "kana": "ミホン ソフ", "sex": "1", "birth_date": "1950-00-00"},
    )
    register_change(ctx, entry)
    head = get_head(ctx.session, done.household_id, ctx.today)
    assert get_current(ctx.session, head.person_id).name == "見本 祖父"
    assert list_periods(ctx.session, head.person_id) == []


def test_the_wrong_old_head_is_refused(ctx):
    done = register_acquisition(ctx)
    entry = a_change(
        done,
        "head",
        old_head_person_id=done.person_ids[1],
        new_head_kind="registered",
        new_head_person_id=done.person_ids[1],
    )
    with pytest.raises(RegistrationRefused, match="世帯主ではありません"):
        register_change(ctx, entry)


def test_an_insured_head_who_died_is_told_of_by_a_loss(ctx):
    done = register_acquisition(ctx)
    entry = a_change(
        done,
        "head",
        old_head_person_id=done.person_ids[0],
        new_head_kind="registered",
        new_head_person_id=done.person_ids[1],
        head_change_reason="death",
    )
    assert codes(refusals_in(change.check(ctx, entry))) == {"change.head_is_insured"}


def test_a_member_becomes_head_for_nhi_only_and_the_number_stays(ctx):
    """H02."""
    done = a_nominal_household(ctx)
    before = current_card_number(ctx.session, done.household_id).number
    entry = a_change(
        done,
        "nhi_head",
        new_head_person_id=done.person_ids[0],
        head_consents=True,
        new_head_signed=True,
        new_head_is_insured=True,
        income_declared=True,
    )
    warned = [one.code for one in change.check(ctx, entry) if one.severity is Severity.WARNING]
    assert "change.premiums_to_confirm" in warned
    register_change(ctx, entry)
    head = get_head(ctx.session, done.household_id, ctx.today)
    assert (head.person_id, head.nhi_only) == (done.person_ids[0], True)
    assert current_card_number(ctx.session, done.household_id).number == before


def test_a_head_for_nhi_only_needs_a_head_who_is_not_insured(ctx):
    done = register_acquisition(ctx)
    entry = a_change(
        done,
        "nhi_head",
        new_head_person_id=done.person_ids[1],
        head_consents=True,
        new_head_signed=True,
        new_head_is_insured=True,
        income_declared=True,
    )
    assert codes(refusals_in(change.check(ctx, entry))) == {"change.head_is_not_nominal"}


def test_a_split_makes_a_household_with_a_new_number_and_keeps_the_status(ctx):
    """H34: mother and a child leave to a household of their own."""
    done = register_acquisition(ctx)
    _, mother, child, _ = done.person_ids
    rows = [
        {"person_id": mother, "new_household_number": 1, "relationship": "head", "certificate": "collected"},
        {"person_id": child, "new_household_number": 1, "relationship": "child", "certificate": "collected"},
    ]
    changed = register_change(ctx, a_change(done, "split", persons=rows, new_address=NEW_ADDRESS))
    [period] = list_periods(ctx.session, mother)
    assert period.household_id != done.household_id
    assert (str(period.acquired_on), period.lost_on) == ("2026-11-20", None)
    assert get_head(ctx.session, period.household_id, ctx.today).person_id == mother
    assert current_card_number(ctx.session, period.household_id).number != (
        current_card_number(ctx.session, done.household_id).number
    )
    staying = {row.person_id for row in list_members(ctx.session, done.household_id, ctx.today)}
    assert staying == {done.person_ids[0], done.person_ids[3]}
    assert len(changed.certificate_ids) == 2


def test_a_split_of_everybody_is_no_split_and_a_head_who_goes_needs_a_successor(ctx):
    done = register_acquisition(ctx)
    everybody = [
        {"person_id": one, "new_household_number": 1, "relationship": "head" if n == 0 else "child"}
        for n, one in enumerate(done.person_ids)
    ]
    found = refusals_in(change.check(ctx, a_change(done, "split", persons=everybody)))
    assert codes(found) == {"change.everybody_moves"}
    only_head = a_change(done, "split", persons=everybody[:1])
    assert codes(refusals_in(change.check(ctx, only_head))) == {"change.no_new_head"}
    register_change(ctx, only_head | {"new_head_person_id": done.person_ids[1]})
    assert get_head(ctx.session, done.household_id, ctx.today).person_id == done.person_ids[1]


def test_a_merge_brings_the_others_in_under_one_number_and_ends_their_household(ctx):
    done = register_acquisition(ctx)
    other = register_acquisition(ctx, [a_person("別人 次郎", "1970-01-01", kana="ベツジン ジロウ")])
    entry = a_change(
        done,
        "merge",
        other_household_id=other.household_id,
        new_head_person_id=done.person_ids[0],
        persons=[
            {"person_id": other.person_ids[0], "relationship": "cohabitant", "certificate": "collected"}
        ],
    )
    changed = register_change(ctx, entry)
    [period] = list_periods(ctx.session, other.person_ids[0])
    assert period.household_id == done.household_id
    assert get_head(ctx.session, other.household_id, ctx.today) is None
    [certificate_id] = changed.certificate_ids
    certificate = ctx.session.get(Certificate, certificate_id)
    assert (certificate.branch, certificate.contents["number"]) == (
        "05",
        current_card_number(ctx.session, done.household_id).number,
    )


def test_a_stranger_cannot_be_changed_with_the_household(ctx):
    done = register_acquisition(ctx)
    other = register_acquisition(ctx, [a_person("別人 次郎", "1970-01-01")])
    rows = [{"person_id": other.person_ids[0]}]
    found = change.check(ctx, a_change(done, "address", persons=rows, new_address=NEW_ADDRESS))
    assert "household.not_a_member" in codes(refusals_in(found))
