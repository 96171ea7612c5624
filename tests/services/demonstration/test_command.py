"""`flask demo` from the operator's side: what it prints, and that production refuses it."""

from pathlib import Path

import pytest
from flask import Flask

from portal import clock
from portal.commands import demo
from portal.security import factors
from portal.settings import Environment, Settings
from services import passwords
from services.context import Context
from services.demonstration import staff
from services.demonstration.staff import ACCOUNTS


def portal(folder: Path, environment: Environment) -> Flask:
    app = Flask("portal")
    app.extensions["portal_settings"] = Settings(environment=environment, data_dir=folder)
    app.cli.add_command(demo.demo_command)
    return app


@pytest.mark.parametrize("arguments", [["load"], ["load", "--size", "full"], ["accounts"], ["code", "sato"]])
def test_production_refuses_and_leaves_nothing(tmp_path: Path, arguments: list[str]) -> None:
    runner = portal(tmp_path, Environment.PRODUCTION).test_cli_runner()
    result = runner.invoke(args=["demo", *arguments])
    assert result.exit_code == 1
    assert "PORTAL_ENVIRONMENT" in result.output
    assert list(tmp_path.iterdir()) == []


def test_the_accounts_are_printed_with_their_password(tmp_path: Path) -> None:
    runner = portal(tmp_path, Environment.DEMO).test_cli_runner()
    first, second = (runner.invoke(args=["demo", "accounts"]).output for _ in range(2))
    assert all(account.username in first and account.role_ja in first for account in ACCOUNTS)
    assert (tmp_path / demo.PASSWORD_FILE).read_text().strip() in first
    assert all(
        staff.code_secret(demo.password(Settings(data_dir=tmp_path)), one.username) in first
        for one in ACCOUNTS
    )
    assert first == second


def test_the_code_of_an_account_is_the_one_that_its_authenticator_shows(tmp_path: Path) -> None:
    runner = portal(tmp_path, Environment.DEMO).test_cli_runner()
    printed = runner.invoke(args=["demo", "code", "sato"]).output.strip()
    secret = staff.code_secret(demo.password(Settings(data_dir=tmp_path)), "sato")
    assert factors.step_of(secret, printed, clock.now()) is not None
    assert runner.invoke(args=["demo", "code", "nobody"]).exit_code == 1


def test_two_installations_have_two_passwords(tmp_path: Path) -> None:
    one = demo.password(Settings(data_dir=tmp_path / "one"))
    other = demo.password(Settings(data_dir=tmp_path / "other"))
    assert one != other


@pytest.mark.parametrize("account", ACCOUNTS, ids=lambda account: account.username)
def test_every_password_that_can_be_drawn_is_one_the_portal_takes(ctx: Context, account: object) -> None:
    for word in demo.WORDS:
        passwords.check(ctx, f"{word}-{demo.WORDS[0]}-{demo.WORDS[1]}-100", account.username)  # type: ignore[attr-defined]
