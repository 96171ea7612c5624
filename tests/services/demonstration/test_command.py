"""`flask demo` from the operator's side: what it prints, and that production refuses it."""

from pathlib import Path

import pytest
from flask import Flask

from portal.commands import demo
from portal.settings import Environment, Settings
from services.accounts import check_password
from services.demonstration.staff import ACCOUNTS


def portal(folder: Path, environment: Environment) -> Flask:
    app = Flask("portal")
    app.extensions["portal_settings"] = Settings(environment=environment, data_dir=folder)
    app.cli.add_command(demo.demo_command)
    return app


@pytest.mark.parametrize("arguments", [["load"], ["load", "--size", "full"], ["accounts"]])
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
    assert first == second


def test_two_installations_have_two_passwords(tmp_path: Path) -> None:
    one = demo.password(Settings(data_dir=tmp_path / "one"))
    other = demo.password(Settings(data_dir=tmp_path / "other"))
    assert one != other


@pytest.mark.parametrize("account", ACCOUNTS, ids=lambda account: account.username)
def test_every_password_that_can_be_drawn_is_one_the_portal_takes(account: object) -> None:
    for word in demo.WORDS:
        check_password(f"{word}-{demo.WORDS[0]}-{demo.WORDS[1]}-100", account.username)  # type: ignore[attr-defined]
