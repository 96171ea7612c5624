"""A canary that was kept, shown and asked for: in no file of server or portal, in no error (T18)."""

import re
import tempfile
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask
from sqlalchemy import make_url, text

from portal.commands import setup
from portal.extensions import db
from rules.numbers import individual_number_check_digit
from tests.fixtures import cluster
from tests.fixtures.databases import migrated_database
from tests.portal import number_case
from tests.portal.conftest import OpenPortal, Visitor, employ_everybody
from tests.portal.test_canary_number import BETWEEN, WIDE, addresses

FIRST = "00095713846"
CANARY = f"{FIRST}{individual_number_check_digit(FIRST)}"  # of this test alone: the server is shared
SPACED = f"{CANARY[:4]} {CANARY[4:8]} {CANARY[8:]}"
WRITTEN = (CANARY, SPACED, SPACED.replace(" ", "-"), CANARY.translate(WIDE), SPACED.translate(WIDE))
SPELT = re.compile(BETWEEN.join(f"[{digit}{digit.translate(WIDE)}]" for digit in CANARY))
QUERY = (
    "?q={n}&s={n}&order={n}&subject={n}"
    "&_flt_0_individual_number={n}&_flt_0_reference={n}&_oc_V=sealed&_od_V=asc"
)


@pytest.fixture
def portal(
    open_portal: OpenPortal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, one_keyring: None
) -> SimpleNamespace:
    """A portal on PostgreSQL in which somebody told the canary, with temporary files of its own."""
    del one_keyring
    monkeypatch.setattr(number_case, "NUMBER", CANARY)
    (tmp_path / "temp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temp"))
    url = migrated_database("postgresql", tmp_path)
    app = open_portal(url)
    with app.app_context():
        setup.sync_roles()
        employ_everybody()
        db.session.remove()
    return SimpleNamespace(app=app, url=url, office=number_case.take_in_a_number(app, tmp_path))


def holding(folder: Path) -> list[str]:
    """The files below a folder in which the canary stands, however it is written."""
    spelt = [one.encode(code) for one in WRITTEN for code in ("utf-8", "cp932", "utf-16-le")]
    return [
        str(path.relative_to(folder))
        for path in sorted(folder.rglob("*"))
        if path.is_file() and any(one in path.read_bytes() for one in spelt)
    ]


def handle(portal: SimpleNamespace) -> list[str]:
    """Show the number, type it wherever one can, and make the portal fail with it; what was answered."""
    counter = Visitor(portal.app)
    counter.sign_in("counter")
    path = portal.office.path
    shown = counter.post(path, place=1, purpose="eligibility")
    assert SPACED in shown.text
    assert shown.headers["Cache-Control"] == "no-store"
    assert "ETag" not in shown.headers
    answers = [counter.post(path, place=1, purpose=CANARY)]
    for written in WRITTEN:
        answers += [
            counter.post("/persons/", q=written),
            counter.get(f"/no/such/{written}"),
            counter.get(f"/cases/{written}"),
            counter.post(f"/cases/{portal.office.case}/numbers?x={written}", place=1, purpose="wrong"),
            Visitor(portal.app).show_password(written, written),
        ]
    with portal.app.app_context(), db.engine.begin() as connection:
        connection.execute(text(FULL))
    failed = counter.post(path, place=1, purpose="eligibility")
    assert failed.status_code == 500
    return [f"{one.headers}{one.text}" for one in (*answers, failed)]


FULL = """
    CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'disk full'; END $$;
    CREATE TRIGGER full_disk BEFORE INSERT ON audit_event EXECUTE FUNCTION full_disk()
"""


@pytest.mark.postgresql
def test_no_file_log_error_or_backup_holds_it(
    backend: str, portal: SimpleNamespace, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    del backend
    assert [place for place, told in enumerate(handle(portal)) if SPELT.search(told)] == []
    with portal.app.app_context(), db.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("CHECKPOINT"))
        db.session.remove()
    said = capfd.readouterr()
    assert not SPELT.search(said.out + said.err), "the log"
    assert holding(tmp_path) == [], "keys, blobs, queue and temporary files of the portal"
    server = cluster.data().parent
    assert holding(server) == [], "tables, write-ahead log and log of the server"
    dump = server / "canary.sql"
    name = str(make_url(portal.url).database)
    cluster.run_as_owner("pg_dump", "-h", str(server), "-U", cluster.USER, "-d", name, "-f", str(dump))
    content = dump.read_text(encoding="utf-8")
    assert "individual_number" in content
    assert not SPELT.search(content), "the backup"


@pytest.mark.parametrize("role", ["counter", "administrator"])
def test_no_address_answers_otherwise_for_digits_that_are_right(
    app: Flask, tmp_path: Path, signed_in, role: str
) -> None:
    """Filter and sort by every name that a list might know: right digits tell as little as wrong ones."""
    office = number_case.take_in_a_number(app, tmp_path)
    person = signed_in(role)
    told: dict[str, list[tuple[int, int]]] = {}
    for digits in (number_case.NUMBER[:11], "98765432109"):
        for address in addresses(app, office.case):
            if "audit" not in address:  # it tells of the questions themselves
                answer = person.get(address + QUERY.format(n=digits))
                told.setdefault(address, []).append((answer.status_code, answer.data.count(b"<tr")))
    assert {address: pair for address, pair in told.items() if pair[0] != pair[1]} == {}
