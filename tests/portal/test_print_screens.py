"""Printing as the clerk meets it: queue, run, handing over, certificates, printer, the list of the day."""

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from models.certificate import Certificate
from models.crypto import cipher
from models.document import PrintRequest, PrintRun
from models.masters import Posting
from models.sign_in import totp_factor
from models.staff import User
from portal import clock
from portal.app import create_app
from portal.commands import setup
from portal.extensions import db
from portal.job_runner import JobRunner
from portal.settings import Environment, Settings
from services import accounts, mass_printing, print_runs
from services import unit_of_work as unit_of_work_module
from services.certificates.events import record_event
from services.context import SYSTEM
from services.demonstration import masters
from services.unit_of_work import unit_of_work
from tests.factories.cases import take_in
from tests.factories.registry import a_person, an_acquisition, register_acquisition
from tests.factories.staff import an_office
from tests.portal.conftest import PASSWORD, SECRET, OpenPortal, Visitor, employ_everybody
from workflows import catalog

CHECKBOX = re.compile(r'name="paper" value="(\d+)"')
RUN = re.compile(r'href="(/print/runs/\d+)"')
KEY = re.compile(r'name="deed_key" value="([^"]+)"')


def prepare() -> None:
    """A clerk of another office, and two persons whose papers wait."""
    with unit_of_work(SYSTEM, clock.now()) as ctx:
        masters.install_masters(ctx)
        catalog.publish_shipped(ctx)
        stranger(ctx)
        office = replace(SYSTEM, office_id=an_office(ctx.session, "10").id, roles=frozenset({"counter"}))
        told = {"event_on": ctx.today.isoformat(), "received_on": ctx.today.isoformat()}
        family = [a_person(), a_person("見本 葵", "2016-03-31", sex="2", relationship="child")]
        register_acquisition(replace(ctx, actor=office), family, delivery="counter", **told)


