"""Whole columns of numbers in and out of tables: in by PostgreSQL's binary COPY, executemany on SQLite.

Out they come as one row of arrays: the driver takes each row of a COPY or of a result by itself, which costs
it more than the server takes for the whole of them.

A column is an array of int64; nothing in it may be NULL, which is refused. Python-side defaults of the models
do not apply. Whoever calls records the deed himself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    SmallInteger,
    Table,
    cast,
    func,
    insert,
    select,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from models.audit.listener import note_change
from models.bulk import table
from models.last_changes import settle

if TYPE_CHECKING:
    from sqlalchemy.orm import Session
    from sqlalchemy.sql.compiler import SQLCompiler

Column = NDArray[np.int64]
Columns = dict[str, Column]
_SIGNATURE: Final = b"PGCOPY\n\xff\r\n\x00" + bytes(8)  # no flags, no extension
_TRAILER: Final = b"\xff\xff"
# The head of an array: dimensions, whether there are NULLs, kind, count, lower bound: four bytes each.
_HEAD_BYTES, _NULLS, _KIND, _COUNT = 20, slice(4, 8), slice(8, 12), slice(12, 16)
_WIDTHS: Final = {16: 1, 20: 8, 21: 2, 23: 4}  # bytes of boolean, bigint, smallint, integer by their OID


class day_number(FunctionElement[int]):  # noqa: N801 - it reads as a function of SQL
    """A date as days since 1 January 1970."""

    type = Integer()
    inherit_cache = True


@compiles(day_number)
def _days(element: Any, compiler: SQLCompiler, **more: Any) -> str:
    return f"({compiler.process(element.clauses, **more)} - DATE '1970-01-01')"


@compiles(day_number, "sqlite")
def _days_on_sqlite(element: Any, compiler: SQLCompiler, **more: Any) -> str:
    return f"CAST(julianday({compiler.process(element.clauses, **more)}) - 2440587.5 AS INTEGER)"


def read(session: Session, statement: Select[Any]) -> Columns:
    """The rows of a statement as columns by the names of its expressions.

    Raises:
        ValueError: a column has a NULL, or is of a kind other than whole numbers.
    """
    session.flush()
    connection = session.connection()
    names = [column.name for column in statement.selected_columns]
    if connection.dialect.name != "postgresql":
        found = [tuple(row) for row in connection.execute(statement)]
        for name, values in zip(names, zip(*found, strict=True), strict=False):
            if None in values:
                raise _no_value(name)
        rows = np.array(found, dtype=np.int64)
        return {name: rows.reshape(-1, len(names))[:, place] for place, name in enumerate(names)}
    told = statement.subquery()
    arrays = select(*(func.array_agg(cast(column, column.type)).label(column.name) for column in told.c))
    words = str(arrays.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True}))
    driver: Any = connection.connection.driver_connection
    with driver.cursor(binary=True) as cursor:
        cursor.execute(words)
        return {
            name: _unpacked(name, cursor.pgresult.get_value(0, place)) for place, name in enumerate(names)
        }


def _unpacked(name: str, array: bytes | None) -> Column:
    """An array of PostgreSQL in its binary form: its head, then of each number its size and its value."""
    if array is None:  # of no rows
        return np.zeros(0, dtype=np.int64)
    if any(array[_NULLS]):
        raise _no_value(name)
    kind, count = int.from_bytes(array[_KIND]), int.from_bytes(array[_COUNT])
    width = _WIDTHS.get(kind)
    if width is None:
        raise ValueError(
            f"column {name!r} is no whole number of 16, 32 or 64 bits (type {kind} of PostgreSQL):"
            " cast it to one"
        )
    form = np.dtype([("size", ">i4"), ("value", f">i{width}")])
    return np.frombuffer(array, dtype=form, count=count, offset=_HEAD_BYTES)["value"].astype(np.int64)


def _no_value(name: str) -> ValueError:
    return ValueError(
        f"column {name!r} has a row without a value (NULL), which no number stands for:"
        " leave such rows out, or say with coalesce what they count as"
    )


def add(session: Session, name: str, columns: Mapping[str, Column]) -> int:
    """Insert rows given as columns in the running transaction; answers how many they were."""
    target = table(name)
    count = len(next(iter(columns.values())))
    if not count:
        return 0
    session.flush()
    settle(session)
    note_change(session)
    connection = session.connection()
    if connection.dialect.name != "postgresql":
        listed = (column.tolist() for column in columns.values())
        rows = [dict(zip(columns, row, strict=True)) for row in zip(*listed, strict=True)]
        connection.execute(insert(target), rows)
        return count
    form = _form({column: _width(target, column) for column in columns})
    packed = np.zeros(count, dtype=form)
    packed["fields"] = len(columns)
    for column, values in columns.items():
        packed[column] = values
        packed[f"{column} size"] = _width(target, column)
    named = ", ".join(f'"{column}"' for column in columns)
    driver: Any = connection.connection.driver_connection
    with (
        driver.cursor() as cursor,
        cursor.copy(f'COPY "{name}" ({named}) FROM STDIN (FORMAT BINARY)') as copy,
    ):
        copy.write(_SIGNATURE)
        copy.write(packed.tobytes())
        copy.write(_TRAILER)
    return count


def _form(widths: Mapping[str, int]) -> np.dtype[Any]:
    """A row as the binary COPY has it: how many fields, then of each its size and its value."""
    fields = [("fields", ">i2")]
    for name, width in widths.items():
        fields += [(f"{name} size", ">i4"), (name, f">i{width}")]
    return np.dtype(fields)


def _width(target: Table, column: str) -> int:
    kind: ColumnElement[Any] | Any = target.c[column].type
    if isinstance(kind, BigInteger):
        return 8
    return 2 if isinstance(kind, SmallInteger) else 4
