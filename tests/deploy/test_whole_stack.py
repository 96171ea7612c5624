"""The whole of it, once, in production: nginx with TLS, gunicorn, worker, Redis, PostgreSQL with its roles.

One installation is started and everything is asked of it, since starting takes the time.
"""

import re
import socket
import subprocess
from collections.abc import Iterator

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege, ReadOnlySqlTransaction
from sqlalchemy import select

from models.audit.event import AuditEvent
from models.job import DONE, FAILED, Job
from portal import clock
from portal.app import create_app
from portal.extensions import db
from portal.security.factors import code_at
from portal.settings import Settings
from services import unit_of_work
from tests.deploy.stack import NAME, PATIENCE, ROLES, Browser, Stack, run, running, start
from tests.fixtures.databases import kept_keys
from tests.portal.conftest import PASSWORD, SECRET, account_of, employ_everybody

MANY_LOOKS = 300


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    factory = unit_of_work._factory[:]
    with kept_keys(), running(tmp_path_factory.mktemp("stack")) as installed:
        given = installed.environment()
        with pytest.MonkeyPatch.context() as patch:
            for name, value in given.items():
                patch.setenv(name, value)
            app = create_app(Settings())
        with app.app_context():
            employ_everybody()
            db.session.remove()
        start(installed)
        installed.app = app
        yield installed
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
    unit_of_work._factory[:] = factory


def sign_in(browser: Browser, role: str) -> None:
    answer, page = browser.post("/login/", "/login/", username=account_of(role), password=PASSWORD)
    assert answer.status == 302, page[-2000:]
    answer, page = browser.post(
        "/login/second", answer.headers["Location"], code=code_at(SECRET, clock.now())
    )
    assert answer.status == 302, page[-2000:]


def test_signing_in_with_two_factors_through_tls(stack: Stack) -> None:
    browser = Browser(stack)
    sign_in(browser, "counter")
    answer, page = browser.get("/")
    assert answer.status == 200
    assert 'lang="ja"' in page
    assert answer.headers.get_all("Strict-Transport-Security") == ["max-age=31536000; includeSubDomains"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Server"] == "nginx"
    cookie = browser.cookies["__Host-session"]
    assert (cookie["secure"], cookie["httponly"], cookie["path"], cookie["samesite"]) == (
        True,
        True,
        "/",
        "Lax",
    )
    assert cookie["domain"] == ""


def test_a_job_is_done_by_the_worker_over_redis(stack: Stack) -> None:
    browser = Browser(stack)
    sign_in(browser, "administrator")
    answer, page = browser.post("/calendar/tidy/run", "/calendar/")
    assert answer.status in {302, 303}, page[-2000:]
    states = (state_of_last_job(stack, browser) for _ in range(MANY_LOOKS))
    assert next((state for state in states if state in {DONE, FAILED}), "") == DONE, stack.log()
    asked = re.search(r"cmdstat_lpush:calls=(\d+)", stack.redis("INFO", "commandstats"))
    assert asked is not None, "the web server rang by Redis"


def state_of_last_job(stack: Stack, browser: Browser) -> str:
    """What the last job is doing, after a look at its page as the browser takes it every two seconds."""
    with stack.app.app_context():
        job_id, state = db.session.execute(select(Job.id, Job.state).order_by(Job.id.desc()).limit(1)).one()
        db.session.remove()
    assert browser.get(f"/jobs/{job_id}")[0].status == 200
    return state


def test_web_processes_share_their_limits_and_a_forged_address_does_not_help(stack: Stack) -> None:
    browser = Browser(stack)
    statuses = []
    for number in range(6):
        _, page = browser.get("/login/")
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]
        answer, _ = browser.ask(
            "POST",
            "/login/",
            f"csrf_token={token}&username=verifier.hanako&password=wrong",
            X_Forwarded_For=f"198.51.100.{number}",
            X_Real_IP=f"198.51.100.{number}",
            Forwarded=f"for=198.51.100.{number};proto=http;host=evil.example",
            X_Forwarded_Proto="http",
            X_Forwarded_Host="evil.example",
        )
        statuses.append(answer.status)
    assert statuses == [200] * 5 + [429] or statuses == [401] * 5 + [429], statuses
    assert "LIMITS" in stack.redis("KEYS", "LIMIT*")
    with stack.app.app_context():
        refused = db.session.scalars(select(AuditEvent).where(AuditEvent.tag == "login:refused")).all()
        db.session.remove()
    assert {event.terminal for event in refused} == {"127.0.0.1"}


def test_nobody_is_led_to_another_host(stack: Stack) -> None:
    browser = Browser(stack)
    answer, _ = browser.get("/persons/", X_Forwarded_Host="evil.example", X_Forwarded_Proto="http")
    assert answer.status == 302
    assert "evil" not in answer.headers["Location"]
    answer, _ = browser.get("/login/", Host="evil.example")
    assert answer.status == 421


def test_http_is_refused(stack: Stack) -> None:
    with socket.create_connection(("127.0.0.1", stack.port), timeout=PATIENCE) as plain:
        plain.sendall(f"GET / HTTP/1.1\r\nHost: {NAME}\r\nConnection: close\r\n\r\n".encode())
        told = b"".join(iter(lambda: plain.recv(65536), b"")).decode()
    assert told.startswith("HTTP/1.1 400")
    assert "Set-Cookie" not in told


