"""`flask keys`: a new key-encryption key while the portal works (T16)."""

import json
from collections.abc import Callable

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select

from models import vault
from models.audit.event import AuditEvent
from models.crypto import envelope
from models.vault_table import IndividualNumber
from portal import clock
from portal.extensions import db
from services import numbers_vault, unit_of_work
from services.context import SYSTEM

Run = Callable[..., Result]
NUMBER = "000000000019"


@pytest.fixture
def run(app: Flask) -> Run:
    with app.app_context():
        receive()
    return lambda *words: app.test_cli_runner().invoke(args=["keys", *words])


def receive() -> None:
    with unit_of_work.unit_of_work(SYSTEM, clock.now()) as ctx:
        numbers_vault.receive(ctx, NUMBER)


def opened() -> list[str]:
    rows = db.session.scalars(select(IndividualNumber)).all()
    return [envelope.open_one(row.reference, row.sealed, table=vault.TABLE).decode() for row in rows]


def test_rotating_makes_a_key_and_wraps_all_with_it(run: Run, app: Flask) -> None:
    assert run("list").output == "k1 (current): 1\n"
    told = run("rotate")
    assert (told.exit_code, told.output) == (0, "k2 is current; 1 data keys are wrapped with it\n")
    assert run("list").output == "k2 (current): 1\n"
    with app.app_context():
        receive()
        assert opened() == [NUMBER, NUMBER]
        event = db.session.scalars(select(AuditEvent).where(AuditEvent.tag == "keys:rotated")).one()
        assert (event.subject, event.detail) == ("key:k2", {"wrapped": 1})
    path = app.extensions["portal_settings"].master_key_path
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(json.loads(path.read_text())["keys"]) == ["k1", "k2"]


def test_a_new_key_signs_manifests_and_is_on_record(run: Run, app: Flask) -> None:
    del run
    say = app.test_cli_runner().invoke
    before = say(args=["transfers", "public-key"]).output
    told = say(args=["transfers", "new-key"])
    key_id = told.output.split()[0]
    after = say(args=["transfers", "public-key"]).output
    assert after != before
    assert say(args=["transfers", "public-key", "--all"]).output == before + after
    with app.app_context():
        event = db.session.scalars(select(AuditEvent).where(AuditEvent.tag == "keys:rotated")).one()
        assert (event.subject, event.detail) == (f"key:{key_id}", {"kind": "manifests"})
    content = json.loads(app.extensions["portal_settings"].master_key_path.read_text())
    assert content["signing"][0] not in told.output + after


def test_what_a_stopped_rotation_left_is_done_by_the_next_one(run: Run) -> None:
    run("rotate")
    assert run("rewrap").output == "0 data keys were wrapped anew\n"


def test_no_command_says_a_key_or_a_number(run: Run, app: Flask) -> None:
    said = run("list").output + run("rotate").output + run("list").output
    content = json.loads(app.extensions["portal_settings"].master_key_path.read_text())
    assert all(key not in said for key in (*content["keys"].values(), content["index"], NUMBER))
