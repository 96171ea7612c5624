"""Alembic's environment: Flask-AppBuilder's metadata, batch mode on SQLite, a given connection."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection, create_engine

from models.registry import metadata

config = context.config


def run(connection: Connection) -> None:
    """Run the migrations on an open connection."""
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


given = config.attributes.get("connection")
if given is not None:
    run(given)
else:
    with create_engine(config.get_main_option("sqlalchemy.url")).connect() as opened:
        run(opened)
        opened.commit()
