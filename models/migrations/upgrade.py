"""Bringing a database to the newest revision, and saying on which it is."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection

HERE = Path(__file__).parent


def config_for(connection: Connection) -> Config:
    """Alembic's configuration for an open connection."""
    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Run what is missing up to `revision`."""
    command.upgrade(config_for(connection), revision)


def current_revision(connection: Connection) -> str | None:
    """The revision a database is on; None where no migration ran yet."""
    return MigrationContext.configure(connection).get_current_revision()


def head_revision() -> str:
    """The newest revision, as the file HEAD says."""
    return (HERE / "HEAD").read_text(encoding="ascii").strip()
