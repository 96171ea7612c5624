"""`flask check`: what would spoil the work is named at the start, not found out on paper."""

from __future__ import annotations

import sys

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import inspect, text
from sqlalchemy.exc import SQLAlchemyError

from models.audit import writer
from models.audit.event import AuditHead
from portal.extensions import db
from printing.system_check import system_check


@click.command("check")
@with_appcontext
def check_command() -> None:
    """Name missing fonts, libraries or a database that does not answer; exit 1 where anything is missing."""
    problems = [f"{one.message_ja}\n  {one.message_en}" for one in system_check()]
    problems += _database_problems() or _audit_problems()
    for problem in problems:
        click.echo(f"NG {problem}", err=True)
    if problems:
        sys.exit(1)
    environment = current_app.extensions["portal_settings"].environment.value
    click.echo(f"OK fonts, printing libraries and database ({db.engine.dialect.name}, {environment})")


def _audit_problems() -> list[str]:
    """Whether the audit record, without which nothing is done, can be added to; `flask setup` makes it."""
    try:
        with db.engine.connect() as connection:
            if inspect(connection).has_table(AuditHead.__tablename__):
                writer.check_head(connection)
    except (SQLAlchemyError, LookupError, RuntimeError) as error:
        what = "監査の記録に追記できません。PORTAL_AUDIT_KEY_FILE の鍵と表を確かめてください。"
        return [f"{what}\n  The audit record cannot be added to: check the audit keys. ({error})"]
    return []


def _database_problems() -> list[str]:
    try:
        with db.engine.connect() as connection:
            connection.execute(text("SELECT 1"))
    except SQLAlchemyError as error:
        name = type(error).__name__
        return [f"データベースに接続できません。DATABASE_URL と起動を確かめてください。({name})"]
    return []
