"""`flask keys` where a hardware module keeps the key-encryption keys; what is wrong is named (T16)."""

import os
import subprocess
import sys
import uuid
from pathlib import Path

import pytest
from flask import Flask

from models import vault
from models.crypto import envelope
from models.vault_table import IndividualNumber
from portal import clock
from portal.extensions import db
from portal.settings import Settings, unsafe
from services import numbers_vault, unit_of_work
from services.context import SYSTEM
from tests.architecture.tree import ROOT
from tests.fixtures.soft_token import PIN, SoftToken
from tests.portal.conftest import OpenPortal, Visitor

NUMBER = "000000000019"


@pytest.fixture
def prefix() -> str:
    return f"p{uuid.uuid4().hex[:12]}"


@pytest.fixture
def app(staffed_url: str, open_portal: OpenPortal, soft_token: SoftToken, prefix: str) -> Flask:
    """A portal that had its keys in the file until now."""
    before = open_portal(staffed_url)
    with before.app_context():
        receive()
        db.session.remove()
        db.engine.dispose()
    return open_portal(staffed_url, **soft_token.settings(prefix))


def receive() -> str:
    with unit_of_work.unit_of_work(SYSTEM, clock.now()) as ctx:
        return numbers_vault.receive(ctx, NUMBER)


def opened() -> list[str | None]:
    references = db.session.scalars(db.session.query(IndividualNumber.reference).statement).all()
    return [vault.open_number(db.session, vault.PREFIX + one) for one in references]


def test_the_keys_move_into_the_module_and_are_changed_there(app: Flask, prefix: str) -> None:
    run = app.test_cli_runner().invoke
    empty = run(args=["keys", "list"])
    assert (empty.exit_code, "PORTAL_HSM_KEY_PREFIX" in empty.output) == (1, True)
    first = run(args=["keys", "rotate"])
    assert first.output.startswith(f"{prefix}-1-"), first.output
    assert "1 data keys are wrapped with it" in first.output
    with app.app_context():
        receive()
        assert opened() == [NUMBER, NUMBER]
        db.session.remove()
    second = run(args=["keys", "rotate"])
    assert second.output.startswith(f"{prefix}-2-")
    listed = run(args=["keys", "list"]).output
    assert listed == f"{envelope.current_id()} (current): 2\n"
    assert PIN not in first.output + second.output + listed


def test_without_a_key_in_the_token_a_number_is_refused_and_nothing_is_done(app: Flask) -> None:
    counter = Visitor(app)
    counter.sign_in("counter")
    with app.app_context():
        before = db.session.query(IndividualNumber).count()
        with pytest.raises(LookupError, match="flask keys rotate"):
            receive()
        assert db.session.query(IndividualNumber).count() == before
        db.session.remove()


@pytest.mark.parametrize(
    ("change", "variable"),
    [
        ({"hsm_module": None}, "PORTAL_HSM_MODULE"),
        ({"hsm_module": Path("/nowhere.so")}, "PORTAL_HSM_MODULE"),
        ({"hsm_token": ""}, "PORTAL_HSM_TOKEN"),
        ({"hsm_pin_file": None}, "PORTAL_HSM_PIN_FILE"),
        ({"hsm_pin_file": Path("/nowhere")}, "PORTAL_HSM_PIN_FILE"),
    ],
)
def test_what_is_missing_is_named(
    soft_token: SoftToken, prefix: str, change: dict[str, object], variable: str
) -> None:
    settings = Settings(**soft_token.settings(prefix) | change)
    assert [problem.split(":")[0] for problem in unsafe(settings)] == [variable]


def test_a_pin_that_others_can_read_is_refused(soft_token: SoftToken, prefix: str, tmp_path: Path) -> None:
    lax = tmp_path / "pin"
    lax.write_text(PIN)
    lax.chmod(0o644)
    [problem] = unsafe(Settings(**soft_token.settings(prefix) | {"hsm_pin_file": lax}))
    assert problem.startswith("PORTAL_HSM_PIN_FILE")
    assert PIN not in problem


def test_with_a_wrong_pin_the_portal_does_not_start_and_names_the_setting(
    soft_token: SoftToken, prefix: str, tmp_path: Path
) -> None:
    wrong = tmp_path / "wrong_pin"
    wrong.touch(mode=0o600)
    wrong.write_text("000000")
    named = soft_token.environment(prefix) | {
        "PORTAL_HSM_PIN_FILE": str(wrong),
        "PORTAL_DATA_DIR": str(tmp_path / "data"),
        "PORTAL_ENVIRONMENT": "test",
    }
    told = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", "keys", "list"],
        cwd=ROOT,
        env=os.environ | named,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode != 0
    assert "PORTAL_HSM_PIN_FILE: the token refuses this PIN" in told.stdout + told.stderr
    assert "000000" not in told.stdout + told.stderr
