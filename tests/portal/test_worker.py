"""The worker does each wish once, whatever happens to it; and one wish never keeps another waiting."""

import multiprocessing
import os
import signal
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import NullPool, select
from sqlalchemy.orm import Session, sessionmaker

from models.audit.tags import Tag
from models.masters import Office
from models.outbox import OutboxMessage
from portal import worker
from services import audit, outbox, unit_of_work
from services.context import SYSTEM, Context
from services.errors import RuleBroken
from tests.fixtures.databases import connect

AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
BY = {"staff_id": None, "staff_number": "10005", "office_id": None}


def found_office(ctx: Context, payload: Mapping[str, Any]) -> None:
    """A deed that can be done once only: the code of an office is given once."""
    ctx.session.add(Office(code=payload["code"], name="課"))
    ctx.session.flush()
    if payload["code"] == os.environ.get("KILLED_AT"):
        os.kill(os.getpid(), signal.SIGKILL)
    if payload["code"] == "broken":
        raise RuleBroken("いまはできません。", "Not now.")
    if payload["code"] == "wrong":
        raise ValueError("a mistake of the program, with 氏名 in it")


def sessions_of(url: str) -> sessionmaker[Session]:
    return sessionmaker(connect(url, poolclass=NullPool), expire_on_commit=False)


def deliver_until_killed(url: str, code: str) -> None:
    """The life of a worker that dies in the middle of a deed."""
    os.environ["KILLED_AT"] = code
    unit_of_work.configure(sessions_of(url))
    worker.HANDLERS["found"] = found_office
    worker.deliver()


@pytest.fixture
def url(fresh_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    before = unit_of_work._factory[:]
    unit_of_work.configure(sessions_of(fresh_url))
    monkeypatch.setitem(worker.HANDLERS, "found", found_office)
    yield fresh_url
    unit_of_work._factory[:] = before


def wish(*codes: str) -> None:
    with unit_of_work.unit_of_work(SYSTEM, AT) as ctx:
        for code in codes:
            outbox.wish(ctx, "found", f"found:{code}", {"code": code, "by": BY})
        audit.record(ctx, Tag.LIST_DECIDED)


def offices(url: str) -> list[str]:
    with sessions_of(url)() as session:
        return sorted(session.scalars(select(Office.code)))


def messages(url: str) -> dict[str, OutboxMessage]:
    with sessions_of(url)() as session:
        return {row.idempotency_key: row for row in session.scalars(select(OutboxMessage))}


@pytest.mark.parametrize("killed_at", ["1", "3", "5"])
def test_a_worker_killed_in_a_deed_loses_nothing_and_does_nothing_twice(url: str, killed_at: str) -> None:
    wish("1", "2", "3", "4", "5")
    process = multiprocessing.get_context("spawn").Process(target=deliver_until_killed, args=(url, killed_at))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    assert offices(url) == [str(one) for one in range(1, int(killed_at))], "each deed whole or not at all"
    assert worker.deliver() == worker.Delivered(6 - int(killed_at), 0)
    assert offices(url) == ["1", "2", "3", "4", "5"]
    assert worker.deliver() == worker.Delivered(0, 0)


def test_the_second_wish_of_a_key_is_the_first_one(url: str) -> None:
    wish("1")
    wish("1")
    assert worker.deliver() == worker.Delivered(1, 0)
    wish("1")
    assert worker.deliver() == worker.Delivered(0, 0)
    assert offices(url) == ["1"]


def test_what_fails_is_kept_with_its_reason_and_keeps_nobody_waiting(url: str) -> None:
    wish("broken", "wrong", "2")
    assert worker.deliver() == worker.Delivered(1, 2)
    assert offices(url) == ["2"]
    told = messages(url)
    assert told["found:broken"].last_error == "rule: いまはできません。"
    assert told["found:wrong"].last_error == "ValueError", "what may hold a name is not kept"
    assert told["found:broken"].next_at > told["found:broken"].created_at
    assert worker.deliver() == worker.Delivered(0, 0), "it waits before it is tried again"


def test_the_pause_doubles_up_to_an_hour() -> None:
    pauses = [outbox.pause_after(attempts) for attempts in (1, 2, 3, 7, 8, 500)]
    assert pauses == [timedelta(minutes=minutes) for minutes in (1, 2, 4, 60, 60, 60)]


@pytest.mark.postgresql
def test_two_workers_pass_one_another_by(url: str) -> None:
    wish("1", "2")
    first, second = sessions_of(url)(), sessions_of(url)()
    one = outbox.claim(Context(first, SYSTEM, AT))
    other = outbox.claim(Context(second, SYSTEM, AT))
    assert one is not None
    assert other is not None
    assert one.id != other.id
    first.close()
    second.close()


def test_the_worker_ends_after_the_deed_in_hand_when_told_to(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_work = worker.Worker(number_days=30)

    def stop_then_found(ctx: Context, payload: Mapping[str, Any]) -> None:
        at_work.stop()
        found_office(ctx, payload)

    monkeypatch.setitem(worker.HANDLERS, "found", stop_then_found)
    with app.app_context():
        wish("1", "2")
        at_work.run()
        assert worker.deliver() == worker.Delivered(1, 0), "the second one is left for the next worker"
