"""The print queue: many as one PDF by postal area, checked, printed again; each deed whole or not at all."""

import hashlib
import io

import pikepdf
import pytest
from sqlalchemy import select

from models.audit.event import AuditEvent
from models.certificate import Certificate, last_events
from models.document import PrintEvent, PrintRequest, PrintRun
from services import documents, print_queue, print_register, print_runs
from services.certificates import events
from services.errors import NotFound, RuleBroken, SomebodyElseWasFaster
from services.print_queue import TO_HAND_OVER, StillNeeded, Wish
from services.print_requests import title_in
from tests.factories.prints import DEMO, print_papers, spoil_papers
from tests.factories.registry import a_family, a_person, register_acquisition
from tests.factories.staff import employ

EMOJI = "\U0001f600"


@pytest.fixture
def family(uow):
    """Four papers wait at the counter: three certificates and a notice."""
    with uow() as ctx:
        return list(register_acquisition(ctx, delivery="counter").print_request_ids)


def request_of(session, request_id):
    return session.get(PrintRequest, request_id)


def last_of(session, request_id):
    row = request_of(session, request_id)
    return last_events(session, [row.certificate_id])[row.certificate_id].kind


def pages(pdf):
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return len(opened.pages)


def test_what_a_family_needs_waits_in_the_queue(uow, clerk, family):
    with uow(clerk) as ctx:
        page = print_queue.read(ctx, Wish())
    assert {row.request.id for row in page.rows} == set(family)
    assert page.states == {"waiting": 4, "printed": 0, TO_HAND_OVER: 0}
    assert dict(page.kinds) == {"eligibility_certificate": 3, "eligibility_notice": 1}
    assert dict(page.areas) == {"0000001": 4}
    assert "見本 太郎" in {row.name for row in page.rows}


def test_the_queue_is_narrowed_by_kind_area_and_delivery(uow, clerk, family):
    with uow(clerk) as ctx:
        assert len(print_queue.read(ctx, Wish(kind="eligibility_notice")).rows) == 1
        assert print_queue.read(ctx, Wish(area="9999999")).rows == []
        assert print_queue.read(ctx, Wish(delivery="post")).rows == []


def test_many_are_printed_as_one_pdf_whose_very_bytes_can_be_fetched_again(uow, clerk, family, session):
    run = print_papers(uow, clerk, family)
    assert run.papers == 4
    with uow(clerk) as ctx:
        pdf = print_register.pdf_of(ctx, run.id)
    assert hashlib.sha256(pdf).hexdigest() == run.sha256
    assert pages(pdf) == 7  # three carriers of two sides, one notice
    assert {request_of(session, one).state for one in family} == {"printed"}
    assert {last_of(session, one) for one in family} == {"printed"}


def test_sheets_lie_in_order_of_paper_postal_area_and_household(uow, clerk, session):
    with uow() as ctx:
        late = register_acquisition(
            ctx, [a_person()], delivery="post", address={"postal_code": "9000000", "address": "見本市九番町1"}
        )
        early = register_acquisition(
            ctx,
            [a_person("早川 次郎", "1970-01-01")],
            delivery="post",
            address={"postal_code": "1000000", "address": "見本市一番町1"},
        )
    ids = [*late.print_request_ids, *early.print_request_ids]
    run = print_papers(uow, clerk, ids)
    with uow(clerk) as ctx:
        leaves = print_register.read(ctx, run.id).leaves
    assert [leaf.row.request.postal_code for leaf in leaves] == ["1000000", "9000000"]
    assert [(leaf.first_page, leaf.last_page) for leaf in leaves] == [(1, 2), (3, 4)]


def test_the_bytes_lie_sealed(uow, clerk, family, blob_folder):
    print_papers(uow, clerk, family)
    kept = [path for path in blob_folder.rglob("*") if path.is_file()]
    assert kept
    assert all(not path.read_bytes().startswith(b"%PDF") for path in kept)


