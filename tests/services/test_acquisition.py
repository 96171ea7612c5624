"""Acquisition: persons, household, periods, certificates and requests to print from one notification."""

import pytest
from sqlalchemy import select

from models.certificate import Certificate, last_events
from models.confirmation import list_open_of
from models.document import PrintRequest
from models.enrolment import list_periods
from models.household import BranchNumber, current_card_number, get_head, list_members
from models.person import get_current
from models.vault import find_confirmed_of
from services import acquisition, numbers_vault, persons
from services.errors import RegistrationRefused
from services.findings import refusals_in
from tests.factories.audit import told
from tests.factories.registry import a_family, a_person, an_acquisition, register_acquisition


def codes(findings):
    return {finding.code for finding in findings}


def test_a_family_of_four_moves_in_and_gets_a_household_with_four_branches(ctx):
    done = register_acquisition(ctx)
    card = current_card_number(ctx.session, done.household_id)
    rows = ctx.session.scalars(select(BranchNumber).where(BranchNumber.card_number_id == card.id))
    branches = {row.person_id: row.branch for row in rows}
    assert [branches[person_id] for person_id in done.person_ids] == ["01", "02", "03", "04"]
    assert get_head(ctx.session, done.household_id, ctx.today).person_id == done.person_ids[0]
    assert {m.relationship_code for m in list_members(ctx.session, done.household_id, ctx.today)} == {
        "head",
        "wife",
        "child",
    }
    assert int(card.number) >= 90000001


def test_each_of_the_family_is_insured_from_the_day_of_moving_in(ctx):
    done = register_acquisition(ctx)
    for person_id in done.person_ids:
        [period] = list_periods(ctx.session, person_id)
        assert (str(period.acquired_on), period.acquisition_reason) == ("2026-11-20", "01")
        assert period.covers(ctx.today)


def test_a_registered_card_gives_a_notice_and_no_card_gives_a_certificate(ctx):
    done = register_acquisition(ctx)
    rows = ctx.session.scalars(select(Certificate).where(Certificate.id.in_(done.certificate_ids))).all()
    assert [row.kind for row in sorted(rows, key=lambda row: row.branch)] == [
        "eligibility_certificate",
        "eligibility_notice",
        "eligibility_certificate",
        "eligibility_certificate",
    ]
    assert len({row.serial for row in rows}) == 4
    assert {event.kind for event in last_events(ctx.session, [row.id for row in rows]).values()} == {"issued"}


def test_at_the_counter_each_paper_is_asked_for_alone_and_by_post_one_carrier_a_kind(ctx):
    at_counter = register_acquisition(ctx)
    assert len(at_counter.print_request_ids) == 4
    family = [row | {"name": row["name"].replace("見本", "架空")} for row in a_family()]
    by_post = register_acquisition(ctx, family, delivery="post")
    requests = [ctx.session.get(PrintRequest, one) for one in by_post.print_request_ids]
    assert {(one.document, len(one.payload["certificate_ids"])) for one in requests} == {
        ("eligibility_certificate", 3),
        ("eligibility_notice", 1),
    }
    assert {(one.delivery, one.addressee, one.postal_code) for one in requests} == {
        ("post", "架空 太郎", "0000001")
    }


def test_a_nominal_head_is_held_without_a_certificate(ctx):
    """H01: the father is insured elsewhere; mother and child join."""
    persons = [row | {} for row in a_family()[1:3]]
    done = register_acquisition(
        ctx,
        persons,
        head_kind="not_insured",
        head={"name": "見本 太郎", "kana": "ミホン タロウ", "sex": "1", "birth_date": "1980-04-02"},
    )
    head = get_head(ctx.session, done.household_id, ctx.today)
    assert head.person_id not in done.person_ids
    assert list_periods(ctx.session, head.person_id) == []
    assert len(done.certificate_ids) == 2
    request = ctx.session.get(PrintRequest, done.print_request_ids[0])
    assert request.addressee == "見本 太郎"


def test_twins_of_29_february_get_branches_in_the_order_of_birth(ctx):
    """H06."""
    family = register_acquisition(
        ctx, [a_person(birth_date="1995-05-05")], event_on="2023-01-10", received_on="2023-01-11"
    )
    twins = [
        a_person("見本 双葉", "2024-02-29", kana="ミホン フタバ", sex="2", relationship="child"),
        a_person("見本 若葉", "2024-02-29", kana="ミホン ワカバ", sex="2", relationship="child"),
    ]
    done = register_acquisition(
        ctx,
        twins,
        reason="04",
        event_on="2024-02-29",
        received_on="2024-03-08",
        household_id=family.household_id,
        head_kind="registered",
        head_person_id=family.person_ids[0],
        insured_parent="father",
    )
    rows = [ctx.session.get(Certificate, one) for one in done.certificate_ids]
    assert [(row.contents["name"], row.branch) for row in rows] == [("見本 双葉", "02"), ("見本 若葉", "03")]
    assert {str(list_periods(ctx.session, one)[0].acquired_on) for one in done.person_ids} == {"2024-02-29"}


def test_somebody_already_insured_is_refused_and_nothing_is_written(ctx):
    done = register_acquisition(ctx)
    again = [a_person(person_id=done.person_ids[0])]
    entry = an_acquisition(
        again, household_id=done.household_id, head_kind="registered", head_person_id=done.person_ids[0]
    )
    assert "acquisition.already_insured" in codes(refusals_in(acquisition.check(ctx, entry)))
    with pytest.raises(RegistrationRefused, match="加入しています"):
        register_acquisition(ctx, **{k: v for k, v in entry.items() if k != "persons"}, persons=again)
    assert len(list_periods(ctx.session, done.person_ids[0])) == 1


