"""Loss: periods end, papers come back, the household goes on or ends."""

from datetime import UTC, datetime

import pytest

from models.certificate import last_events, list_of_person
from models.document import PrintRequest
from models.enrolment import list_periods
from models.household import current_card_number, get_head, list_members
from models.person import get_current
from printing.certificates.proof_of_loss import ProofOfLoss
from services import loss
from services.context import Context
from services.errors import RegistrationRefused
from services.findings import refusals_in
from services.papers import from_plain
from tests.factories.registry import (
    NEW_ADDRESS,
    a_change,
    a_family,
    a_loss,
    a_person,
    register_acquisition,
    register_change,
    register_loss,
)


def codes(findings):
    return {finding.code for finding in findings}


def days(ctx, person_id):
    return [
        (str(row.acquired_on), str(row.lost_on) if row.lost_on else None)
        for row in list_periods(ctx.session, person_id)
    ]


def states(ctx, person_id):
    rows = list_of_person(ctx.session, person_id)
    return {event.kind for event in last_events(ctx.session, [row.id for row in rows]).values()}


def test_joining_an_employees_scheme_ends_the_period_on_the_day_after(ctx):
    done = register_acquisition(ctx)
    register_loss(ctx, a_loss(done, 1))
    assert days(ctx, done.person_ids[1]) == [("2026-11-20", "2026-11-22")]
    assert days(ctx, done.person_ids[0]) == [("2026-11-20", None)]


def test_a_proof_of_loss_is_asked_for_the_next_insurer(ctx):
    done = register_acquisition(ctx)
    lost = register_loss(ctx, a_loss(done, 1, 2))
    [request_id] = lost.print_request_ids
    request = ctx.session.get(PrintRequest, request_id)
    assert (request.document, request.addressee) == ("proof_of_loss", "見本 太郎")
    proof = from_plain(ProofOfLoss, request.payload)
    assert [(one.name, str(one.lost_on), one.reason) for one in proof.persons] == [
        ("見本 花子", "2026-11-22", "社会保険加入"),
        ("見本 一郎", "2026-11-22", "社会保険加入"),
    ]


def test_collected_and_missing_certificates_are_written_down(ctx):
    done = register_acquisition(ctx)
    entry = a_loss(done, 1, 2)
    entry["persons"][1] |= {"certificate": "not_returned", "not_returned_reason": "will_post"}
    register_loss(ctx, entry)
    assert states(ctx, done.person_ids[1]) == {"returned"}
    assert states(ctx, done.person_ids[2]) == {"not_returned"}


def test_a_head_who_joins_a_scheme_stays_head_without_being_insured(ctx):
    done = register_acquisition(ctx)
    register_loss(ctx, a_loss(done, 0))
    head = get_head(ctx.session, done.household_id, ctx.today)
    assert head.person_id == done.person_ids[0]
    assert done.person_ids[0] in {
        m.person_id for m in list_members(ctx.session, done.household_id, ctx.today)
    }


def test_a_head_who_dies_needs_a_successor(ctx):
    """H25: the widow becomes the head, from the day after."""
    done = register_acquisition(ctx)
    entry = a_loss(done, 0, reason="04", was_head=True)
    found = refusals_in(loss.check(ctx, entry))
    assert [(one.code, one.path) for one in found] == [("household.without_head", "new_head_person_id")]
    with pytest.raises(RegistrationRefused, match="新しい世帯主を選んで"):
        register_loss(ctx, entry)
    register_loss(ctx, entry | {"new_head_person_id": done.person_ids[1]})
    assert get_current(ctx.session, done.person_ids[0]).died_on is not None
    head = get_head(ctx.session, done.household_id, ctx.today)
    assert (head.person_id, str(head.from_on)) == (done.person_ids[1], "2026-11-22")
    assert days(ctx, done.person_ids[0]) == [("2026-11-20", "2026-11-22")]


def test_with_the_new_head_the_others_get_certificates_with_the_new_number(ctx):
    """The demonstration city gives a new number on a change of head."""
    done = register_acquisition(ctx)
    before = current_card_number(ctx.session, done.household_id).number
    entry = a_loss(done, 0, reason="04", was_head=True, new_head_person_id=done.person_ids[1])
    lost = register_loss(ctx, entry)
    after = current_card_number(ctx.session, done.household_id).number
    assert after != before
    assert len(lost.certificate_ids) == 3
    assert "replaced" in states(ctx, done.person_ids[2])


def test_when_nobody_insured_is_left_the_household_has_ended(ctx):
    done = register_acquisition(ctx)
    register_loss(
        ctx,
        a_loss(
            done,
            0,
            1,
            2,
            3,
            reason="01",
            destination="domestic",
            household_part="whole",
            new_municipality_code="999989",
            moved_within_prefecture=False,
            new_address=NEW_ADDRESS,
        ),
    )
    assert get_head(ctx.session, done.household_id, ctx.today) is None
    assert list_members(ctx.session, done.household_id, ctx.today) == []


