"""Many rows at once: COPY on PostgreSQL, executemany on SQLite.

Rows are tuples in the order of the columns named; Python-side defaults of the models do not apply. Whoever
calls records the deed himself.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, Table, func, insert, select, text

from models.audit.listener import note_change
from models.base import Base
from models.last_changes import settle

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

Row = tuple[Any, ...]


def table(name: str) -> Table:
    """A table by its name; Flask-AppBuilder's own included, once a model of it was imported."""
    found: Table = Base.metadata.tables[name]
    return found


def add(session: Session, name: str, columns: Sequence[str], rows: Sequence[Row]) -> int:
    """Insert the rows into a table in the running transaction and return how many they were."""
    if not rows:
        return 0
    target = table(name)
    session.flush()
    settle(session)
    note_change(session)
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        _copy(connection.connection.driver_connection, target, columns, rows)
    else:
        connection.execute(insert(target), [dict(zip(columns, row, strict=True)) for row in rows])
    return len(rows)


def add_lines(session: Session, name: str, columns: Sequence[str], blocks: Iterable[str]) -> None:
    """Insert rows that are given as lines of texts with tabs between them; a blank one stays NULL.

    A block is whole lines, each ending in a line feed; no other control sign is in them. On PostgreSQL a
    block goes to COPY as it is, while the next one is made.
    """
    target = table(name)
    session.flush()
    settle(session)
    note_change(session)
    connection = session.connection()
    if connection.dialect.name != "postgresql":
        kinds = [(column, target.c[column].type.python_type) for column in columns]
        for block in blocks:
            rows = [
                {
                    column: kind(value) if value else None
                    for (column, kind), value in zip(kinds, line.split("\t"), strict=True)
                }
                for line in block.split("\n")[:-1]
            ]
            if rows:
                connection.execute(insert(target), rows)
        return
    listed = ", ".join(f'"{column}"' for column in columns)
    statement = f"COPY \"{target.name}\" ({listed}) FROM STDIN (NULL '')"
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        for block in blocks:
            copy.write(block.replace("\\", "\\\\"))


def first_free_id(session: Session, name: str) -> int:
    """The lowest id that no row of the table has or had."""
    target = table(name)
    return int(session.scalar(select(func.coalesce(func.max(target.c.id), 0))) or 0) + 1


def pass_given_ids(session: Session, names: Iterable[str]) -> None:
    """Let PostgreSQL count on from the ids that were given by hand; SQLite does so by itself."""
    if session.connection().dialect.name != "postgresql":
        return
    for name in names:
        sequence = f"{table(name).name}_id_seq"
        session.execute(
            text("SELECT setval(CAST(:sequence AS regclass), :last)"),
            {"sequence": sequence, "last": max(first_free_id(session, name) - 1, 1)},
        )


@contextmanager
def indexed_afterwards(session: Session, names: Sequence[str]) -> Iterator[None]:
    """Take the tables' indexes and foreign keys away while many rows come in, and build them again at once.

    The same definitions come back, checked against all rows, in the same transaction, and the planner is told
    of the rows: what reads them before the commit would else go through all of them again and again. Where
    the tables belong to another role nothing is done. Primary keys and unique constraints stay. SQLite gains
    nothing by it and is left as it is.
    """
    if session.connection().dialect.name != "postgresql" or not _owns(session, names):
        yield
        return
    session.execute(text("SET LOCAL maintenance_work_mem = '256MB'"))
    keys = session.execute(_FOREIGN_KEYS, {"names": list(names)}).all()
    indexes = session.execute(_INDEXES, {"names": list(names)}).all()
    for owner, name, _ in keys:
        session.execute(text(f'ALTER TABLE "{owner}" DROP CONSTRAINT "{name}"'))
    for name, _ in indexes:
        session.execute(text(f'DROP INDEX "{name}"'))
    yield
    for _, definition in indexes:
        session.execute(text(definition))
    for owner, name, definition in keys:
        session.execute(text(f'ALTER TABLE "{owner}" ADD CONSTRAINT "{name}" {definition}'))
    for name in names:
        session.execute(text(f'ANALYZE "{name}"'))


def _owns(session: Session, names: Sequence[str]) -> bool:
    return bool(session.execute(_OWNED, {"names": list(names)}).scalar_one())


_OWNED = text("""
    SELECT bool_and(pg_has_role(relowner, 'USAGE')) FROM pg_class
    WHERE relname = ANY(:names) AND pg_table_is_visible(oid)
""")
_FOREIGN_KEYS = text("""
    SELECT t.relname, c.conname, pg_get_constraintdef(c.oid) FROM pg_constraint c
    JOIN pg_class t ON t.oid = c.conrelid
    WHERE c.contype = 'f' AND t.relname = ANY(:names) AND pg_table_is_visible(t.oid)
    ORDER BY t.relname, c.conname
""")
_INDEXES = text("""
    SELECT i.relname, pg_get_indexdef(i.oid) FROM pg_index x
    JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
    WHERE t.relname = ANY(:names) AND pg_table_is_visible(t.oid)
    AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.oid AND c.contype IN ('p', 'u'))
    ORDER BY t.relname, i.relname
""")


def _copy(connection: Any, target: Table, columns: Sequence[str], rows: Sequence[Row]) -> None:
    listed = ", ".join(f'"{column}"' for column in columns)
    converted = _json_as_text(target, columns, rows)
    with connection.cursor() as cursor, cursor.copy(f'COPY "{target.name}" ({listed}) FROM STDIN') as copy:
        write: Callable[[Row], None] = copy.write_row
        for row in converted:
            write(row)


def _json_as_text(target: Table, columns: Sequence[str], rows: Sequence[Row]) -> Iterable[Row]:
    places = {index for index, column in enumerate(columns) if isinstance(target.c[column].type, JSON)}
    if not places:
        return rows
    return (
        tuple(
            json.dumps(value, ensure_ascii=False) if index in places else value
            for index, value in enumerate(row)
        )
        for row in rows
    )
