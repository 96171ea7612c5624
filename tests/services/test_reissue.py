"""Reissue: the old paper ends with its reason, the new one says that it was issued again."""

import pytest
from sqlalchemy import select

from models.certificate import Certificate, last_events, list_of_person
from models.document import PrintEvent, PrintRequest
from models.enrolment import list_periods
from rules.certificates import CertificateKind
from services import reissue
from services.certificates.issuing import issue
from services.documents import certificate_ids
from services.errors import KindNotAllowed
from services.findings import refusals_in
from tests.factories.registry import a_loss, a_notification, a_reissue, register_acquisition, register_loss
from tests.factories.registry import register_reissue as register


def codes(findings):
    return {finding.code for finding in findings}


def states(ctx, person_id):
    rows = list_of_person(ctx.session, person_id)
    events = last_events(ctx.session, [row.id for row in rows])
    return [events[row.id].kind for row in rows]


def test_a_lost_certificate_ends_and_the_new_one_is_marked_as_issued_again(ctx):
    done = register_acquisition(ctx)
    again = register(ctx, a_reissue(done, 0))
    certificate = ctx.session.get(Certificate, again.certificate_ids[0])
    assert certificate.contents["reprint"] is True
    assert certificate.replaces_id is not None
    assert states(ctx, done.person_ids[0]) == ["issued", "lost"]


def test_a_certificate_that_ends_before_it_was_printed_leaves_the_print_queue_with_the_reason(ctx):
    done = register_acquisition(ctx)
    again = register(ctx, a_reissue(done, 0))
    of_person = select(PrintRequest).where(
        PrintRequest.certificate_id.in_([row.id for row in list_of_person(ctx.session, done.person_ids[0])])
    )
    found = {row.id: row.state for row in ctx.session.scalars(of_person)}
    assert sorted(found.values()) == ["cancelled", "waiting"]
    assert found[again.print_request_ids[0]] == "waiting"
    why = ctx.session.scalars(select(PrintEvent).where(PrintEvent.kind == "cancelled")).one()
    assert why.reason == "印刷の前に証が「紛失」となったため"
    others = select(PrintRequest.state).where(PrintRequest.id.in_(done.print_request_ids))
    assert sorted(ctx.session.scalars(others)) == [
        "cancelled",
        *["waiting"] * (len(done.print_request_ids) - 1),
    ]


def test_a_family_sheet_stays_in_the_queue_while_one_certificate_on_it_is_in_force(ctx):
    done = register_acquisition(ctx, delivery="post")
    sheet = next(
        row
        for row in ctx.session.scalars(select(PrintRequest).order_by(PrintRequest.id))
        if len(certificate_ids(row)) > 1
    )
    register(ctx, a_reissue(done, 0))
    assert (ctx.session.get(PrintRequest, sheet.id).state, len(certificate_ids(sheet)) > 1) == (
        "waiting",
        True,
    )


def test_a_spoilt_certificate_that_came_back_is_collected(ctx):
    done = register_acquisition(ctx)
    register(ctx, a_reissue(done, 0, reason="spoilt", spoilt_paper_returned=True))
    assert states(ctx, done.person_ids[0]) == ["issued", "returned"]


def test_the_second_time_is_counted(ctx):
    done = register_acquisition(ctx)
    assert register(ctx, a_reissue(done, 0)).messages == ()
    assert any("2回目" in message for message in register(ctx, a_reissue(done, 0)).messages)


def test_a_paper_that_is_not_out_cannot_be_issued_again(ctx):
    done = register_acquisition(ctx)
    entry = a_reissue(done, 0, paper="eligibility_notice")
    assert codes(refusals_in(reissue.check(ctx, entry))) == {"reissue.nothing_issued"}


def test_who_is_not_insured_any_more_gets_none(ctx):
    done = register_acquisition(ctx)
    register_loss(ctx, a_loss(done, 1))
    entry = a_reissue(done, 1, paper="eligibility_notice")
    assert codes(refusals_in(reissue.check(ctx, entry))) == {"reissue.not_insured"}


def test_a_card_of_the_old_law_comes_again_as_a_certificate_of_eligibility(ctx):
    done = register_acquisition(ctx)
    old = ctx.session.get(Certificate, done.certificate_ids[0])
    old.kind = "insurance_card"
    ctx.session.flush()
    again = register(ctx, a_reissue(done, 0))
    assert ctx.session.get(Certificate, again.certificate_ids[0]).kind == "eligibility_certificate"
    assert states(ctx, done.person_ids[0]) == ["issued", "lost"]


def test_the_law_of_the_day_does_not_know_the_old_card(ctx):
    done = register_acquisition(ctx)
    notification = a_notification(ctx, "reissue", "lost")
    with pytest.raises(KindNotAllowed, match="令和6年12月2日"):
        issue(
            ctx,
            done.household_id,
            list_periods(ctx.session, done.person_ids[0]),
            notification,
            "counter",
            kinds={done.person_ids[0]: [CertificateKind.INSURANCE_CARD]},
        )
