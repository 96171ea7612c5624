"""A file is read by nobody, and its case goes no further, before the scanner has found it clean (M31)."""

from pathlib import Path

import pytest
from flask import Flask

from interchange.scanner.gateway import Clamd as Client
from models.audit.tags import Tag
from portal.extensions import db
from portal.job_runner import JobRunner
from services import scanning
from tests.factories.audit import told
from tests.fixtures.clamd import EICAR, INFECTED_PDF, PDF, Clamd
from tests.portal.bad_input.conftest import Clerk
from tests.portal.bad_input.test_scans import files, kept, send


@pytest.fixture
def scanned(app: Flask, clamd: Clamd) -> Clamd:
    """The scanner that the portal of this test asks."""
    scanning.configure(Client(clamd.address))
    yield clamd
    scanning.configure(None)


@pytest.fixture
def clerk(enter) -> Clerk:
    return enter("counter")


def tags(app: Flask) -> list[str]:
    with app.app_context():
        return [event.tag for event in told(db.session())]


def test_a_clean_file_is_attached_and_read(app: Flask, scanned: Clamd, clerk: Clerk) -> None:
    case = clerk.begun()
    assert "添付しました" in clerk.get(send(clerk, case, PDF, "a.pdf").location).text
    (row,) = kept(app)
    assert row.scan == "clean"
    assert clerk.get(f"{case}/attachments/{row.id}").data == PDF


def test_an_infected_file_is_refused_in_words_and_recorded(
    app: Flask, scanned: Clamd, clerk: Clerk, tmp_path: Path
) -> None:
    case = clerk.begun()
    for content, name in ((INFECTED_PDF, "Portal-Test"), (EICAR, "Eicar-Test")):
        page = clerk.get(send(clerk, case, content, "a.pdf").location).text
        assert f"ウイルス({name}.UNOFFICIAL)が見つかった" in page
    assert kept(app) == []
    assert files(tmp_path) == []
    assert tags(app).count(Tag.ATTACHMENT_REFUSED) == 2


def test_while_the_scanner_is_away_a_file_stays_in_quarantine_and_its_case_waits(
    app: Flask, scanned: Clamd, clerk: Clerk
) -> None:
    case = clerk.begun()
    scanned.stop()
    page = clerk.get(send(clerk, case, PDF, "a.pdf").location).text
    assert "検査が終わるまで開けず" in page
    assert "ウイルス検査待ち" in page
    (row,) = kept(app)
    assert row.scan == "quarantined"
    answer = clerk.get(f"{case}/attachments/{row.id}")
    assert answer.status_code == 422
    assert PDF not in answer.data
    assert Tag.ATTACHMENT_READ not in tags(app)
    assert "ウイルス検査が終わっていない" in goes_on(clerk, case).text

    with app.app_context():
        assert JobRunner().run_due().failed == 1
    assert kept(app)[0].scan == "quarantined"

    scanned.start()
    look_again(app)
    assert kept(app)[0].scan == "clean"
    assert Tag.ATTACHMENT_SCANNED in tags(app)
    assert clerk.get(f"{case}/attachments/{row.id}").data == PDF
    assert "ウイルス検査が終わっていない" not in goes_on(clerk, case).text


def test_what_the_scanner_finds_later_is_withdrawn(app: Flask, scanned: Clamd, clerk: Clerk) -> None:
    case = clerk.begun()
    scanned.stop()
    send(clerk, case, INFECTED_PDF, "a.pdf")
    scanned.start()
    look_again(app)
    (row,) = kept(app)
    assert (row.scan, row.infection) == ("infected", "Portal-Test.UNOFFICIAL")
    assert row.withdrawn_at is not None
    answer = clerk.get(f"{case}/attachments/{row.id}")
    assert answer.status_code == 422
    assert "ウイルス(Portal-Test.UNOFFICIAL)が見つかった" in answer.text
    assert "ウイルスのため開けません" in clerk.get(case).text


def goes_on(clerk: Clerk, case: str):
    """Try to finish the open task of a case by another way than its form."""
    return clerk.post(clerk.task(case), outcome="another", deed_key=clerk.key(case))


def look_again(app: Flask) -> None:
    """Let the job be tried now."""
    from sqlalchemy import update

    from models.job import Job
    from portal import clock

    with app.app_context():
        db.session.execute(update(Job).values(next_at=clock.now()))
        db.session.commit()
        assert JobRunner().run_due().failed == 0
        db.session.remove()
