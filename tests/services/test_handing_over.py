"""What becomes of a printed certificate: handed over, posted, back, collected, lost; all appended."""

import pytest
from sqlalchemy import select

from models.certificate import Certificate, CertificateEvent, last_events
from models.document import PrintRequest
from models.masters import PaperKind
from services import certificate_book, handing_over, print_queue
from services.certificates import events
from services.errors import CertificateEnded, NotFound
from services.handing_over import NotInOffice, NotPosted, PhotoIdMissing, ReasonMissing
from services.print_queue import TO_HAND_OVER, Wish
from tests.factories.prints import lay_ready
from tests.factories.registry import a_person, register_acquisition
from tests.factories.staff import employ


@pytest.fixture(autouse=True)
def photo_id(session):
    session.add(PaperKind(code="drivers_license", name="運転免許証", use="identity_one"))
    session.add(PaperKind(code="staff_card", name="社員証", use="identity_two"))
    session.commit()


@pytest.fixture
def ready(uow, clerk):
    """Four papers of a family, checked and waiting to be handed over."""
    with uow() as ctx:
        ids = list(register_acquisition(ctx, delivery="counter").print_request_ids)
    lay_ready(uow, clerk, ids)
    return ids


def certificate_of(session, request_id):
    return session.get(PrintRequest, request_id).certificate_id


def kind_of(session, certificate_id):
    return last_events(session, [certificate_id])[certificate_id].kind


def test_against_a_photo_id_it_is_handed_over_at_once(uow, clerk, ready, session):
    with uow(clerk) as ctx:
        told = handing_over.hand_over(ctx, ready[:2], "counter", "drivers_license")
    assert (len(told.done), told.left) == (2, ())
    last = last_events(session, [certificate_of(session, ready[0])])[certificate_of(session, ready[0])]
    assert (last.kind, last.reason) == ("handed_over", "写真付き書類で確認:運転免許証")


@pytest.mark.parametrize("paper", ["", "staff_card", "nonsense"])
def test_without_a_photo_id_nothing_is_handed_over(uow, clerk, ready, session, paper):
    with pytest.raises(PhotoIdMissing), uow(clerk) as ctx:
        handing_over.hand_over(ctx, ready, "counter", paper)
    assert kind_of(session, certificate_of(session, ready[0])) == "printed"


def test_by_post_it_goes_to_the_head_without_a_photo_id(uow, clerk, ready, session):
    with uow(clerk) as ctx:
        handing_over.hand_over(ctx, ready, "post")
    with uow(clerk) as ctx:
        assert print_queue.read(ctx, Wish(state=TO_HAND_OVER)).rows == []
    assert {kind_of(session, certificate_of(session, one)) for one in ready} == {"posted"}


def test_what_is_not_checked_yet_stays_and_the_others_go_out(uow, clerk, ready, session):
    with uow() as ctx:
        late = list(
            register_acquisition(
                ctx, [a_person("早川 次郎", "1971-01-01")], delivery="counter"
            ).print_request_ids
        )
    with uow(clerk) as ctx:
        told = handing_over.hand_over(ctx, [ready[0], *late], "post")
    assert [row.id for row in told.done] == [ready[0]]
    assert [(row.id, why) for row, why, _ in told.left] == [(late[0], "紙の確認がまだです")]


def test_the_same_paper_is_handed_over_once(uow, clerk, ready, session):
    for _ in range(2):
        with uow(clerk) as ctx:
            told = handing_over.hand_over(ctx, [ready[0]], "post")
    assert (told.done, [why for _, why, _ in told.left]) == ((), ["渡す証がありません"])
    kinds = session.scalars(
        select(CertificateEvent.kind).where(
            CertificateEvent.certificate_id == certificate_of(session, ready[0])
        )
    ).all()
    assert kinds.count("posted") == 1


def test_papers_of_another_office_are_not_there(uow, clerk, ready, session):
    stranger = employ(session, "certificate_clerk", "s-stranger", office_code="02")
    with pytest.raises(NotFound), uow(stranger) as ctx:
        handing_over.hand_over(ctx, ready, "post")


