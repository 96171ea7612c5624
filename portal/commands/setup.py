"""`flask setup`: tables, permissions and roles, shipped definitions; again at any time, several at once.

Workers never create tables or permissions when they start (stack.md 1.3, 6): this step does, under a lock.
"""

from __future__ import annotations

import fcntl
import getpass
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import NullPool, create_engine, make_url, text

from models.migrations import grants
from models.migrations import upgrade as migrations
from portal import clock
from portal.extensions import db
from portal.security.roles import PERMISSIONS, ROLES, fab_pair
from services import role_tables
from services.context import SYSTEM
from services.demonstration import masters
from services.unit_of_work import unit_of_work

if TYPE_CHECKING:
    from collections.abc import Iterator

    from portal.settings import Settings

LOCK_NUMBER = 0x6B6F6B75  # "koku": one lock of this name in the whole database


@click.command("setup")
@with_appcontext
def setup_command() -> None:
    """Bring the database to the state that this version of the portal needs."""
    try:
        done = set_up()
    except grants.VaultRoleMissing as error:
        raise click.ClickException(str(error)) from error
    for line in done:
        click.echo(line)


def set_up() -> list[str]:
    """Do every step under the lock and say what was done."""
    with alone():
        upgrade()
        changed = sync_roles()
        published = publish()
        install_masters()
    return [
        "tables are up to date",
        f"roles changed: {', '.join(changed)}" if changed else "roles are up to date",
        f"definitions published: {', '.join(published)}" if published else "definitions are up to date",
    ]


@contextmanager
def alone() -> Iterator[None]:
    """Wait until nobody else sets up this database."""
    if db.engine.dialect.name == "postgresql":
        # In no transaction: the server ends one that is idle for long, and the lock with it.
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("SELECT pg_advisory_lock(:number)"), {"number": LOCK_NUMBER})
            try:
                yield
            finally:
                connection.execute(text("SELECT pg_advisory_unlock(:number)"), {"number": LOCK_NUMBER})
        return
    settings: Settings = current_app.extensions["portal_settings"]
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with (settings.data_dir / "setup.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def upgrade() -> None:
    """Bring the tables to the newest migration; by `MIGRATION_URL` as their owner, who grants the rights."""
    settings: Settings = current_app.extensions["portal_settings"]
    if not settings.migration_url:
        with db.engine.begin() as connection:
            migrations.upgrade(connection)
        return
    owner = create_engine(settings.migrations, poolclass=NullPool)
    with owner.begin() as connection:
        migrations.upgrade(connection)
        app_role = make_url(settings.database).username or getpass.getuser()
        grants.grant(connection, app_role, settings.vault_role)


def sync_roles() -> list[str]:
    """Bring permissions and roles to what portal/security/roles.py says."""
    with unit_of_work(SYSTEM, clock.now()) as ctx:
        return role_tables.sync(
            ctx,
            [fab_pair(slug) for slug in PERMISSIONS],
            {name: frozenset(fab_pair(slug) for slug in role.grants) for name, role in ROLES.items()},
        )


def install_masters() -> None:
    """Add the rows that every office needs (kinds of papers, reasons) where they are missing."""
    with unit_of_work(SYSTEM, clock.now()) as ctx:
        masters.install_masters(ctx)


def publish() -> list[str]:
    """Publish the shipped definitions as far as they are new (Ruling 1)."""
    from workflows import catalog  # noqa: PLC0415 - loads every handler; only this step needs it

    with unit_of_work(SYSTEM, clock.now()) as ctx:
        return list(catalog.publish_shipped(ctx))
