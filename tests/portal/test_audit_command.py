"""`flask audit`: an operator verifies the record and writes its end to the second place (M15, T15)."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import text

from models.audit.tags import Tag
from models.crypto import audit_keys
from models.crypto.audit_keys import AuditKeys
from portal import clock
from portal.extensions import db
from portal.security.anchoring import anchor_path
from portal.worker import Worker
from services import audit, unit_of_work
from services.context import SYSTEM
from tests.models.audit_attacks import take_the_locks_off
from tests.portal.conftest import OpenPortal, Visitor

Run = Callable[..., Result]


@pytest.fixture
def portal(fresh_url: str, open_portal: OpenPortal) -> Flask:
    """A portal on a database of this test alone, with three events on record."""
    app = open_portal(fresh_url)
    with app.app_context():
        for number in range(3):
            note(number)
        db.session.remove()
    return app


@pytest.fixture
def run(portal: Flask) -> Run:
    return lambda *words: portal.test_cli_runner().invoke(args=["audit", *words])


def note(number: int) -> None:
    with unit_of_work.unit_of_work(SYSTEM, clock.now()) as ctx:
        audit.record(ctx, Tag.LOGOUT, f"account:{number}")


def tamper(portal: Flask, *statements: str) -> None:
    with portal.app_context(), db.engine.begin() as connection:
        take_the_locks_off(connection)
        for statement in statements:
            connection.execute(text(statement))


def test_a_whole_record_is_ok(run: Run) -> None:
    run("anchor")
    told = run("verify")
    assert (told.exit_code, told.output) == (0, "OK 3 rows, the last one is 3, 1 anchors\n")


def test_a_missing_second_place_is_told(run: Run) -> None:
    told = run("verify")
    assert told.exit_code == 0
    assert told.stdout == "OK 3 rows, the last one is 3, 0 anchors\n"
    assert "WARNING there is no anchor" in told.stderr


def test_a_second_place_that_is_late_is_told(
    run: Run, portal: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("anchor")
    with portal.app_context():
        note(3)
        db.session.remove()
    assert "WARNING" not in run("verify").output
    later = clock.now() + timedelta(minutes=31)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert "WARNING the last anchor" in run("verify").stderr


def test_nothing_is_anchored_over_a_record_that_was_put_back(
    run: Run, portal: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    run("anchor")
    with portal.app_context():
        before = anchor_path().read_text()
    tamper(portal, "DELETE FROM audit_event WHERE id = 3")
    told = run("anchor")
    assert told.exit_code == 1
    assert "does not hold row 3" in told.output
    worker = Worker(portal, portal.extensions["portal_doorbell"], threads=1)
    with portal.app_context():
        worker._anchor(clock.now())
        assert "disagree" in caplog.text
        assert anchor_path().read_text() == before


def test_the_first_bad_row_is_named(run: Run, portal: Flask) -> None:
    tamper(portal, "UPDATE audit_event SET tag = 'login:passed' WHERE id >= 2")
    told = run("verify")
    assert told.exit_code == 1
    assert "NG row 2: its content or its place is not the one that was recorded" in told.output
    assert run("verify", "--from", "3").exit_code == 0, "what stands at the row that is named is believed"


def test_the_second_place_tells_of_a_record_that_was_put_back(
    run: Run, portal: Flask, tmp_path: Path
) -> None:
    with portal.app_context(), db.engine.connect() as connection:
        mac, seal = connection.execute(text("SELECT mac, seal FROM audit_head")).one()
    with portal.app_context():
        note(3)
        db.session.remove()
    assert "written to" in run("anchor").output
    assert "nothing was recorded" in run("anchor").output
    with portal.app_context(), db.engine.begin() as connection:
        take_the_locks_off(connection)
        connection.execute(text("DELETE FROM audit_event WHERE id = 4"))
        back = text("UPDATE audit_head SET last_id = 3, mac = :mac, seal = :seal")
        connection.execute(back, {"mac": mac, "seal": seal})
    told = run("verify")
    assert told.exit_code == 1
    assert "NG row 4: it is missing" in told.output
    with portal.app_context():
        kept = anchor_path()
    elsewhere = tmp_path / "copy.jsonl"
    elsewhere.write_text(kept.read_text())
    kept.unlink()
    assert run("verify").exit_code == 0
    assert run("verify", "--anchor", str(elsewhere)).exit_code == 1


def test_anchors_that_nobody_signed_are_not_used(run: Run, portal: Flask) -> None:
    run("anchor")
    with portal.app_context():
        path = anchor_path()
    path.write_text(path.read_text().replace('"last_id": 3', '"last_id": 2'))
    told = run("verify")
    assert told.exit_code == 2
    assert "line 1" in told.output


@pytest.mark.parametrize("command", ["verify", "anchor"])
def test_a_database_without_a_record_is_told_with_what_to_do(run: Run, portal: Flask, command: str) -> None:
    with portal.app_context(), db.engine.begin() as connection:
        take_the_locks_off(connection)
        connection.execute(text("DROP TABLE audit_head"))
        connection.execute(text("DROP TABLE audit_event"))
    told = run(command)
    assert told.exit_code == 2
    assert "audit_" in told.stderr
    assert "DATABASE_URL" in told.stderr
    assert "flask --app wsgi setup" in told.stderr
    assert "Traceback" not in told.output


def test_the_check_at_the_start_names_a_wrong_key(portal: Flask) -> None:
    audit_keys.load(lambda: AuditKeys({"test": bytes(32)}, "test", bytes(32)))
    told = portal.test_cli_runner().invoke(args=["check"])
    assert told.exit_code == 1
    assert "監査の記録に追記できません" in told.output


def test_the_check_at_the_start_comes_before_the_tables(open_portal: OpenPortal, tmp_path: Path) -> None:
    app = open_portal(f"sqlite:///{tmp_path / 'new.sqlite3'}")
    told = app.test_cli_runner().invoke(args=["check"])
    assert told.exit_code == 0, told.output


COUNTS = "SELECT (SELECT count(*) FROM audit_event), (SELECT sum(login_count) FROM ab_user)"


@pytest.mark.parametrize("door", ["reading", "signing in"])
def test_a_page_whose_event_cannot_be_written_is_an_error_and_changes_nothing(
    app: Flask, signed_in: Callable[[str], Visitor], door: str
) -> None:
    auditor, stranger = signed_in("auditor"), Visitor(app)
    with app.app_context(), db.engine.begin() as connection:
        before = connection.execute(text(COUNTS)).one()
        full = "CREATE TRIGGER full BEFORE INSERT ON audit_event BEGIN SELECT RAISE(ABORT, 'disk full'); END"
        connection.execute(text(full))
    answer = auditor.get("/audit/") if door == "reading" else stranger.sign_in("counter")
    assert answer.status_code == 500
    assert "処理できませんでした" in answer.text
    assert "監査の記録に残せなかったため、この操作は行われていません" in answer.text
    assert "disk full" not in answer.text
    assert stranger.get("/inbox/").status_code == 302, "he is not signed in"
    with app.app_context(), db.engine.connect() as connection:
        assert connection.execute(text(COUNTS)).one() == before
