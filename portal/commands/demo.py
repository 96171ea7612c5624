"""`flask demo`: loads the fictitious city, prints the accounts to try it with; refused in production."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import click
from flask import current_app
from flask.cli import with_appcontext

from portal import clock
from portal.commands.demo_cases import cases_command
from portal.commands.demo_incoming import incoming_command
from portal.commands.demo_network import network_command
from portal.commands.demo_transfers import transfers_command
from portal.security import factors
from portal.settings import write_once
from rules.periods import FiscalYear
from services.context import SYSTEM
from services.demonstration import (
    assessments,
    circumstances,
    contracting,
    masters,
    pensions,
    resident_register,
    staff,
)
from services.demonstration import load as demonstration
from services.errors import ServiceError
from services.unit_of_work import unit_of_work

if TYPE_CHECKING:
    from portal.settings import Settings

PASSWORD_FILE = "demo_password"  # noqa: S105 - the name of a file in the data folder
WORDS = (
    *("asahi", "izumi", "umibe", "enoki", "ogawa", "kaede", "kirin", "kurumi", "keyaki", "kodachi"),
    *("sakura", "shiori", "sumire", "soyokaze", "tanpopo", "tsubame", "nagisa", "hibari", "minato", "yukari"),
)


@click.group("demo")
def demo_command() -> None:
    """Fictitious people and accounts, for trials and teaching."""


demo_command.add_command(cases_command)
demo_command.add_command(transfers_command)
demo_command.add_command(incoming_command)
demo_command.add_command(network_command)


@demo_command.command("load")
@click.option("--size", type=click.Choice(list(demonstration.SIZES)), default="small", show_default=True)
@click.option("--if-empty", is_flag=True, help="Leave people who are on record already as they are.")
@with_appcontext
def load_command(size: str, *, if_empty: bool) -> None:
    """Load masters, accounts and the city of this size, all or nothing."""
    settings = _settings_outside_production()
    try:
        with unit_of_work(SYSTEM, clock.now()) as ctx:
            masters.install_masters(ctx)
            masters.install_city(ctx)
            staff.install_accounts(ctx, password(settings))
            contracting.install(ctx)
            if if_empty and not demonstration.is_empty(ctx):
                click.echo("people are on record already; nothing loaded")
                return
            loaded = demonstration.load(ctx, demonstration.SIZES[size], click.echo)
            year = FiscalYear.containing(ctx.today)
            circumstances.put_on_record(ctx, year)
            assessments.assess_city(ctx, year.year)
            circumstances.let_one_wait(ctx, year)
            pensions.put_on_record(ctx, year)
            pensions.let_one_wait(ctx, year)
    except ServiceError as error:
        raise click.ClickException(f"{error.message_ja}\n{error.message_en}") from error
    answer_as_register(settings)
    click.echo(f"loaded {loaded.households:,} households with {loaded.persons:,} persons, all fictitious")


@demo_command.command("accounts")
@with_appcontext
def accounts_command() -> None:
    """Print the accounts of the demonstration, their password and the secrets of their codes."""
    settings = _settings_outside_production()
    width = max(len(account.username) for account in staff.ACCOUNTS)
    for account in staff.ACCOUNTS:
        name = f"{account.last_name} {account.first_name}"
        secret = staff.code_secret(password(settings), account.username)
        click.echo(f"  {account.username:<{width}}  {secret}  {account.role_ja} {name} ({account.office})")
    click.echo(f"  password: {password(settings)}")
    click.echo("  After the password the portal asks for a code of six digits, good once:")
    click.echo("    .venv/bin/flask --app wsgi demo code sato")
    click.echo("  or put the text beside the name into an authenticator app.")


@demo_command.command("code")
@click.argument("username")
@with_appcontext
def code_command(username: str) -> None:
    """Print the one-time code of a demonstration account, good for this half minute."""
    settings = _settings_outside_production()
    try:
        secret = staff.code_secret(password(settings), username)
    except ServiceError as error:
        raise click.ClickException(f"{error.message_ja}\n{error.message_en}") from error
    click.echo(factors.code_at(secret, clock.now()))


def answer_as_register(settings: Settings) -> None:
    """Put the answers of the demonstration's resident register where the portal looks for them."""
    path = settings.data_dir / "juki" / "answers.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(resident_register.answers(clock.today()), encoding="utf-8")


def password(settings: Settings) -> str:
    """The one password of this installation's demonstration accounts; made at the first asking."""
    path = settings.data_dir / PASSWORD_FILE
    if not path.exists():
        write_once(
            path, "-".join(secrets.choice(WORDS) for _ in range(3)) + f"-{secrets.randbelow(900) + 100}"
        )
    return path.read_text().strip()


def _settings_outside_production() -> Settings:
    settings: Settings = current_app.extensions["portal_settings"]
    if settings.production:
        raise click.ClickException(
            "本番環境ではデモデータとデモ用の利用者を使えません。PORTAL_ENVIRONMENT を確かめてください。\n"
            "Demonstration data and accounts are refused in production; look at PORTAL_ENVIRONMENT."
        )
    return settings
