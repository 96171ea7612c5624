"""Several changes of rows as one statement, for deeds that are done often (N1; performance.md, section 1).

PostgreSQL takes them together, each a part of one WITH, so that a deed waits for the database once. Other
databases take them one after the other. Both say how many rows each change met, and give the new ids.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Delete, Table, Update, delete, insert, update
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from models import direct
from models.base import Base
from models.one_trip import Asking

MISSED, INVALID_TEXT = "missed:", "22P02"
_MISSED = re.compile(MISSED + r"(\d+):")


class Missed(Exception):
    """A change met another number of rows than it had to: somebody else changed them meanwhile."""

    def __init__(self, change: Change) -> None:
        """Keep which change it was."""
        super().__init__(f"a change of {change.table.name} met no row, or too many")
        self.change = change


@dataclass(frozen=True, slots=True)
class Change:
    """A change of rows of one entity."""

    entity: type[Base]

    @property
    def table(self) -> Table:
        found = self.entity.__table__
        if not isinstance(found, Table):
            raise TypeError(f"{self.entity} is not kept in a table of its own")
        return found


@dataclass(frozen=True)
class Adding(Change):
    """New rows, all with the same columns; their ids are told where they are asked for."""

    rows: Sequence[Mapping[str, Any]]
    tell_ids: bool = False


@dataclass(frozen=True)
class Changing(Change):
    """New values for the rows that `where` finds; None finds what is empty. Exactly `must` rows, if told."""

    values: Mapping[str, Any]
    where: Mapping[str, Any]
    must: int | None = None


@dataclass(frozen=True)
class Removing(Change):
    """The rows that `where` finds go."""

    where: Mapping[str, Any]


def write(session: Session, changes: Sequence[Change]) -> list[list[int]]:
    """Make all changes; for each the ids that it was asked for.

    No change sees what another one of the same call did, and no two may meet the same row.

    Raises:
        Missed: a change met another number of rows than it had to. The transaction must be given up.
    """
    return write_on(direct.connection_of(session), changes)[0] if changes else []


def write_on(
    connection: Connection, changes: Sequence[Change], then: Sequence[Asking] = (), *, ends: bool = False
) -> tuple[list[list[int]], Sequence[Any]]:
    """Make all changes as `write` does; what they and the rest tell.

    `then` are statements of PostgreSQL that go in the same round trip; their rows are told behind the rest.
    `ends`: PostgreSQL commits with them, and itself refuses to where a change was missed.
    """
    wanted = [change for change in changes if not (isinstance(change, Adding) and not change.rows)]
    told: Sequence[Any] = ()
    if then or (wanted and connection.dialect.name == "postgresql"):
        told = _at_once(connection, wanted, then, ends=ends)
    elif wanted:
        told = [_one(connection, change) for change in wanted]
    answers = dict(zip(map(id, wanted), told, strict=False))
    for change in wanted:
        if isinstance(change, Changing) and change.must not in {None, answers[id(change)]}:
            raise Missed(change)
    ids = {key: told for key, told in answers.items() if isinstance(told, list)}
    return [ids.get(id(change), []) for change in changes], told[len(wanted) :]


def _one(connection: Connection, change: Change) -> Any:
    if isinstance(change, Adding):
        adding = insert(change.table)
        if change.tell_ids:
            found = connection.execute(adding.returning(change.table.c.id), list(change.rows))
            return sorted(found.scalars())
        connection.execute(adding, list(change.rows))
        return None
    return connection.execute(_statement(change)).rowcount


def _statement(change: Change) -> Update | Delete:
    if isinstance(change, Changing):
        conditions = _conditions(change.table, change.where)
        return update(change.table).where(*conditions).values(**change.values)
    if isinstance(change, Removing):
        return delete(change.table).where(*_conditions(change.table, change.where))
    raise TypeError(type(change))


def _conditions(table: Table, where: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    return [
        table.c[name].in_(value) if isinstance(value, tuple) else table.c[name] == value
        for name, value in where.items()
    ]


def _at_once(
    connection: Connection, changes: Sequence[Change], then: Sequence[Asking], *, ends: bool
) -> list[Any]:
    if not changes:
        return [answer.rows for answer in direct.ask_all(connection, then, ends=ends)]
    parts = tuple([_part_of(change) for change in changes])
    values: list[Any] = []
    for change in changes:
        values += _values(change, connection.dialect)
    try:
        first, *others = direct.ask_all(connection, [(_text(parts, ends=ends), values), *then], ends=ends)
    except DBAPIError as error:
        missed = _missed_by(error)
        if missed is None:
            raise
        raise Missed(changes[missed]) from error
    (row,) = first.rows
    told = [
        told or [] if isinstance(change, Adding) else told for change, told in zip(changes, row, strict=False)
    ]
    return [*told, *(answer.rows for answer in others)]


def _missed_by(error: DBAPIError) -> int | None:
    """The place of the change that the database says was missed, by the error that `_told` let it raise."""
    if getattr(error.orig, "sqlstate", None) != INVALID_TEXT:
        return None
    found = _MISSED.search(str(error.orig))
    return int(found[1]) if found else None


# The form of a change without its values: kind, table, columns, tests of the rows, how many rows are added or
# must be met, tells ids or how many.
_Part = tuple[str, str, tuple[str, ...], tuple[tuple[str, str], ...], int | None, bool]


def _part_of(change: Change) -> _Part:
    table = change.table.name
    if isinstance(change, Adding):
        return "add", table, tuple(change.rows[0]), (), len(change.rows), change.tell_ids
    if isinstance(change, Changing):
        return "change", table, tuple(change.values), _tests(change.where), change.must, True
    if isinstance(change, Removing):
        return "remove", table, (), _tests(change.where), None, True
    raise TypeError(type(change))


def _tests(where: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple(
        [
            (name, "IS NULL" if value is None else "= ANY(%s)" if isinstance(value, tuple) else "= %s")
            for name, value in where.items()
        ]
    )


@lru_cache(maxsize=256)
def _text(parts: tuple[_Part, ...], *, ends: bool) -> str:
    """The statement of such parts; names come from the models, values are given apart."""
    done = [f"w{place} AS ({_words(*part)})" for place, part in enumerate(parts)]
    told = [_told(place, part, must_fail=ends) for place, part in enumerate(parts)]
    return direct.numbered(" ".join(["WITH", ", ".join(done), "SELECT", ", ".join(told)]))


def _words(
    kind: str,
    table: str,
    columns: tuple[str, ...],
    where: tuple[tuple[str, str], ...],
    rows: int | None,
    tells: bool,
) -> str:
    if kind == "add":
        row = f"({', '.join(['%s'] * len(columns))})"
        words = ["INSERT INTO", table, f"({', '.join(columns)})", "VALUES", ", ".join([row] * (rows or 1))]
        return " ".join([*words, "RETURNING id"] if tells else words)
    tests = " AND ".join(f"{name} {test}" for name, test in where)
    if kind == "change":
        values = ", ".join(f"{name} = %s" for name in columns)
        words = ["UPDATE", table, "SET", values]
    else:
        words = ["DELETE FROM", table]
    return " ".join([*words, "WHERE", tests, "RETURNING 1"])


def _told(place: int, part: _Part, *, must_fail: bool) -> str:
    """What a part tells; where it must fail, it does so by an error that names its place (`_missed_by`)."""
    kind, *_, rows, tells = part
    if not tells:
        return "NULL"
    if kind == "add":
        return " ".join(["(SELECT array_agg(id ORDER BY id) FROM", f"w{place})"])
    count = " ".join(["(SELECT count(*) FROM", f"w{place})"])
    if not must_fail or rows is None:
        return count
    return f"CASE {count} WHEN {rows} THEN {rows} ELSE ('{MISSED}{place}:' || random())::int END"


def _values(change: Change, dialect: Dialect) -> list[Any]:
    table = change.table
    if isinstance(change, Adding):
        to_driver = _for_driver(table, tuple(change.rows[0]), dialect)
        return [row[name] if to is None else to(row[name]) for row in change.rows for name, to in to_driver]
    given = dict(change.values) if isinstance(change, Changing) else {}
    values = [
        given[name] if to is None else to(given[name])
        for name, to in _for_driver(table, tuple(given), dialect)
    ]
    where = change.where if isinstance(change, Changing | Removing) else {}
    for name, to in _for_driver(table, tuple(where), dialect):
        value = where[name]
        if isinstance(value, tuple):
            values.append(list(value))
        elif value is not None:
            values.append(value if to is None else to(value))
    return values


@lru_cache(maxsize=1024)
def _for_driver(table: Table, names: tuple[str, ...], dialect: Dialect) -> list[tuple[str, Any]]:
    """For each column what turns a value of it into one that the driver knows; None where it is the same."""
    return [(name, table.c[name].type.dialect_impl(dialect).bind_processor(dialect)) for name in names]
