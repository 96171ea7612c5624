"""Cancellation: what was recorded is closed, what was closed is believed again, nothing is deleted."""

import pytest
from sqlalchemy import func, select

from models.certificate import Certificate, last_events, list_of_person
from models.document import PrintRequest
from models.enrolment import Enrolment, list_periods
from models.household import current_card_number, get_head, list_members
from models.notification import NotificationAction
from models.person import SearchKey, get_current
from services import cancellation, numbers_vault
from services.errors import RegistrationRefused
from services.findings import refusals_in
from tests.factories.registry import (
    a_cancellation,
    a_change,
    a_loss,
    a_person,
    a_reissue,
    last_notification_id,
    register_acquisition,
    register_cancellation,
    register_change,
    register_loss,
    register_reissue,
)


def codes(findings):
    return {finding.code for finding in findings}


def states(ctx, person_id):
    rows = list_of_person(ctx.session, person_id)
    events = last_events(ctx.session, [row.id for row in rows])
    return [(row.kind, events[row.id].kind) for row in rows]


def test_a_cancelled_acquisition_leaves_nobody_insured_and_its_certificates_void(ctx):
    done = register_acquisition(ctx)
    number = last_notification_id(ctx)
    cancelled = register_cancellation(ctx, number)
    for person_id in done.person_ids:
        [period] = list_periods(ctx.session, person_id)
        assert period.cancelled
        assert {state for _, state in states(ctx, person_id)} == {"voided"}
    assert list_members(ctx.session, done.household_id) == []
    assert get_head(ctx.session, done.household_id, ctx.today) is None
    assert any("回収" in message for message in cancelled.messages)
    requests = [ctx.session.get(PrintRequest, one) for one in done.print_request_ids]
    assert {request.state for request in requests} == {"cancelled"}


def test_nothing_is_deleted_by_a_cancellation(ctx):
    register_acquisition(ctx)
    before = ctx.session.scalar(select(func.count()).select_from(Enrolment))
    register_cancellation(ctx, last_notification_id(ctx))
    assert ctx.session.scalar(select(func.count()).select_from(Enrolment)) == before + 4
    assert ctx.session.scalar(select(func.count()).select_from(Certificate)) == 4


def test_the_people_of_a_cancelled_acquisition_stay_on_record_and_can_join_again(ctx):
    done = register_acquisition(ctx, [a_person()])
    register_cancellation(ctx, last_notification_id(ctx))
    person_id = done.person_ids[0]
    assert get_current(ctx.session, person_id).name == "見本 太郎"
    again = register_acquisition(ctx, [a_person(person_id=person_id)], event_on="2026-11-21")
    assert again.household_id != done.household_id
    first, second = list_periods(ctx.session, person_id)
    assert (first.cancelled, second.cancelled) == (True, False)


def test_a_cancelled_loss_gives_the_period_back_and_a_new_certificate_for_the_collected_one(ctx):
    done = register_acquisition(ctx)
    register_loss(ctx, a_loss(done, 0))
    again = register_cancellation(ctx, last_notification_id(ctx))
    [period] = list_periods(ctx.session, done.person_ids[0])
    assert (period.lost_on, period.loss_reason, period.covers(ctx.today)) == (None, None, True)
    assert len(again.certificate_ids) == 1
    assert [state for _, state in states(ctx, done.person_ids[0])] == ["issued", "returned"]


def test_a_certificate_that_was_not_returned_is_good_again(ctx):
    done = register_acquisition(ctx)
    entry = a_loss(done, 0)
    entry["persons"][0] |= {"certificate": "not_returned", "not_returned_reason": "lost"}
    register_loss(ctx, entry)
    again = register_cancellation(ctx, last_notification_id(ctx))
    assert again.certificate_ids == ()
    assert [state for _, state in states(ctx, done.person_ids[0])] == ["issued"]


def test_a_household_that_had_ended_goes_on_as_before(ctx):
    done = register_acquisition(ctx)
    register_loss(ctx, a_loss(done, 0, 1, 2, 3))
    assert get_head(ctx.session, done.household_id, ctx.today) is None
    register_cancellation(ctx, last_notification_id(ctx))
    assert get_head(ctx.session, done.household_id, ctx.today).person_id == done.person_ids[0]
    members = list_members(ctx.session, done.household_id, ctx.today)
    assert {row.person_id for row in members} == set(done.person_ids)


def test_a_death_entered_for_the_wrong_person_is_taken_back_with_the_new_head(ctx):
    done = register_acquisition(ctx)
    before = current_card_number(ctx.session, done.household_id).number
    entry = a_loss(done, 0, reason="04", was_head=True, new_head_person_id=done.person_ids[1])
    register_loss(ctx, entry)
    register_cancellation(ctx, last_notification_id(ctx))
    assert get_current(ctx.session, done.person_ids[0]).died_on is None
    assert get_head(ctx.session, done.household_id, ctx.today).person_id == done.person_ids[0]
    assert current_card_number(ctx.session, done.household_id).number == before
    relations = {row.person_id: row.relationship_code for row in list_members(ctx.session, done.household_id)}
    assert relations[done.person_ids[1]] == "wife"


