"""The application of `flask backup`: settings, the database, the keys of backups and of the audit record.

Making and reading back need no key of the vault, so the account that does it has none.
"""

from __future__ import annotations

from flask import Flask
from sqlalchemy import NullPool, create_engine
from sqlalchemy.orm import Session

from models import registry
from portal.commands.backup import backup_command
from portal.extensions import engine_options, prepare_engine
from portal.settings import UnsafeSetting, database_problems, read_settings
from services import unit_of_work


def create_app() -> Flask:
    """A Flask that has the commands of backups and no pages.

    Raises:
        UnsafeSetting: a value of the environment is wrong.
    """
    settings = read_settings()
    if problems := database_problems(settings):
        raise UnsafeSetting(problems)
    app = Flask("portal", static_folder=None, template_folder=None)
    app.extensions["portal_settings"] = settings
    app.extensions["portal_metadata"] = registry.metadata
    engine = create_engine(settings.database, poolclass=NullPool, **engine_options_of(settings.database))
    prepare_engine(engine)
    unit_of_work.configure(lambda: Session(engine, expire_on_commit=False))
    app.cli.add_command(backup_command)
    return app


def engine_options_of(url: str) -> dict[str, object]:
    """The portal's options of an engine without those of a pool."""
    return {name: value for name, value in engine_options(url).items() if name != "pool_recycle"}
