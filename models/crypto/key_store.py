"""The store of wrapped data keys: a database of its own, apart from the portal's and from its backups (T16).

One key for each sealed number. Whoever has a backup of the portal's database, and even the key-encryption
key, cannot open what had its key destroyed here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Engine,
    LargeBinary,
    MetaData,
    NullPool,
    StaticPool,
    String,
    Table,
    create_engine,
    delete,
    event,
    func,
    insert,
    inspect,
    make_url,
    select,
    text,
    update,
)
from sqlalchemy.exc import DBAPIError

AT_ONCE = 1000
IN_MEMORY = "sqlite://"  # gone with the process
_TABLE = Table(
    "data_key",
    MetaData(),
    Column("id", String(36), primary_key=True),
    Column("kek_id", String(40), nullable=False, index=True),
    Column("wrapped", LargeBinary, nullable=False),
    Column("made_at", BigInteger, nullable=False, server_default=text("0")),  # seconds; 0: before it was kept
)


class DataKeyDestroyed(LookupError):
    """There is no data key of this id: it was destroyed, or the store is another one."""


@dataclass(frozen=True)
class WrappedKey:
    """A data key as it lies in the store, and the key-encryption key that opens it."""

    id: str
    kek_id: str
    wrapped: bytes


class KeyStore:
    """Adds, finds, wraps anew and destroys; each of it is on the disk before it returns."""

    def __init__(self, url: str) -> None:
        """Open the store at an address of SQLAlchemy; its table is made when it is not there."""
        pool = StaticPool if url == IN_MEMORY else NullPool
        file = make_url(url).database
        if make_url(url).get_backend_name() == "sqlite" and file:
            Path(file).parent.mkdir(parents=True, exist_ok=True)
            Path(file).touch(mode=0o600)
        self._engine: Engine = create_engine(url, poolclass=pool, hide_parameters=True)
        if self._engine.dialect.name == "sqlite":
            event.listen(self._engine, "connect", _prepare_sqlite)
        self._make_table()
        if not self._knows_when_made():
            self._add_made_at()

    def _make_table(self) -> None:
        """Make the table where there is none; of several processes that do it at once, one does."""
        try:
            _TABLE.metadata.create_all(self._engine)
        except DBAPIError:
            if not inspect(self._engine).has_table(_TABLE.name):
                raise

    def _knows_when_made(self) -> bool:
        return "made_at" in {column["name"] for column in inspect(self._engine).get_columns(_TABLE.name)}

    def _add_made_at(self) -> None:
        """Bring a store of before to this form; of several processes that do it at once, one does."""
        try:
            with self._engine.begin() as connection:
                connection.execute(text("ALTER TABLE data_key ADD COLUMN made_at BIGINT DEFAULT 0 NOT NULL"))
        except DBAPIError:
            if not self._knows_when_made():
                raise

    def add(self, keys: Sequence[WrappedKey], at: datetime) -> None:
        """Add new keys, made at a moment."""
        made_at = int(at.timestamp())
        with self._engine.begin() as connection:
            for place in range(0, len(keys), AT_ONCE):
                part = [vars(key) | {"made_at": made_at} for key in keys[place : place + AT_ONCE]]
                connection.execute(insert(_TABLE), part)

    def list_made_before(self, moment: datetime, after: str, at_once: int) -> list[str]:
        """The ids of keys that were made before a moment, in order, after one of them."""
        old = (_TABLE.c.made_at < int(moment.timestamp())) & (_TABLE.c.id > after)
        statement = select(_TABLE.c.id).where(old).order_by(_TABLE.c.id).limit(at_once)
        with self._engine.connect() as connection:
            return list(connection.scalars(statement))

    def get(self, key_id: str) -> WrappedKey:
        """The key of an id.

        Raises:
            DataKeyDestroyed: there is none.
        """
        with self._engine.connect() as connection:
            row = connection.execute(select(_TABLE).where(_TABLE.c.id == key_id)).one_or_none()
        if row is None:
            raise DataKeyDestroyed("the data key of this number is not in the key store")
        return WrappedKey(row.id, row.kek_id, bytes(row.wrapped))

    def destroy(self, key_ids: Iterable[str]) -> int:
        """Destroy keys for good and say how many there were."""
        gone = 0
        wanted = list(key_ids)
        with self._engine.begin() as connection:
            for place in range(0, len(wanted), AT_ONCE):
                part = wanted[place : place + AT_ONCE]
                gone += connection.execute(delete(_TABLE).where(_TABLE.c.id.in_(part))).rowcount
        return gone

    def wrapped_otherwise(self, kek_id: str, after: str = "") -> list[WrappedKey]:
        """Some of the keys that another key-encryption key opens, in order, after one of them."""
        others = (_TABLE.c.kek_id != kek_id) & (_TABLE.c.id > after)
        statement = select(_TABLE).where(others).order_by(_TABLE.c.id).limit(AT_ONCE)
        with self._engine.connect() as connection:
            return [
                WrappedKey(row.id, row.kek_id, bytes(row.wrapped)) for row in connection.execute(statement)
            ]

    def replace(self, pairs: Iterable[tuple[WrappedKey, WrappedKey]]) -> None:
        """Put newly wrapped keys in the place of the old ones; one that was destroyed meanwhile stays so."""
        with self._engine.begin() as connection:
            for old, new in pairs:
                same = (_TABLE.c.id == old.id) & (_TABLE.c.kek_id == old.kek_id)
                connection.execute(update(_TABLE).where(same).values(kek_id=new.kek_id, wrapped=new.wrapped))

    def read_all(self) -> Iterator[WrappedKey]:
        """All keys as they lie here at one moment, for a copy of the store."""
        statement = select(_TABLE).order_by(_TABLE.c.id).execution_options(yield_per=AT_ONCE)
        with self._engine.connect() as connection:
            for row in connection.execute(statement):
                yield WrappedKey(row.id, row.kek_id, bytes(row.wrapped))

    def count(self) -> dict[str, int]:
        """How many keys each key-encryption key opens."""
        statement = select(_TABLE.c.kek_id, func.count()).group_by(_TABLE.c.kek_id)
        with self._engine.connect() as connection:
            return {kek_id: int(count) for kek_id, count in connection.execute(statement)}


def _prepare_sqlite(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in (
        "journal_mode = TRUNCATE",
        "synchronous = EXTRA",
        "secure_delete = ON",
        "busy_timeout = 10000",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
