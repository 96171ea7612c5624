"""`flask accounts`: the first administrator's code, an office's own block list, who may come in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext
from sqlalchemy import func, select

from models.masters import Office
from models.sign_in import SecondFactor
from models.staff import Role, User
from portal import clock
from services import accounts, masters, passwords, second_factors
from services.account_names import normal_name
from services.context import SYSTEM, Context
from services.errors import ServiceError
from services.unit_of_work import unit_of_work

ADMINISTRATOR = "administrator"
FIRST = 2  # so many are needed for all else to be decided by two


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
        if len(_enrolled(ctx)) >= FIRST:
            raise click.ClickException(
                "二人の管理者がすでに登録しています。画面の「認証とサインイン」で登録コードを出してください。\n"
                "Two administrators have enrolled already: codes are given on the screen, not here."
            )
        code = second_factors.give_ticket(ctx, user.id)
    click.echo(code)


@accounts_command.command("first-administrator")
@click.argument("username")
@click.option("--family", required=True, help="Family name.")
@click.option("--given", required=True, help="Given name.")
@click.option("--mail", required=True, help="Mail address.")
@click.option("--number", required=True, help="Staff number.")
@click.option("--office", required=True, help="Code of the office in which he is posted from today.")
@click.option("--office-name", default="", help="Its name, where the office is not there yet.")
@with_appcontext
def first_administrator_command(
    username: str, family: str, given: str, mail: str, number: str, office: str, office_name: str
) -> None:
    """Add one of the first two administrators; refused once there are two."""
    values = {"username": username, "last_name": family, "first_name": given, "email": mail}
    try:
        with unit_of_work(SYSTEM, clock.now()) as ctx:
            if len(_administrators(ctx)) >= FIRST:
                raise click.ClickException(
                    "管理者がすでに二人います。画面から申請し、別の管理者が決定してください。\n"
                    "There are two administrators already: ask on the screen, and another one decides."
                )
            place = _office(ctx, office, office_name)
            user = accounts.add_account(ctx, values | {"roles": [ADMINISTRATOR]})
            posting = {"user_id": user.id, "staff_number": number, "office_id": place, "title": ""}
            masters.add(ctx, masters.MASTERS["posting"], posting | {"from_on": ctx.today, "until_on": None})
    except ServiceError as error:
        raise click.ClickException(f"{error.message_ja}\n{error.message_en}") from error
    click.echo(f"{user.username}: now give him a code: flask --app wsgi accounts first-code {user.username}")


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


def _office(ctx: Context, code: str, name: str) -> int:
    """The office of a code, added where it is not there and its name is told."""
    found = ctx.session.scalars(select(Office.id).where(Office.code == code)).one_or_none()
    if found is not None:
        return found
    if not name:
        raise click.ClickException(f"there is no office with the code {code}; tell its name by --office-name")
    values = {"code": code, "name": name, "name_en": "", "telephone": "", "address": "", "active": True}
    added: Any = masters.add(ctx, masters.MASTERS["office"], values)
    return int(added.id)


def _enrolled(ctx: Context) -> list[int]:
    """The administrators who have a second factor."""
    with_factor = select(SecondFactor.user_id).where(
        SecondFactor.removed_at.is_(None), SecondFactor.user_id.in_(_administrators(ctx))
    )
    return list(ctx.session.scalars(with_factor.distinct()))


def _administrators(ctx: Context) -> list[int]:
    """The accounts of administrators that are in use."""
    statement = select(User.id).where(User.active.is_(True), User.roles.any(Role.name == ADMINISTRATOR))
    return list(ctx.session.scalars(statement))