@pytest.fixture(scope="module")
def ready_database(staffed_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The staffed database with papers that wait, made once; copy it."""
    folder = tmp_path_factory.mktemp("ready")
    copy = folder / "ready.sqlite3"
    shutil.copyfile(staffed_database, copy)
    kept = unit_of_work_module._factory[:], cipher._loaded[:]
    app = create_app(
        Settings(environment=Environment.TEST, data_dir=folder, database_url=f"sqlite:///{copy}")
    )
    with app.app_context():
        prepare()
        db.session.remove()
        with db.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        db.engine.dispose()
    unit_of_work_module._factory[:], cipher._loaded[:] = kept
    return copy


@pytest.fixture
def portal(ready_database: Path, tmp_path: Path, open_portal: OpenPortal) -> Flask:
    """A portal with staff and two papers that wait, for this test alone."""
    copy = tmp_path / "ready.sqlite3"
    shutil.copyfile(ready_database, copy)
    return open_portal(f"sqlite:///{copy}")


@pytest.fixture
def portal_on_both(fresh_url: str, open_portal: OpenPortal) -> Flask:
    """The same on both databases."""
    app = open_portal(fresh_url)
    with app.app_context():
        setup.sync_roles()
        employ_everybody()
        prepare()
        db.session.remove()
    return app


def stranger(ctx) -> None:
    """A certificate clerk of another office."""
    user = accounts.add_account(
        ctx,
        {
            "username": "stranger",
            "last_name": "別課",
            "first_name": "花子",
            "email": "stranger@example.invalid",
            "password": PASSWORD,
            "roles": ["certificate_clerk"],
        },
    )
    ctx.session.add(totp_factor(user.id, "1", SECRET, ctx.at, None))
    other = an_office(ctx.session, "77")
    ctx.session.add(
        Posting(user_id=user.id, staff_number="9001", office_id=other.id, from_on=date(2020, 4, 1))
    )


@pytest.fixture
def enter(portal: Flask) -> Callable[[str], Visitor]:
    def sign_in(name: str) -> Visitor:
        person = Visitor(portal)
        assert person.sign_in(name).status_code == 302
        return person

    return sign_in


@pytest.fixture
def clerk(enter) -> Visitor:
    return enter("certificate_clerk")


def waiting(clerk: Visitor) -> list[str]:
    return CHECKBOX.findall(clerk.get("/print/").text)


def key_of(clerk: Visitor, path: str) -> str:
    found = KEY.search(clerk.get(path).text)
    assert found
    return found[1]


def print_all(clerk: Visitor) -> str:
    """Print what waits; answer the address of the run."""
    answer = clerk.post("/print/run", paper=waiting(clerk), deed_key=key_of(clerk, "/print/"))
    assert answer.status_code == 303
    return answer.location


def count(portal: Flask, entity: type) -> int:
    with portal.app_context():
        found = db.session.scalar(select(func.count()).select_from(entity))
        db.session.remove()
    return found


def states(portal: Flask) -> set[str]:
    with portal.app_context():
        found = set(db.session.scalars(select(PrintRequest.state)))
        db.session.remove()
    return found


def test_the_queue_counts_and_shows_what_waits_and_only_who_prints_sees_it(enter, clerk):
    page = clerk.get("/print/")
    assert len(CHECKBOX.findall(page.text)) == 2
    assert "資格確認書" in page.text
    assert re.search(r'class="count some">2<', page.text)
    assert enter("counter").get("/print/").status_code == 403
    english = enter("certificate_clerk")
    english.speak("en")
    assert "Print the chosen" in english.get("/print/").text


def test_papers_are_printed_as_one_pdf_checked_and_handed_over(portal_on_both):
    clerk = Visitor(portal_on_both)
    clerk.sign_in("certificate_clerk")
    run = print_all(clerk)
    assert "確認待ち" in clerk.get(run).text
    pdf = clerk.get(f"{run}/sheets.pdf")
    assert (pdf.mimetype, pdf.data[:5]) == ("application/pdf", b"%PDF-")
    assert clerk.get(f"{run}/sheets.pdf").data == pdf.data
    done = clerk.post(f"{run}/done", deed_key="k")
    assert done.location == "/print/?state=to_hand_over"
    ready = CHECKBOX.findall(clerk.get(done.location).text)
    without = clerk.post("/print/hand-over", paper=ready, way="counter")
    assert without.status_code == 422
    assert "写真付き" in without.text
    assert without.text.count(" checked") == 2
    clerk.post("/print/hand-over", paper=ready, way="counter", photo_paper="drivers_license")
    assert "2件を窓口で渡したと記録しました" in clerk.get(done.location).text
    assert "交付を待つ証はありません" in clerk.get(done.location).text


def test_a_preview_may_be_framed_by_us_only_and_prints_nothing(portal, clerk):
    answer = clerk.get(f"/print/requests/{waiting(clerk)[0]}/preview.pdf")
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Content-Security-Policy"] == "frame-ancestors 'self'"
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert answer.headers["Cache-Control"] == "no-store"
    assert count(portal, PrintRun) == 0


def test_many_papers_are_printed_by_a_worker_whose_page_leads_to_the_sheets(portal, clerk, monkeypatch):
    monkeypatch.setattr(mass_printing, "AT_A_TIME", 1)
    papers, key = waiting(clerk), key_of(clerk, "/print/")
    first, again = (clerk.post("/print/run", paper=papers, deed_key=key) for _ in range(2))
    assert first.status_code == again.status_code == 303
    assert first.location == again.location
    assert first.location.startswith("/jobs/")
    assert count(portal, PrintRun) == 0
    assert "証・書類の印刷" in clerk.get(first.location).text
    with portal.app_context():
        JobRunner().run_due()
        db.session.remove()
    page = clerk.get(first.location).text
    assert f"{len(papers)}件を一つのPDFにしました" in page
    where = RUN.search(page)
    assert where
    assert "確認待ち" in clerk.get(where[1]).text
    assert clerk.get(f"{where[1]}/sheets.pdf").data.startswith(b"%PDF-")
    assert count(portal, PrintRun) == 1
    clerk.speak("en")
    assert "Check the sheets" in clerk.get(first.location).text


def test_why_there_is_no_preview_is_said_in_the_pane(portal, clerk):
    paper = waiting(clerk)[0]
    with portal.app_context(), unit_of_work(SYSTEM, clock.now()) as ctx:
        certificate_id = ctx.session.get(PrintRequest, int(paper)).certificate_id
        record_event(ctx, ctx.session.get(Certificate, certificate_id), "lost")
    answer = clerk.get(f"/print/requests/{paper}/preview.pdf")
    assert answer.status_code == 422
    assert "印刷しません" in answer.text
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    policy = answer.headers["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in policy
    assert "default-src 'none'" in policy


def test_a_page_that_is_sent_twice_prints_once(portal, clerk):
    told = {"paper": waiting(clerk), "deed_key": key_of(clerk, "/print/")}
    first, second = clerk.post("/print/run", **told), clerk.post("/print/run", **told)
    assert (first.status_code, first.location) == (second.status_code, second.location)
    assert count(portal, PrintRun) == 1
    assert clerk.post("/print/run", paper=told["paper"], deed_key="another").status_code == 409
    assert clerk.post("/print/run", paper=told["paper"]).status_code == 400
    assert clerk.post("/print/run", paper=["1; DROP TABLE"], deed_key="k").status_code == 400


def test_what_breaks_before_the_commit_leaves_nothing_half_done(portal, clerk, monkeypatch):
    def breaks(*_args: object) -> None:
        raise RuntimeError("the power is gone")

    monkeypatch.setattr(print_runs, "_note_refused", breaks)
    answer = clerk.post("/print/run", paper=waiting(clerk), deed_key=key_of(clerk, "/print/"))
    assert answer.status_code == 500
    assert (states(portal), count(portal, PrintRun)) == ({"waiting"}, 0)
    monkeypatch.undo()
    print_all(clerk)
    assert (states(portal), count(portal, PrintRun)) == ({"printed"}, 1)


def test_a_spoiled_sheet_is_printed_again_with_its_reason(clerk):
    run = print_all(clerk)
    wrong = re.findall(r'name="wrong" value="(\d+)"', clerk.get(run).text)[:1]
    without = clerk.post(f"{run}/reprint", wrong=wrong, deed_key=key_of(clerk, run))
    assert without.status_code == 422
    assert "刷り直す理由を入力してください" in without.text
    again = clerk.post(f"{run}/reprint", wrong=wrong, reason="紙づまり", deed_key=key_of(clerk, run))
    assert (again.status_code, again.location != run) == (303, True)
    assert "刷り直した" in clerk.get(run).text
    assert "紙づまり" in clerk.get("/print/runs").text


def test_papers_and_runs_of_another_office_are_not_there(enter, clerk):
    ids, run = waiting(clerk), print_all(clerk)
    other = enter("stranger")
    unknown = other.get("/print/runs/999999")
    for answer in (
        other.get(run),
        other.get(f"{run}/sheets.pdf"),
        other.get(f"/print/requests/{ids[0]}/preview.pdf"),
        other.post(f"{run}/done", deed_key="k"),
        other.post(f"{run}/reprint", wrong=ids, reason="x", deed_key="k"),
        other.post("/print/run", paper=ids, deed_key="k2"),
        other.post("/print/done", paper=ids),
        other.post("/print/hand-over", paper=ids, way="post"),
        other.post(f"/print/requests/{ids[0]}/strike-off", reason="x"),
    ):
        assert answer.status_code == unknown.status_code == 404
    assert CHECKBOX.findall(other.get("/print/").text) == []


def test_a_certificate_is_found_by_its_serial_without_the_serial_in_the_address(portal, enter, clerk):
    with portal.app_context():
        row = db.session.scalars(select(Certificate).order_by(Certificate.id)).first()
        serial, person, household = row.serial, row.person_id, row.household_id
        db.session.remove()
    found = clerk.post("/certificates/", serial=serial)
    assert (found.status_code, serial in found.location) == (303, False)
    page = clerk.get(found.location)
    assert "交付決定" in page.text
    assert clerk.get(f"/certificates/persons/{person}").text.count(serial) >= 1
    assert serial in clerk.get(f"/certificates/households/{household}").text
    assert clerk.post("/certificates/", serial="2026-9").status_code == 404
    assert clerk.get("/certificates/999999").status_code == 404
    assert enter("administrator").get(found.location).status_code == 403


def test_a_lost_certificate_is_written_down_once_with_its_circumstances(clerk, enter):
    run = print_all(clerk)
    clerk.post(f"{run}/done", deed_key="k")
    ready = CHECKBOX.findall(clerk.get("/print/?state=to_hand_over").text)
    clerk.post("/print/hand-over", paper=ready, way="post")
    counter = enter("counter")
    place = "/certificates/1"
    key = key_of(counter, place)
    assert counter.post(f"{place}/taken-back", kind="lost", deed_key=key).status_code == 422
    told = {"kind": "lost", "reason": "財布ごと紛失", "deed_key": key}
    assert counter.post(f"{place}/taken-back", **told).status_code == 303
    assert counter.post(f"{place}/taken-back", **told).status_code == 303
    page = counter.get(place).text
    assert page.count("財布ごと紛失") == 1
    assert counter.post(f"{place}/taken-back", kind="voided", deed_key="x").status_code == 404
    assert counter.post(f"{place}/given", way="post", deed_key="y").status_code == 403


def test_the_trays_are_kept_and_what_cannot_be_is_marked(clerk):
    row = {"name": "台紙", "use": "cards", "x_mm": "99", "y_mm": "0", "back_x_mm": "0", "back_y_mm": "0"}
    wrong = clerk.post("/print/printer/", **row)
    assert wrong.status_code == 422
    assert 'value="99"' in wrong.text
    assert clerk.post("/print/printer/", **{**row, "x_mm": "-1.5"}).status_code == 303
    assert 'value="-1.5"' in clerk.get("/print/printer/").text
    page = clerk.get("/print/printer/test-0.pdf")
    assert page.mimetype == "application/pdf"
    assert clerk.get("/print/printer/test-5.pdf").status_code == 404


def test_the_chief_sees_and_prints_the_list_of_a_day(portal, enter, clerk):
    print_all(clerk)
    chief = enter("section_chief")
    page = chief.get("/daily/")
    assert "資格取得届" in page.text
    assert chief.get("/daily/?day=R8.1.1").status_code == 200
    wrong = chief.get("/daily/?day=令和1年2月30日")
    assert (wrong.status_code, 'aria-invalid="true"' in wrong.text) == (422, True)
    assert chief.get("/daily/preview.pdf").mimetype == "application/pdf"
    told = {"deed_key": key_of(chief, "/daily/"), "day": clock.today().isoformat()}
    first, second = chief.post("/daily/", **told), chief.post("/daily/", **told)
    assert first.location == second.location
    assert chief.get(first.location).mimetype == "application/pdf"
    assert clerk.get(first.location).status_code == 403
    assert chief.get("/daily/prints/1.pdf").status_code == 404


def test_a_slip_of_a_case_is_printed_while_somebody_waits(portal, enter):
    with portal.app_context():
        today = clock.today().isoformat()
        with unit_of_work(SYSTEM, clock.now()) as ctx:
            user = ctx.session.scalars(select(User).where(User.username == "counter.hanako")).one()
            office = an_office(ctx.session, "10").id
        actor = replace(
            SYSTEM, staff_id=user.id, staff_number="1001", office_id=office, roles=frozenset({"counter"})
        )
        entry = an_acquisition(
            [a_person("早川 次郎", "1971-01-01")], event_on=today, received_on=today, form_date=today
        )
        case_id = take_in(lambda actor: unit_of_work(actor, clock.now()), actor, entry).case_id
        db.session.remove()
    counter = enter("counter")
    place = f"/cases/{case_id}/papers/reception_slip"
    assert counter.get(f"{place}/preview.pdf").mimetype == "application/pdf"
    first, second = counter.post(place, deed_key="k"), counter.post(place, deed_key="k")
    assert first.location == second.location
    assert counter.get(first.location).mimetype == "application/pdf"
    assert counter.post(f"/cases/{case_id}/papers/day_list", deed_key="z").status_code == 404
    other = enter("stranger")
    assert other.get(f"{place}/preview.pdf").status_code == 404
    assert other.get(first.location).status_code == 404
