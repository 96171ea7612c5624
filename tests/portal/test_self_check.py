"""The start-up self-check (d-28): each safety that is taken away keeps the portal from starting, by name."""

import os
import socket
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import create_engine, make_url, text, update

from models.migrations import grants
from models.staff import User
from portal import file_commands, server
from portal.app import create_app, law_of
from portal.extensions import db
from portal.security.keys import new_audit_keys, new_keyring
from portal.self_check import of_application as application_checks
from portal.self_check import of_machine as machine_checks
from portal.self_check import start
from portal.self_check.findings import State, told
from portal.self_check.of_application import of_application
from portal.self_check.of_database import of_database
from portal.self_check.of_machine import UNSYNCHRONISED, of_binding, of_machine
from portal.settings import Settings, UnsafeSetting, load_settings
from services import unit_of_work
from tests.architecture.tree import ROOT
from tests.fixtures import cluster
from tests.fixtures.databases import kept_keys, migrated_database
from tests.portal.conftest import OpenPortal

Production = dict[str, str]


def installed(folder: Path) -> Production:
    """The environment of a safe installation, but for its database, which nobody asks here."""
    keys = {"secret_key": os.urandom(32).hex(), "master_key": new_keyring(), "audit_key": new_audit_keys()}
    (folder / "keys").mkdir()
    for name, words in keys.items():
        (folder / "keys" / name).write_text(words)
        (folder / "keys" / name).chmod(0o600)
    return {
        "PATH": os.environ["PATH"],
        "PORTAL_ENVIRONMENT": "production",
        "PORTAL_DATA_DIR": str(folder / "data"),
        "DATABASE_URL": "postgresql://portal@127.0.0.1:1/portal",
        "PORTAL_SECRET_KEY_FILE": str(folder / "keys" / "secret_key"),
        "PORTAL_MASTER_KEY_FILE": str(folder / "keys" / "master_key"),
        "PORTAL_AUDIT_KEY_FILE": str(folder / "keys" / "audit_key"),
        "PORTAL_TRUSTED_HOSTS": "kokuho.city.example",
        "PORTAL_COOKIE_SECURE": "true",
        "PORTAL_MUNICIPALITY_CODE": "999997",
        "PORTAL_CLOCK_SOURCE": "host",
        "PORTAL_SCANNER": "unix:/run/clamav/clamd.ctl",
    }


@pytest.fixture
def production(tmp_path: Path) -> Production:
    return installed(tmp_path)


def begin(environment: Production) -> subprocess.CompletedProcess[str]:
    """What every process of the portal does first."""
    command = [sys.executable, "-c", "import wsgi"]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_a_safe_process_starts(production: Production) -> None:
    done = begin(production)
    assert (done.returncode, done.stderr) == (0, "")


def test_an_unsafe_process_ends_and_names_every_setting(production: Production) -> None:
    """All of them at once: an operator mends them in one go."""
    Path(production["PORTAL_AUDIT_KEY_FILE"]).chmod(0o644)
    wrong = {
        "PORTAL_SECRET_KEY": "change-me",
        "PORTAL_DEBUG": "true",
        "PORTAL_DEMO_DATA": "true",
        "PORTAL_MUNICIPALITY_CODE": "",
        "PORTAL_TRUSTED_HOSTS": "*",
        "PORTAL_COOKIE_SECURE": "false",
        "DATABASE_URL": "sqlite:///x.sqlite3",
        "REDIS_URL": "memory://",
        "PORTAL_MASTER_KEY_FILE": "nowhere",
    }
    done = begin(production | wrong)
    assert done.returncode == 1
    named = {line[2:].partition(":")[0] for line in done.stderr.splitlines() if line.startswith("- ")}
    assert named == {*wrong, "PORTAL_AUDIT_KEY_FILE"}


