"""`flask accounts`: the first administrator's code, an office's own block list, who may come in."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import with_appcontext
from sqlalchemy import func, select

from models.sign_in import SecondFactor
from models.staff import User
from portal import clock
from services import passwords, second_factors
from services.account_names import normal_name
from services.context import SYSTEM, Context
from services.errors import ServiceError
from services.unit_of_work import unit_of_work

ADMINISTRATOR = "administrator"


@click.group("accounts")
def accounts_command() -> None:
    """Accounts of the staff, for the operator."""


@accounts_command.command("first-code")
@click.argument("username")
@with_appcontext
def first_code_command(username: str) -> None:
    """Print a code with which the first two administrators enrol; refused once two of them have."""
    with unit_of_work(SYSTEM, clock.now()) as ctx:
        user = ctx.session.scalars(
            select(User).where(func.lower(User.username) == normal_name(username))
        ).one_or_none()
        if user is None or ADMINISTRATOR not in {role.name for role in user.roles}:
            raise click.ClickException(f"{username} is no account of an administrator")
        if len(_enrolled(ctx)) >= 2:
            raise click.ClickException(
                "二人の管理者がすでに登録しています。画面の「認証とサインイン」で登録コードを出してください。\n"
                "Two administrators have enrolled already: codes are given on the screen, not here."
            )
        code = second_factors.give_ticket(ctx, user.id)
    click.echo(code)


@accounts_command.command("block-passwords")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_appcontext
def block_passwords_command(file: Path) -> None:
    """Add the passwords of a UTF-8 file, one a line, to the block list."""
    try:
        words = file.read_text(encoding="utf-8").splitlines()
        with unit_of_work(SYSTEM, clock.now()) as ctx:
            added = passwords.block(ctx, words)
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{file}: not UTF-8 at byte {error.start}; nothing was added") from error
    except ServiceError as error:
        raise click.ClickException(f"{error.message_ja}\n{error.message_en}") from error
    click.echo(f"{added:,} of {len(words):,} came new")


def _enrolled(ctx: Context) -> list[int]:
    """The administrators who have a second factor."""
    with_factor = select(SecondFactor.user_id).where(SecondFactor.removed_at.is_(None))
    statement = select(User).where(User.id.in_(with_factor), User.active.is_(True))
    return [
        user.id
        for user in ctx.session.scalars(statement)
        if ADMINISTRATOR in {role.name for role in user.roles}
    ]
