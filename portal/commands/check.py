"""`flask check`: what would spoil the work is named at the start, not found out on paper."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import inspect, text
from sqlalchemy.exc import SQLAlchemyError

from models.audit import writer
from models.audit.event import AuditHead
from models.migrations import grants
from models.vault_table import TABLE
from portal.extensions import db
from printing import press
from printing.confinement import OWN, SHARED
from printing.system_check import system_check

if TYPE_CHECKING:
    from portal.settings import Settings

NETWORK = {
    OWN: "OK printing has a network of its own, which reaches nothing",
    SHARED: "OK printing shares this machine's network and is kept from it by its fetcher and a hook; "
    "let the portal make user namespaces for more",
}


@click.command("check")
@with_appcontext
def check_command() -> None:
    """Name missing fonts, libraries or a database that does not answer; exit 1 where anything is missing."""
    problems = [f"{one.message_ja}\n  {one.message_en}" for one in system_check()]
    problems += _database_problems() or _audit_problems() + _vault_problems()
    for problem in problems:
        click.echo(f"NG {problem}", err=True)
    if problems:
        sys.exit(1)
    environment = _settings().environment.value
    click.echo(_who_reaches_the_vault())
    click.echo(f"OK fonts, printing libraries and database ({db.engine.dialect.name}, {environment})")
    click.echo(NETWORK[press.state()["network"]])


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


def _settings() -> Settings:
    settings: Settings = current_app.extensions["portal_settings"]
    return settings


def _sees_vault() -> bool:
    with db.engine.connect() as connection:
        return inspect(connection).has_table(TABLE) and grants.sees_vault(connection)


def _vault_problems() -> list[str]:
    """In production the portal's own role has no right on the table of the Individual Numbers (M12)."""
    if not _settings().production or not _sees_vault():
        return []
    japanese = (
        "ポータルのデータベースの役割が、個人番号の表を直接読めます。"
        "MIGRATION_URL と PORTAL_VAULT_ROLE を設定して flask setup を実行してください。"
    )
    english = (
        "The role of DATABASE_URL can read the table of the Individual Numbers: run `flask setup` with "
        "MIGRATION_URL and PORTAL_VAULT_ROLE (docs/runbook.md)."
    )
    return [f"{japanese}\n  {english}"]


def _who_reaches_the_vault() -> str:
    if _sees_vault():
        return "OK vault: one role owns everything, the numbers too (for trying out; docs/security/vault.md)"
    return "OK vault: the portal's role has no right on the numbers' table and reaches it by functions only"


def _database_problems() -> list[str]:
    try:
        with db.engine.connect() as connection:
            connection.execute(text("SELECT 1"))
    except SQLAlchemyError as error:
        name = type(error).__name__
        return [f"データベースに接続できません。DATABASE_URL と起動を確かめてください。({name})"]
    return []