def test_a_person_whose_name_has_no_glyph_stays_waiting_with_the_reason_and_the_others_print(
    uow, clerk, session
):
    persons = a_family()
    with uow() as ctx:
        done = register_acquisition(ctx, persons, delivery="counter")
        odd = ctx.session.get(Certificate, done.certificate_ids[3])
        odd.contents = odd.contents | {"name": f"見本 {EMOJI}"}
    ids = list(done.print_request_ids)
    run = print_papers(uow, clerk, ids)
    assert run.papers == 3
    with uow(clerk) as ctx:
        [row] = print_queue.read(ctx, Wish()).rows
        told = print_register.trouble_of(row.trouble)
        [(_, shown)] = print_register.read(ctx, run.id).refused
    assert told == shown
    assert (told.code, f"見本 {EMOJI}さんの" in told.message_ja) == ("print.glyph_missing", True)
    assert row.request.state == "waiting"


def test_a_name_that_fits_in_no_way_is_set_aside_too(uow, clerk, session):
    with uow() as ctx:
        done = register_acquisition(ctx, delivery="counter")
        odd = ctx.session.get(Certificate, done.certificate_ids[0])
        odd.contents = odd.contents | {"name": "鬱" * 60}
    run = print_papers(uow, clerk, list(done.print_request_ids))
    assert run.papers == 3
    with uow(clerk) as ctx:
        [row] = print_queue.read(ctx, Wish()).rows
    assert row.trouble.reason.startswith("print.name_too_long: ")


def test_nothing_printable_makes_no_run(uow, clerk, session):
    with uow() as ctx:
        done = register_acquisition(ctx, [a_person()], delivery="counter")
        odd = ctx.session.get(Certificate, done.certificate_ids[0])
        odd.contents = odd.contents | {"name": EMOJI}
    assert print_papers(uow, clerk, list(done.print_request_ids)) is None
    assert session.scalars(select(PrintRun)).all() == []


def test_a_sheet_that_came_out_wrong_is_printed_again_with_reason_and_count(uow, clerk, family, session):
    first = print_papers(uow, clerk, family)
    again = spoil_papers(uow, clerk, first.id, [family[0]])
    row = request_of(session, family[0])
    assert (again.papers, again.reason, row.copies_printed, row.state) == (1, "紙づまり", 2, "printed")
    kinds = [one.kind for one in session.scalars(select(PrintEvent).where(PrintEvent.request_id == row.id))]
    assert kinds == ["printed", "spoiled", "reprinted"]
    certificate = session.get(Certificate, row.certificate_id)
    session.refresh(certificate)
    assert [one.kind for one in certificate.events] == ["issued", "printed", "spoiled", "printed"]
    assert certificate.contents["reprint"] is False


def test_a_reprint_keeps_the_serial_and_needs_a_reason(uow, clerk, family, session):
    first = print_papers(uow, clerk, family)
    serials = {row.serial for row in session.scalars(select(Certificate))}
    with pytest.raises(RuleBroken):
        spoil_papers(uow, clerk, first.id, [family[0]], reason="  ")
    spoil_papers(uow, clerk, first.id, family)
    assert {row.serial for row in session.scalars(select(Certificate))} == serials


def test_the_spoiled_sheet_is_marked_on_its_first_run(uow, clerk, family):
    first = print_papers(uow, clerk, family)
    again = spoil_papers(uow, clerk, first.id, [family[1]])
    with uow(clerk) as ctx:
        states = {leaf.row.request.id: leaf.state for leaf in print_register.read(ctx, first.id).leaves}
        assert print_register.read(ctx, again.id).unchecked == [family[1]]
    assert states == {one: "spoiled" if one == family[1] else "printed" for one in family}


def test_who_spoils_a_sheet_that_was_printed_again_meanwhile_is_told(uow, clerk, family):
    first = print_papers(uow, clerk, family)
    spoil_papers(uow, clerk, first.id, [family[1]])
    with pytest.raises(SomebodyElseWasFaster):
        spoil_papers(uow, clerk, first.id, [family[1]])


def test_two_clerks_who_print_the_same_papers_print_them_once(uow, clerk, family, session):
    with uow(clerk) as ctx:
        sheets, refused = documents.prepare(ctx, print_queue.choose(ctx, family), DEMO)
    rendered = documents.render(sheets, refused)
    print_papers(uow, clerk, family)
    with pytest.raises(SomebodyElseWasFaster), uow(clerk) as ctx:
        print_runs.record(ctx, rendered)
    assert {request_of(session, one).copies_printed for one in family} == {1}


