"""Certificates: contents as printed, what becomes of them, letters of protected people."""

from datetime import date

import pytest

from models.certificate import Certificate
from models.document import PrintRequest
from models.enrolment import list_periods
from models.person import get_current
from printing.certificates.card import Card
from printing.certificates.eligibility_certificate import EligibilityCertificate
from services import addresses, letter_words, persons
from services.addresses import AddressFacts
from services.certificates import events
from services.certificates.issuing import issue
from services.errors import CertificateEnded
from services.papers import from_plain, to_plain
from tests.factories.registry import a_family, a_notification, a_person, register_acquisition


def first_certificate(ctx, done):
    return ctx.session.get(Certificate, done.certificate_ids[0])


def test_the_contents_read_back_as_the_card_that_is_printed(ctx):
    done = register_acquisition(ctx, [a_person(birth_date="1960-00-00", name="見本 不詳")])
    certificate = first_certificate(ctx, done)
    card = from_plain(Card, certificate.contents)
    assert (card.name, card.birth.iso, card.sex) == ("見本 不詳", "1960-00-00", "男")
    assert (card.acquired_on, card.issued_on) == (date(2026, 11, 20), date(2026, 11, 23))
    assert (card.insurer_number, card.insurer_name) == ("990002", "見本市")
    assert card.serial == certificate.serial
    assert to_plain(card) == certificate.contents


def test_a_carrier_can_be_made_from_its_request_and_the_certificates(ctx):
    done = register_acquisition(ctx, delivery="post")
    request = ctx.session.get(PrintRequest, done.print_request_ids[0])
    cards = [ctx.session.get(Certificate, one).contents for one in request.payload["certificate_ids"]]
    content = letter_words.complete("eligibility_certificate", request.payload | {"cards": cards})
    paper = from_plain(EligibilityCertificate, content)
    (words,) = paper.paragraphs
    assert "(3枚)" in "".join(run.text for run in words.runs)
    assert (paper.letter, paper.text_version) == ("eligibility_certificate_cover", 0)
    assert paper.recipient.name == "見本 太郎"
    assert paper.recipient.postal_code == "000-0001"
    assert paper.document_number.startswith("見国保第8-")
    assert len(paper.cards) == 3


def test_a_certificate_ends_once(ctx):
    certificate = first_certificate(ctx, register_acquisition(ctx))
    events.record_event(ctx, certificate, "lost", reason="自宅で紛失")
    with pytest.raises(CertificateEnded, match="紛失"):
        events.record_event(ctx, certificate, "returned")


def test_a_certificate_that_was_not_returned_may_still_come_back(ctx):
    certificate = first_certificate(ctx, register_acquisition(ctx))
    events.record_event(ctx, certificate, "not_returned")
    events.record_event(ctx, certificate, "returned")
    with pytest.raises(CertificateEnded):
        events.record_event(ctx, certificate, "returned")


def test_a_certificate_that_came_back_undelivered_is_still_out(ctx):
    certificate = first_certificate(ctx, register_acquisition(ctx))
    events.record_event(ctx, certificate, "posted")
    events.record_event(ctx, certificate, "undelivered")
    assert certificate in events.list_out(ctx, certificate.person_id)


def test_a_protected_wife_gets_letters_of_her_own_at_the_safe_place(ctx):
    """H14: the husband is head and insured at the old address."""
    done = register_acquisition(ctx, a_family()[:2])
    wife = done.person_ids[1]
    persons.revise(ctx, wife, {"protective_measure": True}, ctx.today, None)
    safe = AddressFacts("秘密町9番", "0000077")
    addresses.move(ctx, wife, safe, date(2026, 11, 1), None, kind=addresses.SAFE)
    periods = [list_periods(ctx.session, one)[0] for one in done.person_ids]
    issued = issue(ctx, done.household_id, periods, a_notification(ctx, "change"), "post")
    requests = [ctx.session.get(PrintRequest, one) for one in issued.print_request_ids]
    assert {(one.addressee, one.postal_code) for one in requests} == {
        ("見本 太郎", ""),  # the queue tells no area of a household with somebody who hides
        ("見本 花子", ""),
    }
    hers = next(one for one in requests if one.addressee == "見本 花子")
    kinds = {ctx.session.get(Certificate, one).kind for one in hers.payload["certificate_ids"]}
    assert kinds == {"eligibility_certificate"}
    assert "秘密町" in str(hers.payload)
    assert "秘密町" not in str([one.payload for one in requests if one is not hers])
    assert get_current(ctx.session, wife).has_insurance_card_registration
