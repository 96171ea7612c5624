"""Work for the worker in tests: a short job that can be done once only, and a long one that counts."""

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy import NullPool, event, select
from sqlalchemy.orm import Session, sessionmaker

from models.audit.tags import Tag
from models.job import Job
from models.masters import Office
from models.one_trip import Answer, Asking, Trip
from services import audit, jobs, unit_of_work
from services.context import Actor, Context
from services.errors import RuleBroken
from services.job_kinds import KINDS, Kind, Progress, Skipped, Work
from tests.fixtures.databases import connect

AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
LENGTH = 8
LATER = timedelta(minutes=5)
WRITES = ("INSERT", "UPDATE", "DELETE", "WITH", "COMMIT")
CHIEF = Actor(None, "10005", "", None, frozenset({"section_chief"}))


def found_office(ctx: Context, work: Work) -> None:
    """A deed that can be done once only: the code of an office is given once."""
    code = work.payload["code"]
    ctx.session.add(Office(code=code, name="課"))
    audit.record(ctx, Tag.MASTER_CHANGED)
    ctx.session.flush()
    if code == "broken":
        raise RuleBroken("いまはできません。", "Not now.")
    if code == "wrong":
        raise ValueError("a mistake of the program, with 氏名 in it")


def count_up(ctx: Context, work: Work) -> Progress:
    """One office a step; every third number is left out."""
    number = work.checkpoint.get("done_upto", 0) + 1
    skipped: tuple[Skipped, ...] = ()
    if number % 3:
        ctx.session.add(Office(code=f"{work.job_id}-{number}", name="課"))
        audit.record(ctx, Tag.MASTER_CHANGED)
    else:
        skipped = (Skipped(f"number:{number}", "3の倍数です。", "A multiple of three."),)
    return Progress(
        {"done_upto": number},
        number,
        LENGTH,
        finished=number == LENGTH,
        skipped=skipped,
        message_ja=f"{number}まで数えました。",
        message_en=f"Counted up to {number}.",
    )


FOUND = Kind("found", "課の新設", "Found an office", found_office)
COUNT = Kind("count", "数え上げ", "Count up", count_up, max_attempts=200, long=True)


@contextmanager
def kinds(*wanted: Kind) -> Iterator[None]:
    """Only these kinds are known."""
    before = dict(KINDS)
    KINDS.clear()
    KINDS.update({one.name: one for one in wanted})
    yield
    KINDS.clear()
    KINDS.update(before)


def sessions_of(url: str) -> sessionmaker[Session]:
    return sessionmaker(connect(url, poolclass=NullPool), expire_on_commit=False)


def deeds_of(url: str) -> Callable[[], Session]:
    """Sessions that write, as `portal.extensions.session_for_a_deed` makes them."""
    factory = sessions_of(url)

    def begin() -> Session:
        session = factory()
        connection = session.connection()
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        return session

    return begin


def ask(kind: str, *codes: str, at: datetime = AT) -> list[int]:
    """Ask for jobs in a deed of the chief."""
    with unit_of_work.unit_of_work(CHIEF, at) as ctx:
        asked = [jobs.ask(ctx, kind, f"{kind}:{code}", {"code": code}).id for code in codes]
        audit.record(ctx, Tag.LIST_DECIDED)
    return asked


def offices(url: str) -> list[str]:
    with sessions_of(url)() as session:
        return sorted(session.scalars(select(Office.code)))


def rows(url: str) -> dict[str, Job]:
    with sessions_of(url)() as session:
        return {row.idempotency_key: row for row in session.scalars(select(Job))}


def counted(job_id: int) -> list[str]:
    """The offices of a count that was done whole."""
    return sorted(f"{job_id}-{number}" for number in range(1, LENGTH + 1) if number % 3)


def die_at(factory: sessionmaker[Session], moment: int) -> None:
    """End this process without warning before its `moment`-th statement or commit."""
    seen = iter(range(1, 10_000))

    def count(*_arguments: object) -> None:
        if next(seen) == moment:
            os.kill(os.getpid(), signal.SIGKILL)

    engine = factory.kw["bind"]
    event.listen(engine, "before_cursor_execute", count)
    event.listen(engine, "commit", count)


def die_at_write(factory: sessionmaker[Session], moment: int) -> None:
    """End this process without warning before its `moment`-th write: to the disk, of a row, of the commit.

    A commit that goes with the last rows in one trip is the write of that trip.
    """
    seen = iter(range(1, 10_000))

    def die() -> None:
        if next(seen) == moment:
            os.kill(os.getpid(), signal.SIGKILL)

    def before(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.lstrip().upper().startswith(WRITES):
            die()

    def before_trip(trip: Trip, asked: Sequence[Asking], *, ends: bool = False) -> list[Answer]:
        if ends or any(statement.lstrip().upper().startswith(WRITES) for statement, _ in asked):
            die()
        return send(trip, asked, ends=ends)

    def before_commit(connection: Any) -> None:
        driver = connection.connection.driver_connection
        is_over = (
            isinstance(driver, psycopg.Connection)
            and driver.info.transaction_status == TransactionStatus.IDLE
        )
        if not is_over:
            die()

    engine, send = factory.kw["bind"], Trip.send
    event.listen(engine, "before_cursor_execute", before)
    event.listen(engine, "commit", before_commit)
    Trip.send = before_trip  # type: ignore[method-assign]
    Path.open = _after(die, Path.open)  # type: ignore[method-assign,assignment]
    Path.replace = _after(die, Path.replace)  # type: ignore[method-assign,assignment]


def _after(first: Callable[[], None], do: Callable[..., Any]) -> Callable[..., Any]:
    def both(*arguments: Any) -> Any:
        first()
        return do(*arguments)

    return both
