"""Many rows at once: COPY on PostgreSQL, executemany on SQLite; and many Individual Numbers sealed at once.

It goes past the ORM, so past the audit listener too: whoever calls records the deed himself. Rows are
tuples in the order of the columns named; Python-side defaults of the models do not apply.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, Table, func, insert, select, text

from models.base import Base
from models.crypto import cipher

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

Row = tuple[Any, ...]

NUMBER_COLUMNS = (
    "reference",
    "person_id",
    "state",
    "sealed",
    "blind_index",
    "key_id",
    "created_at",
    "confirmed_at",
)


def table(name: str) -> Table:
    """A table by its name; Flask-AppBuilder's own included, once a model of it was imported."""
    return Base.metadata.tables[name]


def add(session: Session, name: str, columns: Sequence[str], rows: Sequence[Row]) -> int:
    """Insert the rows into a table in the running transaction and return how many they were."""
    if not rows:
        return 0
    target = table(name)
    session.flush()
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        _copy(connection.connection.driver_connection, target, columns, rows)
    else:
        connection.execute(insert(target), [dict(zip(columns, row, strict=True)) for row in rows])
    return len(rows)


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


def sealed_numbers(numbers: Iterable[tuple[str, int, str]], at: datetime) -> Iterator[Row]:
    """Seal confirmed numbers, given as (reference without prefix, person, digits), in `NUMBER_COLUMNS`.

    The same sealing as `models.vault.put`, bound to the same place.
    """
    keys = cipher.keys()
    for reference, person_id, digits in numbers:
        sealed = cipher.seal(keys, digits.encode("ascii"), context=f"individual_number:{reference}")
        blind = cipher.blind_index(keys, digits)
        yield reference, person_id, "confirmed", sealed, blind, keys.current_id, at, at


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
        tuple(json.dumps(value) if index in places else value for index, value in enumerate(row))
        for row in rows
    )