def test_what_breaks_before_the_end_leaves_nothing_half_done(uow, clerk, family, session, monkeypatch):
    def breaks(*_args, **_kwargs):
        raise RuntimeError("the power is gone")

    monkeypatch.setattr(print_runs, "_note_refused", breaks)
    with pytest.raises(RuntimeError):
        print_papers(uow, clerk, family)
    session.expire_all()
    assert {request_of(session, one).state for one in family} == {"waiting"}
    assert session.scalars(select(PrintRun)).all() == []
    assert session.scalars(select(PrintEvent)).all() == []
    assert {last_of(session, one) for one in family} == {"issued"}


def test_papers_found_right_are_done_and_wait_for_handing_over(uow, clerk, family):
    print_papers(uow, clerk, family)
    with uow(clerk) as ctx:
        done, left = print_runs.finish(ctx, family)
    assert (len(done), left) == (4, [])
    with uow(clerk) as ctx:
        page = print_queue.read(ctx, Wish(state=TO_HAND_OVER))
        again, left = print_runs.finish(ctx, family)
    assert page.states == {"waiting": 0, "printed": 0, TO_HAND_OVER: 4}
    assert (again, len(left)) == ([], 4)


def test_papers_and_runs_of_another_office_are_not_there(uow, clerk, family, session):
    stranger = employ(session, "certificate_clerk", "s-stranger", office_code="02")
    run = print_papers(uow, clerk, family)
    for deed in (
        lambda ctx: print_queue.choose(ctx, family),
        lambda ctx: print_runs.finish(ctx, family),
        lambda ctx: print_queue.cancel(ctx, family[0], "不要"),
        lambda ctx: print_register.read(ctx, run.id),
        lambda ctx: print_register.pdf_of(ctx, run.id),
    ):
        with pytest.raises(NotFound), uow(stranger) as ctx:
            deed(ctx)
    with uow(stranger) as ctx:
        assert print_queue.read(ctx, Wish()).rows == []
        assert print_register.list_runs(ctx) == []


def test_a_paper_of_an_ended_certificate_is_not_printed_and_can_be_struck_off(uow, clerk, family, session):

    row = request_of(session, family[0])
    with uow(clerk) as ctx:
        events.append(ctx, row.certificate_id, "voided", None, "届出の誤り")
    run = print_papers(uow, clerk, family)
    assert run.papers == 3
    with uow(clerk) as ctx:
        print_queue.cancel(ctx, family[0], "証が無効のため")
    assert request_of(session, family[0]).state == "cancelled"


def test_a_paper_whose_certificate_is_in_force_is_not_struck_off(uow, clerk, family):
    with pytest.raises(StillNeeded), uow(clerk) as ctx:
        print_queue.cancel(ctx, family[0], "まちがい")


def test_nothing_chosen_is_said(uow, clerk):
    with pytest.raises(RuleBroken), uow(clerk) as ctx:
        print_queue.choose(ctx, [])


def test_runs_are_on_the_register_with_who_and_what(uow, clerk, family):
    print_papers(uow, clerk, family)
    with uow(clerk) as ctx:
        [line] = print_register.list_runs(ctx)
    assert (line.by, dict(line.documents)) == (
        "交付 恵",
        {"eligibility_certificate": 3, "eligibility_notice": 1},
    )


def test_each_deed_is_on_the_audit_without_a_name(uow, clerk, family, session):
    first = print_papers(uow, clerk, family)
    spoil_papers(uow, clerk, first.id, [family[0]])
    with uow(clerk) as ctx:
        print_register.previewed(ctx, f"print_request:{family[0]}")
    rows = session.scalars(select(AuditEvent).where(AuditEvent.tag.like("print:%"))).all()
    assert {row.tag for row in rows} == {"print:run", "print:spoiled", "print:previewed"}
    assert "見本" not in "".join(str(row.detail) + row.subject for row in rows)


def test_a_paper_is_told_in_the_language_of_the_screen():
    several = PrintRequest(document="eligibility_certificate", title="資格確認書 見本 太郎 ほか3人")
    assert title_in(several, english=True) == "Certificate of eligibility 見本 太郎 and 3 more"
    assert title_in(several, english=False) == several.title
    assert (
        title_in(PrintRequest(document="retired_form", title="古い様式 見本"), english=True)
        == "古い様式 見本"
    )