def test_a_cancelled_change_of_name_gives_the_old_name_back_to_the_search(ctx):
    done = register_acquisition(ctx)
    row = {"person_id": done.person_ids[0], "new_name": "試験 太郎", "new_kana": "シケン タロウ"}
    register_change(ctx, a_change(done, "name", persons=[row]))
    register_cancellation(ctx, last_notification_id(ctx))
    assert get_current(ctx.session, done.person_ids[0]).name == "見本 太郎"
    keys = ctx.session.scalars(select(SearchKey.key).where(SearchKey.person_id == done.person_ids[0]))
    assert "見本太郎" in set(keys)
    assert states(ctx, done.person_ids[0])[-1] == ("eligibility_certificate", "issued")


def test_a_cancelled_reissue_makes_the_found_certificate_good_again(ctx):
    done = register_acquisition(ctx)
    register_reissue(ctx, a_reissue(done, 0))
    register_cancellation(ctx, last_notification_id(ctx))
    assert [state for _, state in states(ctx, done.person_ids[0])] == ["voided", "issued"]


def test_what_a_later_notification_builds_on_cannot_be_cancelled_first(ctx):
    done = register_acquisition(ctx)
    first = last_notification_id(ctx)
    register_loss(ctx, a_loss(done, 0))
    second = last_notification_id(ctx)
    found = refusals_in(cancellation.check(ctx, a_cancellation(first)))
    assert codes(found) == {"cancellation.later_builds_on"}
    with pytest.raises(RegistrationRefused, match="後の届出"):
        register_cancellation(ctx, first)
    register_cancellation(ctx, second)
    register_cancellation(ctx, first)
    for person_id in done.person_ids:
        assert {state for _, state in states(ctx, person_id)} <= {"voided", "returned"}


def test_after_the_later_one_is_cancelled_the_earlier_one_can_be(ctx):
    done = register_acquisition(ctx)
    first = last_notification_id(ctx)
    row = {"person_id": done.person_ids[0], "new_name": "試験 太郎", "new_kana": "シケン タロウ"}
    register_change(ctx, a_change(done, "name", persons=[row]))
    register_cancellation(ctx, last_notification_id(ctx))
    register_cancellation(ctx, first)
    assert list_periods(ctx.session, done.person_ids[0])[0].cancelled


def test_a_child_born_into_the_household_stands_in_the_way(ctx):
    done = register_acquisition(ctx, [a_person()])
    first = last_notification_id(ctx)
    register_acquisition(
        ctx,
        [a_person("見本 双葉", "2026-11-21", relationship="child")],
        reason="04",
        event_on="2026-11-21",
        household_id=done.household_id,
        head_kind="registered",
        head_person_id=done.person_ids[0],
    )
    assert codes(cancellation.check(ctx, a_cancellation(first))) == {"cancellation.later_builds_on"}


def test_joining_again_meanwhile_stands_in_the_way_of_cancelling_the_loss(ctx):
    done = register_acquisition(ctx, [a_person()])
    register_loss(ctx, a_loss(done, 0))
    loss_id = last_notification_id(ctx)
    register_acquisition(ctx, [a_person(person_id=done.person_ids[0])], event_on="2026-11-23")
    assert codes(cancellation.check(ctx, a_cancellation(loss_id))) == {"cancellation.later_builds_on"}


def test_a_household_that_others_have_left_since_cannot_take_somebody_back(ctx):
    """The head left the insurance, then the last insured person split off: the household has ended."""
    wife = a_person("見本 花子", "1982-07-15", sex="2", relationship="wife")
    done = register_acquisition(ctx, [a_person(), wife])
    register_loss(ctx, a_loss(done, 0))
    loss_id = last_notification_id(ctx)
    row = {"person_id": done.person_ids[1], "new_household_number": 1, "relationship": "head"}
    register_change(ctx, a_change(done, "split", persons=[row]))
    split_id = last_notification_id(ctx)
    assert codes(cancellation.check(ctx, a_cancellation(loss_id))) == {"cancellation.later_builds_on"}
    register_cancellation(ctx, split_id)
    register_cancellation(ctx, loss_id)
    assert get_head(ctx.session, done.household_id, ctx.today).person_id == done.person_ids[0]


def test_a_notification_is_cancelled_once_and_says_so(ctx):
    register_acquisition(ctx, [a_person()])
    first = last_notification_id(ctx)
    register_cancellation(ctx, first)
    second = last_notification_id(ctx)
    assert codes(cancellation.check(ctx, a_cancellation(first))) == {"cancellation.cancelled_before"}
    assert codes(cancellation.check(ctx, a_cancellation(second))) == {"cancellation.nothing_recorded"}
    assert codes(cancellation.check(ctx, a_cancellation(987654))) == {"cancellation.unknown"}
    kinds = ctx.session.scalars(
        select(NotificationAction.kind).where(NotificationAction.notification_id == first)
    )
    assert list(kinds)[-1] == "cancelled"


def test_numbers_linked_by_a_cancelled_notification_are_free_again(ctx):
    register_acquisition(ctx, [a_person(individual_number=numbers_vault.receive(ctx, "000000000019"))])
    register_cancellation(ctx, last_notification_id(ctx))
    other = numbers_vault.receive(ctx, "000000000019")
    assert numbers_vault.find_conflicts(ctx, other, None) == []
