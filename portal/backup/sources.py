"""What a backup reads: one moment of the database, its counts and its bytes; never a plain file on the disk.

PostgreSQL: everything is read in one exported snapshot, by `pg_dump` too. SQLite: its own backup goes into
memory; that is a trial's database, and no larger than a trial's memory.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, NullPool, StaticPool, create_engine, func, make_url, select, table, text
from sqlalchemy.sql import quoted_name

from models.audit import writer
from models.migrations.upgrade import current_revision
from portal.backup import programs

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

AT_ONCE = 1024 * 1024
_TABLES_POSTGRESQL = """
    SELECT schemaname, tablename FROM pg_tables
    WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2
"""
_TABLES_SQLITE = "SELECT 'public', name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"


@dataclass(frozen=True)
class Snapshot:
    """One moment of a database."""

    connection: Connection
    id: str = field(default="", repr=False)

    @property
    def backend(self) -> str:
        """`sqlite` or `postgresql`."""
        return self.connection.dialect.name

    def tables(self) -> dict[str, int]:
        """How many rows each table has."""
        return count_tables(self.connection)

    def head(self) -> dict[str, str | int]:
        """Where the audit record ends."""
        return head_of(self.connection)

    def revision(self) -> str:
        """The migration the database is on."""
        return current_revision(self.connection) or ""

    def attachments(self) -> list[str]:
        """The paths of all sealed files that rows refer to."""
        return list(self.connection.scalars(text("SELECT path FROM stored_blob ORDER BY path")))

    def write_to(self, sink: SupportsWrite[bytes]) -> None:
        """Write the whole database: PostgreSQL's custom format, or the bytes of SQLite's file.

        Raises:
            BackupRefused: `pg_dump` failed.
        """
        if self.backend == "postgresql":
            told = ("--format=custom", f"--snapshot={self.id}")
            for part in programs.read_from("pg_dump", *told, url=self.connection.engine.url):
                sink.write(part)
        else:
            content = memoryview(_plain_image(_raw(self.connection).serialize()))
            for place in range(0, len(content), AT_ONCE):
                sink.write(bytes(content[place : place + AT_ONCE]))


@contextmanager
def snapshot(url: str) -> Iterator[Snapshot]:
    """Hold one moment of the database at an address."""
    if make_url(url).get_backend_name() == "sqlite":
        with in_memory() as memory, closing(sqlite3.connect(str(make_url(url).database))) as file:
            file.backup(_raw(memory))
            yield Snapshot(memory)
        return
    engine = create_engine(url, poolclass=NullPool, hide_parameters=True, isolation_level="REPEATABLE READ")
    with engine.connect() as connection:
        exported = connection.exec_driver_sql("SELECT pg_export_snapshot()").scalar_one()
        yield Snapshot(connection, str(exported))


@contextmanager
def in_memory() -> Iterator[Connection]:
    """A SQLite database that lies in memory only."""
    with closing(sqlite3.connect(":memory:", check_same_thread=False)) as memory:
        engine = create_engine("sqlite://", creator=lambda: memory, poolclass=StaticPool)
        with engine.connect() as connection:
            yield connection


def put_in_memory(connection: Connection, image: bytes) -> None:
    """Make a database in memory the one whose bytes these are."""
    _raw(connection).deserialize(_plain_image(image))


def keep_as_file(connection: Connection, file: Path) -> None:
    """Write a database that lies in memory to its file."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    with closing(sqlite3.connect(file)) as kept:
        _raw(connection).backup(kept)


def count_tables(connection: Connection) -> dict[str, int]:
    """How many rows each table has; those of other schemas than `public` by both names."""
    is_sqlite = connection.dialect.name == "sqlite"
    counts = {}
    for schema, name in connection.execute(text(_TABLES_SQLITE if is_sqlite else _TABLES_POSTGRESQL)).all():
        rows = table(
            quoted_name(name, quote=True), schema=None if is_sqlite else quoted_name(schema, quote=True)
        )
        count = connection.execute(select(func.count()).select_from(rows)).scalar_one()
        counts[name if schema == "public" else f"{schema}.{name}"] = int(count)
    return counts


def head_of(connection: Connection) -> dict[str, str | int]:
    """Where the audit record of a database ends."""
    head = writer.read_head(connection)
    return {"last_id": head.last_id, "mac": head.mac.hex(), "key_id": head.key_id}


def _raw(connection: Connection) -> sqlite3.Connection:
    raw = connection.connection.driver_connection
    if not isinstance(raw, sqlite3.Connection):
        raise TypeError("not a SQLite database")
    return raw


def _plain_image(image: bytes) -> bytes:
    """A database's bytes without the mark of a write-ahead log, which one in memory cannot have."""
    return image[:18] + b"\x01\x01" + image[20:]