def refused_in(environment: Production, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The settings that are named when the settings of an environment are read."""
    for name in [one for one in os.environ if one.startswith("PORTAL_")]:
        monkeypatch.delenv(name)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(UnsafeSetting) as refused:
        load_settings()
    return [problem.partition(":")[0] for problem in refused.value.problems]


@pytest.mark.parametrize(
    ("variable", "value", "named"),
    [
        ("PORTAL_SECRET_KEY", "change-me", "PORTAL_SECRET_KEY"),
        ("PORTAL_SECRET_KEY_FILE", "nowhere", "PORTAL_SECRET_KEY_FILE"),
        ("PORTAL_DEBUG", "true", "PORTAL_DEBUG"),
        ("PORTAL_DEMO_DATA", "true", "PORTAL_DEMO_DATA"),
        ("PORTAL_MUNICIPALITY_CODE", "", "PORTAL_MUNICIPALITY_CODE"),
        ("PORTAL_TRUSTED_HOSTS", "", "PORTAL_TRUSTED_HOSTS"),
        ("PORTAL_TRUSTED_HOSTS", "*", "PORTAL_TRUSTED_HOSTS"),
        ("PORTAL_COOKIE_SECURE", "false", "PORTAL_COOKIE_SECURE"),
        ("DATABASE_URL", "sqlite:///x.sqlite3", "DATABASE_URL"),
        ("REDIS_URL", "memory://", "REDIS_URL"),
        ("PORTAL_SCANNER", "off", "PORTAL_SCANNER"),
        ("PORTAL_MASTER_KEY_FILE", "nowhere", "PORTAL_MASTER_KEY_FILE"),
        ("PORTAL_AUDIT_KEY_FILE", "nowhere", "PORTAL_AUDIT_KEY_FILE"),
        ("PORTAL_KEY_STORE_URL", "postgresql://portal@127.0.0.1:1/portal", "PORTAL_KEY_STORE_URL"),
    ],
)
def test_each_setting_alone_is_refused_by_its_name(
    production: Production, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, named: str
) -> None:
    assert refused_in(production | {variable: value}, monkeypatch) == [named]


@pytest.mark.parametrize(
    "variable", ["PORTAL_SECRET_KEY_FILE", "PORTAL_MASTER_KEY_FILE", "PORTAL_AUDIT_KEY_FILE"]
)
def test_a_key_that_others_can_read_is_refused(
    production: Production, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    Path(production[variable]).chmod(0o640)
    assert refused_in(production, monkeypatch) == [variable]


@pytest.mark.parametrize(
    ("variable", "place", "named"),
    [
        ("PORTAL_MASTER_KEY_FILE", "data/blobs", "PORTAL_MASTER_KEY_FILE"),
        ("PORTAL_AUDIT_KEY_FILE", "data/blobs", "PORTAL_AUDIT_KEY_FILE"),
        ("PORTAL_AUDIT_KEY_FILE", "data/audit_anchors", "PORTAL_AUDIT_ANCHOR_DIR"),
    ],
)
def test_a_key_among_what_it_protects_is_refused(
    production: Production,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    variable: str,
    place: str,
    named: str,
) -> None:
    folder = tmp_path / place
    folder.mkdir(parents=True)
    moved = Path(production[variable]).rename(folder / "key")
    assert refused_in(production | {variable: str(moved)}, monkeypatch) == [named]


@pytest.fixture(scope="module")
def made_app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The application of a safe installation, made once."""
    factory = unit_of_work._factory[:]
    with kept_keys(), pytest.MonkeyPatch.context() as patch:
        for name, value in installed(tmp_path_factory.mktemp("safe")).items():
            patch.setenv(name, value)
        made = create_app(Settings())
    unit_of_work._factory[:] = factory
    return made


@pytest.fixture
def safe_app(made_app: Flask) -> Iterator[Flask]:
    """The same, put back as it was after the test."""
    before = dict(made_app.config)
    yield made_app
    made_app.config.update(before)


def test_a_city_without_parameters_is_refused() -> None:
    with pytest.raises(UnsafeSetting, match="PORTAL_MUNICIPALITY_CODE"):
        law_of("281000")


def test_a_safe_application_has_nothing_to_mend(safe_app: Flask) -> None:
    assert told(of_application(safe_app)) == []
    start.refuse_unsafe_application(safe_app)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TRUSTED_HOSTS", []),
        ("FAB_SAFE_REDIRECT_HOSTS", ["kokuho.city.example", "evil.example"]),
        ("TESTING", True),
        ("SESSION_COOKIE_NAME", "session"),
        ("SESSION_COOKIE_SECURE", False),
        ("SESSION_COOKIE_HTTPONLY", False),
        ("SESSION_COOKIE_SAMESITE", None),
        ("WTF_CSRF_ENABLED", False),
        ("FAB_ADD_SECURITY_API", True),
        ("FAB_API_KEY_ENABLED", True),
        ("FAB_API_SWAGGER_UI", True),
        ("FAB_ADD_OPENAPI_VIEWS", True),
        ("AUTH_USER_REGISTRATION", True),
        ("AUTH_TYPE", 3),
        ("RATELIMIT_ENABLED", False),
        ("RATELIMIT_STORAGE_URI", "memory://"),
    ],
)
def test_an_application_that_was_put_together_unsafely_is_refused(
    safe_app: Flask, name: str, value: object
) -> None:
    safe_app.config[name] = value
    with pytest.raises(UnsafeSetting) as refused:
        start.refuse_unsafe_application(safe_app)
    assert [problem.partition(":")[0] for problem in refused.value.problems] == [name]


