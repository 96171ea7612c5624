"""A certificate that came back by post: its household is told once, in words that are data (H29, issue 5)."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from models.certificate import Certificate
from printing.letter_texts import shipped
from services import addresses, documents, letter_drafts, letter_words, persons, print_queue, returned_post
from services.addresses import AddressFacts
from services.certificates import events
from services.documents import Dress
from services.returned_post import AlreadyAsked, DidNotComeBack
from tests.factories.audit import told
from tests.factories.registry import a_family, register_acquisition
from tests.factories.staff import employ


@pytest.fixture
def family(ctx):
    """Head and wife with a certificate each; posted."""
    done = register_acquisition(ctx, a_family()[:2], delivery="post")
    for one in done.certificate_ids:
        events.append(ctx, one, "posted", None, None)
    return done


def came_back(ctx, family, person=1):
    row = next(
        one
        for one in ctx.session.scalars(select(Certificate).order_by(Certificate.id))
        if one.person_id == family.person_ids[person]
    )
    events.append(ctx, row.id, "undelivered", None, "あて所に尋ねあたらない")
    return row


def words_of(request):
    return "".join(run["text"] for one in request.payload["paragraphs"] for run in one["runs"])


def test_the_head_is_told_whose_certificate_lies_where(ctx, family):
    row = came_back(ctx, family)
    request = returned_post.ask(ctx, row.id)
    assert (request.addressee, request.delivery, request.household_id) == (
        "見本 太郎",
        "post",
        row.household_id,
    )
    assert row.serial in words_of(request)
    assert "見本 花子" in words_of(request)
    assert told(ctx.session)[-1].tag == "print:asked"
    sheets, refused = documents.prepare(ctx, [request], Dress())
    assert (len(sheets), refused) == (1, [])


def test_it_is_asked_for_once_each_time_that_it_comes_back(ctx, family):
    row = came_back(ctx, family)
    first = returned_post.ask(ctx, row.id)
    with pytest.raises(AlreadyAsked):
        returned_post.ask(ctx, row.id)
    later = replace(ctx, at=ctx.at.replace(hour=5))
    events.append(later, row.id, "posted", None, None)
    with pytest.raises(DidNotComeBack, match="郵送"):
        returned_post.ask(later, row.id)
    events.append(later, row.id, "undelivered", None, "不在")
    assert returned_post.ask(later, row.id).id > first.id


def test_somebody_protected_is_told_at_her_own_place(ctx, family):
    wife = family.person_ids[1]
    persons.revise(ctx, wife, {"protective_measure": True}, ctx.today, None)
    addresses.move(ctx, wife, AddressFacts("秘密町9番", "0000077"), ctx.today, None, kind=addresses.SAFE)
    request = returned_post.ask(ctx, came_back(ctx, family).id)
    assert request.addressee == "見本 花子"
    assert "秘密町" in str(request.payload["recipient"])


def put_in_force(uow, authors, slug, heading, body):
    first, second = authors
    with uow(first) as ctx:
        draft_id = letter_drafts.begin(ctx, slug)
        letter_drafts.save(ctx, draft_id, 1, heading, body)
    with uow(second) as ctx:
        letter_drafts.publish(ctx, draft_id, 2, "言い回しの見直し")


def test_a_carrier_keeps_the_words_with_which_it_was_asked_for(uow, session, actor_administrator):
    authors = actor_administrator, employ(session, "administrator", "mori")
    with uow() as ctx:
        before = register_acquisition(ctx, a_family()[:2], delivery="post").print_request_ids
    text = "{宛名}様、{枚数}枚です。{有効期限}まで。"
    put_in_force(uow, authors, "eligibility_certificate_cover", "新しい表題", text)
    with uow() as ctx:
        family = [row | {"name": row["name"] + "改"} for row in a_family()[:2]]
        after = register_acquisition(ctx, family, delivery="post").print_request_ids
        told = [
            (sheet.document.heading, sheet.document.text_version)
            for ids in (before, after)
            for sheet in documents.prepare(ctx, print_queue.choose(ctx, ids), Dress())[0]
            if sheet.document.letter == "eligibility_certificate_cover"
        ]
    assert told == [(shipped("eligibility_certificate_cover")[0], 0), ("新しい表題", 1)]


@pytest.mark.parametrize("document", ["missing_papers_notice", "papers_returned"])
def test_a_letter_asked_for_before_its_words_were_data_has_those_that_we_ship(document):
    kept = {
        "recipient": {"name": "見本 太郎"},
        "procedure": "資格取得届",
        "reception_number": "R8-000001",
        "received_on": "2026-11-20",
        "answer_until": "2026-12-07",
        "issuer": {"section": "国保年金課", "telephone": "000"},
    }
    told = letter_words.complete(document, kept)
    assert (told["heading"], told["text_version"]) == (shipped(document)[0], 0)
    assert "令和8年11月20日" in str(told["paragraphs"])