def test_moving_inside_the_prefecture_ends_the_coverage_and_keeps_the_status(ctx):
    done = register_acquisition(ctx, [a_person()])
    register_loss(
        ctx,
        a_loss(
            done,
            0,
            reason="01",
            destination="domestic",
            household_part="whole",
            new_municipality_code="999989",
            moved_within_prefecture=True,
        ),
    )
    [period] = list_periods(ctx.session, done.person_ids[0])
    assert (period.lost_on, str(period.coverage_end_on)) == (None, "2026-11-22")


def test_the_whole_household_moves_only_when_everybody_is_listed(ctx):
    done = register_acquisition(ctx)
    entry = a_loss(
        done,
        1,
        2,
        3,
        reason="01",
        destination="abroad",
        household_part="whole",
        moved_within_prefecture=False,
    )
    assert codes(refusals_in(loss.check(ctx, entry))) == {"loss.not_everybody_listed"}


def test_a_student_who_moves_does_not_lose_his_eligibility(ctx):
    """H12: a student is not a loss."""
    done = register_acquisition(ctx)
    entry = a_loss(
        done,
        2,
        reason="01",
        destination="domestic",
        household_part="part",
        new_municipality_code="999989",
        moved_within_prefecture=False,
        special_residence="student",
    )
    assert codes(refusals_in(loss.check(ctx, entry))) == {"loss.special_residence"}


def test_in_and_out_twice_in_a_month_gives_three_periods_without_overlap(ctx):
    """H22."""
    first = register_acquisition(ctx, [a_person()], event_on="2026-04-03", received_on="2026-04-03")
    out = {
        "reason": "01",
        "received_on": "2026-04-12",
        "destination": "domestic",
        "household_part": "whole",
        "new_municipality_code": "999989",
        "moved_within_prefecture": False,
    }
    register_loss(ctx, a_loss(first, 0, event_on="2026-04-11", **out))
    person_id = first.person_ids[0]
    back = [a_person(person_id=person_id)]
    second = register_acquisition(ctx, back, event_on="2026-04-20", received_on="2026-04-20")
    register_loss(ctx, a_loss(second, 0, event_on="2026-04-22", **(out | {"received_on": "2026-04-23"})))
    register_acquisition(ctx, back, event_on="2026-04-25", received_on="2026-04-27")
    assert days(ctx, person_id) == [
        ("2026-04-03", "2026-04-12"),
        ("2026-04-20", "2026-04-23"),
        ("2026-04-25", None),
    ]


def test_two_insurances_at_once_are_ended_backdated_with_the_words_of_the_law(ctx):
    """H24: joined a scheme on 2026-05-01, told on 2026-09-10."""
    done = register_acquisition(ctx, [a_person()], event_on="2025-04-01", received_on="2025-04-01")
    lost = register_loss(ctx, a_loss(done, 0, event_on="2026-05-01", received_on="2026-09-10"))
    assert days(ctx, done.person_ids[0]) == [("2025-04-01", "2026-05-02")]
    assert any("返還" in message for message in lost.messages)


def test_public_assistance_ends_the_status_on_the_day_and_its_end_begins_a_new_period(ctx, actor_counter):
    """H31."""
    done = register_acquisition(ctx, [a_person()], event_on="2025-04-01", received_on="2025-04-01")
    register_loss(ctx, a_loss(done, 0, reason="03", event_on="2026-09-20", received_on="2026-09-25"))
    later = Context(ctx.session, actor_counter, datetime(2027, 2, 3, 1, 0, tzinfo=UTC))
    again = register_acquisition(
        later,
        [a_person(person_id=done.person_ids[0])],
        reason="03",
        event_on="2027-01-31",
        received_on="2027-02-03",
        assistance_end_reason="就労",
    )
    assert days(ctx, done.person_ids[0]) == [("2025-04-01", "2026-09-20"), ("2027-01-31", None)]
    assert again.person_ids == done.person_ids


def test_a_day_in_the_future_and_a_loss_before_the_acquisition_are_refused(ctx):
    done = register_acquisition(ctx)
    assert "notification.event_in_future" in codes(loss.check(ctx, a_loss(done, 1, event_on="2026-11-25")))
    assert "household.not_then" in codes(loss.check(ctx, a_loss(done, 1, event_on="2026-11-01")))


def test_somebody_who_has_left_cannot_leave_again(ctx):
    done = register_acquisition(ctx)
    register_loss(ctx, a_loss(done, 1))
    assert "loss.already_lost" in codes(refusals_in(loss.check(ctx, a_loss(done, 1))))


def test_somebody_who_has_split_off_since_is_sent_to_the_change_first(ctx):
    done = register_acquisition(ctx)
    row = {"person_id": done.person_ids[1], "new_household_number": 1, "relationship": "head"}
    register_change(ctx, a_change(done, "split", persons=[row]))
    entry = a_loss(done, 1, event_on="2026-11-21")
    assert codes(loss.check(ctx, entry)) == {"loss.moved_since"}


def test_a_stranger_to_the_household_is_refused(ctx):
    done = register_acquisition(ctx)
    other = register_acquisition(ctx, [row | {"name": "別人 " + str(n)} for n, row in enumerate(a_family())])
    entry = a_loss(done, 1) | {"persons": [{"person_id": other.person_ids[0], "certificate": "collected"}]}
    assert codes(loss.check(ctx, entry)) == {"household.not_a_member"}
