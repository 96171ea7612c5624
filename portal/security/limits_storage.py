"""Where rate limits are counted: one table of the portal's own database, shared by all processes (T19).

Registered with `limits` as `portal-db://`. Each count takes a short connection of its own, beside the
request's session, so that a deed that is rolled back is counted all the same.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from flask import current_app, g, has_request_context
from limits.storage import Storage
from sqlalchemy import case, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from models.limits import RateCounter
from portal import clock
from portal.extensions import db

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine import Connection

SWEEP_ONE_IN = 64


class DatabaseStorage(Storage):
    """Fixed windows: the first count opens one, and it is over when `expires` has passed."""

    STORAGE_SCHEME = ["portal-db"]  # noqa: RUF012 - `limits` reads the list from the class

    @property
    def base_exceptions(self) -> type[Exception]:
        return SQLAlchemyError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count `amount` and answer how many there are in the window of `expiry` seconds."""
        now = _seconds()
        build = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
        over = RateCounter.expires <= now
        statement = (
            build(RateCounter)
            .values(key=key, hits=amount, expires=now + expiry)
            .on_conflict_do_update(
                index_elements=["key"],
                set_={
                    "hits": case((over, amount), else_=RateCounter.hits + amount),
                    "expires": case((over, now + expiry), else_=RateCounter.expires),
                },
            )
            .returning(RateCounter.hits, RateCounter.expires)
        )
        with _writing() as connection:
            counted = connection.execute(statement).one()
            hits = int(counted.hits)
            if hits == 1 and int(now) % SWEEP_ONE_IN == 0:
                connection.execute(delete(RateCounter).where(RateCounter.expires <= now))
        _seen_in_request()[key] = (hits, float(counted.expires))
        return hits

    def get(self, key: str) -> int:
        """How many there are in the window that is open; 0 where none is."""
        hits, expires = _seen_in_request().get(key, (0, 0.0))
        if expires > _seconds():
            return hits
        with db.engine.connect() as connection:
            statement = select(RateCounter.hits).where(
                RateCounter.key == key, RateCounter.expires > _seconds()
            )
            return int(connection.execute(statement).scalar() or 0)

    def get_expiry(self, key: str) -> float:
        """When the window ends, in seconds since 1970; now where none is open."""
        _, seen = _seen_in_request().get(key, (0, 0.0))
        if seen > _seconds():
            return seen
        with db.engine.connect() as connection:
            expires = connection.execute(select(RateCounter.expires).where(RateCounter.key == key)).scalar()
        return max(float(expires or 0), _seconds())

    def check(self) -> bool:
        """Whether the table answers."""
        with db.engine.connect() as connection:
            connection.execute(select(func.count()).select_from(RateCounter))
        return True

    def reset(self) -> int | None:
        """Forget all counts; answers how many there were."""
        _seen_in_request().clear()
        with _writing() as connection:
            return connection.execute(delete(RateCounter)).rowcount

    def clear(self, key: str) -> None:
        """Forget the count of one key."""
        _seen_in_request().pop(key, None)
        with _writing() as connection:
            connection.execute(delete(RateCounter).where(RateCounter.key == key))


def _seen_in_request() -> dict[str, tuple[int, float]]:
    """What was counted in this request: hits and end of the window by key, not to be asked for again."""
    if not has_request_context():
        return {}
    if "rate_counts" not in g:
        g.rate_counts = {}
    seen: dict[str, tuple[int, float]] = g.rate_counts
    return seen


def _seconds() -> float:
    return clock.now().timestamp()


@contextmanager
def _writing() -> Iterator[Connection]:
    """A short transaction on a connection of its own, writing from its first statement on SQLite."""
    with db.engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        yield connection


def storage_uri(redis_url: str) -> str:
    """Where this installation counts: Redis when configured, else the database; never in memory."""
    return redis_url or "portal-db://"


def is_shared() -> bool:
    """Whether the counts of this application are seen by all its processes."""
    return not str(current_app.config["RATELIMIT_STORAGE_URI"]).startswith("memory:")