@pytest.mark.parametrize(("version", "is_taken"), [("-tls1_1", False), ("-tls1_2", True), ("-tls1_3", True)])
def test_old_tls_is_refused(stack: Stack, version: str, is_taken: bool) -> None:
    told = ("openssl", "s_client", "-connect", f"127.0.0.1:{stack.port}", "-servername", NAME, version)
    old = ("-cipher", "DEFAULT@SECLEVEL=0") if version == "-tls1_1" else ()
    done = subprocess.run([*told, *old], input=b"", capture_output=True, check=False)
    assert (done.returncode == 0) is is_taken, done.stderr


def test_another_name_gets_no_certificate(stack: Stack) -> None:
    told = ("openssl", "s_client", "-connect", f"127.0.0.1:{stack.port}", "-servername", "evil.example")
    done = subprocess.run(told, input=b"", capture_output=True, check=False)
    assert b"BEGIN CERTIFICATE" not in done.stdout


def test_what_is_too_large_does_not_reach_the_portal(stack: Stack) -> None:
    answer, _ = Browser(stack).ask("POST", "/login/", "", Content_Length=str(30 * 1024 * 1024))
    assert answer.status == 413
    assert answer.headers.get_all("Strict-Transport-Security") == ["max-age=31536000; includeSubDomains"]


def test_nginx_serves_what_never_changes(stack: Stack) -> None:
    browser = Browser(stack)
    _, page = browser.get("/login/")
    for path in re.findall(r'(?:src|href)="(/static/[^"]+)"', page):
        answer, _ = browser.get(path.replace("&amp;", "&"))
        assert answer.status == 200, path
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers.get_all("Strict-Transport-Security") == ["max-age=31536000; includeSubDomains"]
        assert answer.headers.get_all("Cache-Control") == ["public, max-age=31536000, immutable"]
    for outside in (
        "/static/",
        "/static/../settings.py",
        "/static/..%2fsettings.py",
        "/static../settings.py",
    ):
        answer, text = browser.get(outside)
        assert answer.status in {400, 403, 404, 302}, outside
        assert "import" not in text


def test_the_roles_are_apart(stack: Stack) -> None:
    for role, statement, refusal in (
        ("application", "DELETE FROM audit_event", InsufficientPrivilege),
        ("application", "UPDATE audit_event SET tag = 'x'", InsufficientPrivilege),
        ("application", "CREATE TABLE mine (a int)", InsufficientPrivilege),
        ("application", "DROP TABLE person", InsufficientPrivilege),
        ("application", "SELECT sealed FROM individual_number", InsufficientPrivilege),
        ("backup", "DELETE FROM person", ReadOnlySqlTransaction),
        ("backup", "SET transaction_read_only = off; DELETE FROM person", InsufficientPrivilege),
    ):
        with psycopg.connect(stack.database(role)) as connection, pytest.raises(refusal):
            connection.execute(statement)
    with psycopg.connect(stack.database("backup")) as connection:
        assert connection.execute("SELECT count(*) FROM ab_user").fetchone()[0] > 0


def test_backups_are_made_by_the_role_that_only_reads(stack: Stack) -> None:
    """What the units of backups run, with the role and the settings they get."""
    backup = ("backup.env",)
    assert stack.flask("backup", "make", files=backup).count("OK ") == 2
    assert stack.flask("backup", "make-keys", files=backup).startswith("OK ")
    the_way_back_gives_each_role_its_own(stack)


def the_way_back_gives_each_role_its_own(stack: Stack) -> None:
    """Tables, vault and functions come back with their owners and rights."""
    with psycopg.connect(stack.superuser("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE back OWNER {ROLES['owner']} TEMPLATE template0")
    files = stack.prefix / "came_back"
    place = stack.prefix / "srv/portal-backup-2"
    given = stack.environment("backup.env", "setup.env") | {
        "MIGRATION_URL": stack.superuser("back"),
        "DATABASE_URL": stack.database("application", "back"),
        "PORTAL_DATA_DIR": str(files),
    }
    command = (str(stack.home / ".venv/bin/python"), "-m", "flask", "--app", "wsgi", "backup", "restore")
    assert run(*command, "--from", str(place), env=given, cwd=stack.home).startswith("OK ")
    with psycopg.connect(stack.superuser("back")) as connection:
        owners = dict(
            connection.execute("SELECT tablename, tableowner FROM pg_tables WHERE schemaname = 'public'")
        )
        assert owners.pop("individual_number") == ROLES["vault"]
        assert set(owners.values()) == {ROLES["owner"]}
    with psycopg.connect(stack.database("application", "back"), autocommit=True) as connection:
        assert connection.execute("SELECT count(*) FROM ab_user").fetchone()[0] > 0
        assert connection.execute("SELECT * FROM vault_known(ARRAY['none'])").fetchall() == []
        told = connection.execute("SELECT tag FROM audit_event ORDER BY id DESC LIMIT 1").fetchone()
        assert told == ("backup:restored",)
        for statement in ("DELETE FROM audit_event", "SELECT sealed FROM individual_number"):
            with pytest.raises(InsufficientPrivilege):
                connection.execute(statement)


def test_logs_hold_no_names_and_no_addresses_of_pages(stack: Stack) -> None:
    browser = Browser(stack)
    browser.get("/persons/?q=12345-canary")
    told = stack.log()
    assert "canary" not in told
    assert PASSWORD not in told