def test_what_comes_back_undelivered_lies_in_the_office_again_and_goes_out_again(uow, clerk, ready, session):
    one = certificate_of(session, ready[0])
    with uow(clerk) as ctx:
        handing_over.hand_over(ctx, [ready[0]], "post")
    with uow() as ctx:
        handing_over.take_back(ctx, one, "undelivered", "あて所に尋ねあたらない")
        assert [line.certificate.id for line in certificate_book.came_back(ctx)] == [one]
    with uow(clerk) as ctx:
        assert ready[0] in {row.request.id for row in print_queue.read(ctx, Wish(state=TO_HAND_OVER)).rows}
        handing_over.hand_over_one(ctx, one, "counter", "drivers_license")
        assert certificate_book.came_back(ctx) == []
    assert kind_of(session, one) == "handed_over"


def test_only_what_was_posted_comes_back_undelivered(uow, ready, session):
    with pytest.raises(NotPosted), uow() as ctx:
        handing_over.take_back(ctx, certificate_of(session, ready[0]), "undelivered", "不在")


def test_a_loss_needs_its_circumstances_and_ends_the_certificate(uow, clerk, ready, session):
    one = certificate_of(session, ready[0])
    with uow(clerk) as ctx:
        handing_over.hand_over(ctx, [ready[0]], "post")
    with pytest.raises(ReasonMissing), uow() as ctx:
        handing_over.take_back(ctx, one, "lost", " ")
    with uow() as ctx:
        handing_over.take_back(ctx, one, "lost", "財布ごと紛失")
    with pytest.raises(CertificateEnded), uow() as ctx:
        handing_over.take_back(ctx, one, "returned", "")
    with pytest.raises(NotInOffice), uow(clerk) as ctx:
        handing_over.hand_over_one(ctx, one, "post")


def test_what_was_not_given_back_can_be_collected_later(uow, ready, session):

    one = certificate_of(session, ready[0])
    with uow() as ctx:
        events.append(ctx, one, "not_returned", None, "持参忘れ")
    with uow() as ctx:
        handing_over.take_back(ctx, one, "returned", "")
    assert kind_of(session, one) == "returned"


def test_the_page_of_a_certificate_shows_all_that_happened_and_what_can_be_done(uow, clerk, ready, session):
    one = certificate_of(session, ready[0])
    with uow(clerk) as ctx:
        handing_over.hand_over(ctx, [ready[0]], "post")
        page = certificate_book.read(ctx, one)
    assert [event.kind for event in page.events] == ["issued", "printed", "posted"]
    assert page.deeds == {"returned", "lost", "undelivered"}
    assert page.names[clerk.staff_id] == "交付 恵"


@pytest.mark.parametrize("typed", ["{year}-{number:07}", "{year}-{number}", "{year}ー{number:07}"])
def test_a_certificate_is_found_by_its_serial_as_people_type_it(uow, ready, session, typed):
    row = session.get(Certificate, certificate_of(session, ready[0]))
    year, number = row.serial.split("-")
    wide = str.maketrans("0123456789", "0123456789")
    with uow() as ctx:
        found = certificate_book.find_serial(ctx, typed.format(year=year, number=int(number)).translate(wide))
    assert found.id == row.id


@pytest.mark.parametrize("typed", ["", "abc", "2026-9999999", "' OR 1=1 --"])
def test_a_serial_that_is_none_finds_nothing(uow, ready, typed):
    with pytest.raises(NotFound), uow() as ctx:
        certificate_book.find_serial(ctx, typed)


def test_the_certificates_of_a_person_and_a_household_are_listed(uow, ready, session):
    row = session.get(Certificate, certificate_of(session, ready[0]))
    with uow() as ctx:
        person, lines = certificate_book.of_person(ctx, row.person_id)
        household, all_lines = certificate_book.of_household(ctx, row.household_id)
    assert [line.certificate.person_id for line in lines] == [person.person_id]
    assert (len(all_lines), household.id) == (4, row.household_id)
    assert not lines[0].ended


def test_nobody_and_no_household_are_said(uow):
    with pytest.raises(NotFound), uow() as ctx:
        certificate_book.of_person(ctx, 999999)
    with pytest.raises(NotFound), uow() as ctx:
        certificate_book.of_household(ctx, 999999)


def test_another_office_does_not_hand_over_what_lies_here(uow, clerk, ready, session):
    one = certificate_of(session, ready[0])
    elsewhere = employ(session, "certificate_clerk", "s-elsewhere", "77")
    with pytest.raises(NotFound, match="ほかの課"), uow(elsewhere) as ctx:
        handing_over.hand_over_one(ctx, one, "post")
    with uow(clerk) as ctx:
        handing_over.hand_over_one(ctx, one, "post")
    with uow(elsewhere) as ctx:
        handing_over.take_back(ctx, one, "returned", "")
    assert kind_of(session, one) == "returned"
