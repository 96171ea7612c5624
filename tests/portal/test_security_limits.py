"""The counter of rate limits, on both databases."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from flask import Flask
from limits import parse
from limits.strategies import FixedWindowRateLimiter

from portal import clock
from portal.extensions import db
from portal.security.limits_storage import DatabaseStorage
from tests.portal.conftest import OpenPortal


@pytest.fixture
def portal(fresh_url: str, open_portal: OpenPortal) -> Iterator[Flask]:
    app = open_portal(fresh_url)
    with app.app_context():
        yield app


@pytest.fixture
def storage(portal: Flask) -> DatabaseStorage:
    del portal
    return DatabaseStorage("portal-db://")


def test_each_try_counts_one(storage: DatabaseStorage) -> None:
    assert [storage.incr("door", 60) for _ in range(3)] == [1, 2, 3]
    assert storage.get("door") == 3
    assert storage.get("another door") == 0


def test_a_window_that_is_over_begins_anew(storage: DatabaseStorage, monkeypatch: pytest.MonkeyPatch) -> None:
    storage.incr("door", 60)
    later: datetime = clock.now() + timedelta(seconds=61)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert storage.get("door") == 0
    assert storage.incr("door", 60) == 1


def test_the_end_of_a_window_does_not_move_with_each_try(storage: DatabaseStorage) -> None:
    storage.incr("door", 60)
    end = storage.get_expiry("door")
    storage.incr("door", 60)
    assert storage.get_expiry("door") == end
    assert storage.get_expiry("another door") <= end


def test_a_limit_stops_at_its_number(storage: DatabaseStorage) -> None:
    limiter = FixedWindowRateLimiter(storage)
    three = parse("3 per minute")
    assert [limiter.hit(three, "somebody") for _ in range(4)] == [True, True, True, False]
    assert limiter.hit(three, "somebody else")


def test_one_key_or_all_are_forgotten(storage: DatabaseStorage) -> None:
    storage.incr("one", 60)
    storage.incr("two", 60)
    storage.clear("one")
    assert (storage.get("one"), storage.get("two")) == (0, 1)
    assert storage.reset() == 1
    assert storage.check()


def test_nothing_is_lost_when_many_count_at_once(portal: Flask, storage: DatabaseStorage) -> None:
    def try_five_times(_: int) -> None:
        with portal.app_context():
            for _turn in range(5):
                storage.incr("door", 60)

    with ThreadPoolExecutor(4) as crowd:
        list(crowd.map(try_five_times, range(4)))
    assert storage.get("door") == 20


def test_what_is_counted_stays_when_the_deed_is_undone(storage: DatabaseStorage) -> None:
    storage.incr("door", 60)
    db.session.rollback()
    assert storage.get("door") == 1