def test_a_form_that_needs_no_token_is_refused(safe_app: Flask) -> None:
    exempt: set[str] = safe_app.extensions["csrf"]._exempt_views
    exempt.add("portal.views.intake.send")
    try:
        assert [one.partition(":")[0] for one in told(of_application(safe_app))] == ["WTF_CSRF_ENABLED"]
    finally:
        exempt.clear()


def test_a_list_that_names_no_columns_or_deletes_is_refused(
    safe_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = next(
        one for one in safe_app.extensions["appbuilder"].baseviews if type(one).__name__ == "SchoolView"
    )
    monkeypatch.setattr(view, "search_columns", ("password",))
    rules = [SimpleNamespace(endpoint="SchoolView.delete")]
    monkeypatch.setattr(safe_app, "url_map", SimpleNamespace(iter_rules=lambda: rules))
    problems = told(of_application(safe_app))
    assert [one.partition(":")[0] for one in problems] == ["search_columns", "base_permissions"]
    assert "SchoolView" in problems[0]


@pytest.mark.parametrize(
    ("name", "broken"),
    [
        ("script engine", "refuses_python"),
        ("weasyprint", "reads_data_only"),
        ("lxml", "refuses_entities"),
    ],
)
def test_a_reader_that_takes_too_much_is_refused(
    safe_app: Flask, monkeypatch: pytest.MonkeyPatch, name: str, broken: str
) -> None:
    monkeypatch.setattr(application_checks, broken, lambda: False)
    assert [one.partition(":")[0] for one in told(of_application(safe_app))] == [name]


def test_an_old_library_is_refused(safe_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(application_checks, "version", {"weasyprint": "69.2", "lxml": "6.0"}.get)
    assert [one.partition(":")[0] for one in told(of_application(safe_app))] == ["weasyprint", "lxml"]


@pytest.mark.parametrize(
    ("address", "is_own"),
    [
        (("127.0.0.1", 8080), True),
        (("::1", 8080, 0, 0), True),
        ("/run/portal/portal.sock", True),
        (("0.0.0.0", 8080), False),  # noqa: S104 - it is what must be refused
        (("::", 8080, 0, 0), False),
        (("192.0.2.7", 8080), False),
    ],
)
def test_only_this_machine_reaches_the_portal_past_its_proxy(address: object, *, is_own: bool) -> None:
    assert (of_binding([address]).state is State.OK) is is_own


@pytest.mark.parametrize(("source", "named"), [("kernel", ["PORTAL_CLOCK_SOURCE"]), ("host", [])])
def test_a_clock_that_nobody_sets_is_refused(
    monkeypatch: pytest.MonkeyPatch, source: str, named: list[str]
) -> None:
    monkeypatch.setattr(machine_checks, "clock_state", lambda: UNSYNCHRONISED)
    problems = told(of_machine(Settings(clock_source=source)))
    assert [problem.partition(":")[0] for problem in problems] == named


def test_the_kernel_is_asked_for_the_state_of_its_clock() -> None:
    assert machine_checks.clock_state() in range(6)


@pytest.fixture
def portal_role() -> str:
    """A role of PostgreSQL that owns nothing."""
    role = f"portal_{uuid.uuid4().hex[:8]}"
    cluster.start()
    with psycopg.connect(cluster.url("postgres").replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {role} LOGIN")
    return role


@pytest.fixture
def granted_url(portal_role: str, tmp_path: Path) -> str:
    """A database by the portal's own role, as `flask setup` leaves it."""
    url = migrated_database("postgresql", tmp_path)
    owner = create_engine(url)
    with owner.begin() as connection:
        grants.grant(connection, portal_role, f"{portal_role}_vault")
    owner.dispose()
    return url.replace(f"//{cluster.USER}@", f"//{portal_role}@")


@pytest.fixture
def findings_of(open_portal: OpenPortal) -> Callable[[str], dict[str, list[str]]]:
    """What is to be mended in a database, by setting."""

    def look(url: str) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        with open_portal(url).app_context():
            for problem in told(of_database()):
                setting, _, remedy = problem.partition(": ")
                found.setdefault(setting, []).append(remedy)
            db.session.remove()
        return found

    return look


THIS_CLUSTER_FORGETS = {"postgresql.conf"}  # it is faster than safe: no fsync, no checksums


def test_a_database_that_forgets_what_it_kept_is_named(findings_of, granted_url: str) -> None:
    assert set(findings_of(granted_url)) == THIS_CLUSTER_FORGETS
    remedies = " ".join(findings_of(granted_url)["postgresql.conf"])
    for name in ("fsync", "full_page_writes", "data_checksums", "synchronous_commit"):
        assert f"{name}: is off" in remedies


def test_a_server_that_logs_the_values_of_statements_is_named(findings_of, granted_url: str) -> None:
    remedy, name = "log_parameter_max_length = 0", str(make_url(granted_url).database)
    owner = create_engine(cluster.url(name))

    def is_named_after(setting: str) -> bool:
        with owner.begin() as connection:
            connection.execute(text(f"ALTER DATABASE {name} SET {setting}"))
        owner.dispose()
        return remedy in " ".join(findings_of(granted_url)["postgresql.conf"])

    assert not is_named_after("log_statement = 'ddl'")
    assert is_named_after("log_min_duration_statement = '1s'")
    assert not is_named_after("log_parameter_max_length = 0")
    assert is_named_after("log_parameter_max_length_on_error = 100")


def test_a_role_that_may_change_the_audit_record_is_named(findings_of, tmp_path: Path) -> None:
    found = findings_of(migrated_database("postgresql", tmp_path))
    assert set(found) == THIS_CLUSTER_FORGETS | {"MIGRATION_URL", "PORTAL_VAULT_ROLE"}
    assert "DELETE on audit_event" in found["MIGRATION_URL"][0]


def test_a_database_without_tables_or_out_of_reach_is_missing(findings_of, empty_url: str) -> None:
    assert "flask --app wsgi setup" in findings_of(empty_url)["DATABASE_URL"][0]
    away = findings_of("postgresql://portal@127.0.0.1:1/portal")["DATABASE_URL"][0]
    assert "does not answer" in away


def test_open_accounts_of_the_demonstration_are_named(app: Flask) -> None:
    with app.app_context():
        assert told(of_database()) == []
        db.session.execute(update(User).where(User.username == "counter.hanako").values(username="sato"))
        db.session.commit()
        assert [one.partition(":")[0] for one in told(of_database())] == ["demonstration accounts"]
        db.session.remove()


def test_an_audit_key_of_another_installation_is_named(app: Flask, tmp_path: Path) -> None:
    with app.app_context():
        from models.crypto import audit_keys
        from portal.security.keys import read_audit_keys

        path = tmp_path / "another.json"
        path.write_text(new_audit_keys())
        audit_keys.load(lambda: read_audit_keys(path))
        assert [one.partition(":")[0] for one in told(of_database())] == ["PORTAL_AUDIT_KEY_FILE"]


def test_gunicorn_ends_where_it_may_not_serve(production: Production, tmp_path: Path) -> None:
    """A real server on every address of the machine, with a database whose owner it is."""
    environment = production | {"DATABASE_URL": migrated_database("postgresql", tmp_path)}
    command = (sys.executable, "-m", "gunicorn", "--config", "python:portal.server", "--no-control-socket")
    done = subprocess.run(
        [*command, "--bind", "0.0.0.0:0", "wsgi:application"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == server.REFUSED
    for named in ("--bind", "MIGRATION_URL", "postgresql.conf: fsync"):
        assert f"- {named}: " in done.stderr


def test_the_worker_ends_where_it_may_not_work(production: Production, tmp_path: Path) -> None:
    environment = production | {"DATABASE_URL": migrated_database("postgresql", tmp_path)}
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "worker"]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 1
    assert "- MIGRATION_URL: " in done.stderr
    assert "Traceback" not in done.stderr


def test_a_server_starts_while_its_database_is_away(safe_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """It answers 503 until the database is back: that is no unsafe setting."""
    monkeypatch.setattr(machine_checks, "clock_state", lambda: 0)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        start.refuse_unsafe_surroundings(safe_app, [listening.getsockname()])


def test_nothing_is_refused_outside_production(app: Flask) -> None:
    app.config["FAB_ADD_SECURITY_API"] = True
    start.refuse_unsafe_application(app)
    worker = SimpleNamespace(app=SimpleNamespace(wsgi=lambda: app), sockets=[])
    start.refuse_unsafe_surroundings(worker.app.wsgi(), [("192.0.2.7", 80)])


def doctor(environment: Production, monkeypatch: pytest.MonkeyPatch) -> Result:
    """`flask doctor` with the settings of an environment."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return file_commands.create_app().test_cli_runner().invoke(args=["doctor"])


def test_doctor_tells_every_finding_and_what_to_do(
    production: Production, monkeypatch: pytest.MonkeyPatch, kept_state: None
) -> None:
    del kept_state
    wrong = {"PORTAL_DEBUG": "true", "PORTAL_TRUSTED_HOSTS": "", "PORTAL_COOKIE_SECURE": "true"}
    answer = doctor(production | wrong, monkeypatch)
    found = {tuple(line.split()[:2]) for line in answer.output.splitlines()}
    assert answer.exit_code == 1
    assert {
        ("unsafe", "PORTAL_DEBUG"),
        ("missing", "PORTAL_TRUSTED_HOSTS"),
        ("ok", "PORTAL_COOKIE_SECURE"),
        ("ok", "WTF_CSRF_ENABLED"),
        ("missing", "DATABASE_URL"),
    } <= found


def test_doctor_says_when_nothing_is_to_be_mended(
    production: Production, monkeypatch: pytest.MonkeyPatch, kept_state: None
) -> None:
    del kept_state
    monkeypatch.setattr("portal.self_check.of_database.of_database", list)
    answer = doctor(production, monkeypatch)
    assert (answer.exit_code, answer.output.splitlines()[-1]) == (0, "ready for production")


def test_doctor_names_a_value_that_cannot_be_read(
    production: Production, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = doctor(production | {"PORTAL_IDLE_MINUTES": "soon"}, monkeypatch)
    assert answer.exit_code == 1
    assert answer.output.startswith("unsafe   PORTAL_IDLE_MINUTES")


def test_every_check_is_told_on_its_page(safe_app: Flask) -> None:
    page = (ROOT / "docs" / "security" / "self-check.md").read_text(encoding="utf-8")
    settings = safe_app.extensions["portal_settings"]
    from portal.self_check.of_settings import of_settings

    names = {
        one.setting for one in (*of_settings(settings), *of_application(safe_app), *of_machine(settings))
    }
    assert [name for name in sorted(names) if f"`{name}`" not in page] == []