def test_the_same_name_and_birth_date_is_shown_and_never_merged(ctx):
    """H15: two women 佐藤 葵, born on the same day, in different streets."""
    aoi = a_person("佐藤 葵", "1990-05-05", kana="サトウ アオイ", sex="2")
    first = register_acquisition(ctx, [aoi])
    entry = an_acquisition([aoi], address={"postal_code": "0000003", "address": "見本県見本市別町9番"})
    found = [one for one in acquisition.check(ctx, entry) if one.code == "person.same_name_and_birth"]
    assert len(found) == 1
    assert "見本県見本市架空町" in found[0].message_ja
    second = register_acquisition(ctx, [aoi], address=entry["address"])
    assert first.person_ids != second.person_ids


def test_rare_characters_are_kept_as_registered(ctx):
    """H17, H18: stored with variation selectors, equal in search."""
    names = ["𠮷田 髙子", "葛󠄀城 一", "葛󠄁城 一", "辻󠄀 花"]
    persons = [
        a_person(name, "1970-01-01", relationship="head" if n == 0 else "other")
        for n, name in enumerate(names)
    ]
    done = register_acquisition(ctx, persons)
    rows = [ctx.session.get(Certificate, one) for one in done.certificate_ids]
    assert [row.contents["name"] for row in rows] == names
    assert [get_current(ctx.session, one).name for one in done.person_ids] == names


def test_a_long_latin_name_and_a_person_without_kana_are_accepted(ctx):
    """H19, H20."""
    persons = [
        a_person(
            "RODRIGUEZ CASTANEDA VILLANUEVA MARIA FERNANDA", "1991-02-03", kana="", no_kana=True, sex="2"
        ),
        a_person("NGUYEN THI AN", "1999-09-09", kana="", no_kana=True, sex="2", relationship="cohabitant"),
    ]
    done = register_acquisition(ctx, persons)
    assert get_current(ctx.session, done.person_ids[1]).name_kana == ""
    assert len(done.certificate_ids) == 2


def test_a_late_and_backdated_notification_is_accepted_with_the_words_of_the_law(ctx):
    done = register_acquisition(ctx, [a_person()], event_on="2026-06-01")
    assert any("期限" in message for message in done.messages)
    [period] = list_periods(ctx.session, done.person_ids[0])
    assert str(period.acquired_on) == "2026-06-01"


def test_a_day_in_the_future_is_refused(ctx):
    found = acquisition.check(ctx, an_acquisition(event_on="2026-12-01"))
    assert "notification.event_in_future" in codes(refusals_in(found))


def test_somebody_of_72_gets_the_card_of_his_share_beside_the_certificate(ctx):
    done = register_acquisition(ctx, [a_person("見本 寿", "1954-03-03")])
    rows = [ctx.session.get(Certificate, one) for one in done.certificate_ids]
    assert [row.kind for row in rows] == ["eligibility_certificate", "elderly_recipient_card"]
    assert rows[1].contents["copay_share"] == 2


def test_individual_numbers_are_confirmed_with_the_registration(ctx):
    reference = numbers_vault.receive(ctx, "0000 0000 0019")
    done = register_acquisition(ctx, [a_person(individual_number=reference)])
    assert numbers_vault.find_conflicts(ctx, None, done.person_ids[0]) == []


def test_a_number_of_somebody_else_is_held_and_does_not_stop_the_registration(ctx):
    """A7, M07, H38."""
    register_acquisition(ctx, [a_person(individual_number=numbers_vault.receive(ctx, "000000000019"))])
    other = a_person("別人 次郎", "1977-07-07", individual_number=numbers_vault.receive(ctx, "000000000019"))
    found = acquisition.check(ctx, an_acquisition([other]))
    assert (codes(refusals_in(found)), "number.held_by_another" in codes(found)) == (set(), True)
    assert "0000000" not in "".join(one.message_ja + one.message_en for one in found)
    [person_id] = register_acquisition(ctx, [other]).person_ids
    assert find_confirmed_of(ctx.session, person_id) is None
    assert [row.kind for row in list_open_of(ctx.session, [person_id])] == ["held_by_another"]


def test_one_number_for_two_of_the_same_notification_is_refused(ctx):
    family = a_family()[:2]
    for row in family:
        row["individual_number"] = numbers_vault.receive(ctx, "000000000027")
    found = refusals_in(acquisition.check(ctx, an_acquisition(family)))
    assert [one.path for one in found] == ["persons.1.individual_number"]


def test_every_registration_says_so_in_the_audit_without_a_name(ctx):
    register_acquisition(ctx)
    events = told(ctx.session)
    assert {"register:changed", "certificate:event", "notification:action"} <= {event.tag for event in events}
    assert "見本" not in str([event.detail for event in events])


def test_the_place_of_a_protected_namesake_is_not_told(ctx):
    """H14, H15."""
    aoi = a_person("佐藤 葵", "1990-05-05", kana="サトウ アオイ", sex="2")
    first = register_acquisition(ctx, [aoi])
    persons.revise(ctx, first.person_ids[0], {"protective_measure": True}, ctx.today, None)
    [found] = [
        one
        for one in acquisition.check(ctx, an_acquisition([aoi]))
        if one.code == "person.same_name_and_birth"
    ]
    assert "(保護対象)" in found.message_ja
    assert "架空町" not in found.message_ja
