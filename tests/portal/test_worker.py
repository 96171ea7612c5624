"""The worker's own loop: told or untold, alone or with another, ended kindly, or with its database gone."""

import multiprocessing
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from huey import RedisHuey
from sqlalchemy import select

from models.crypto.keyring import Keyring
from models.job import DONE, Job
from models.masters import Office
from portal import clock
from portal.doorbell import Doorbell
from portal.extensions import db
from portal.job_runner import JobRunner
from portal.settings import Settings
from portal.worker import Worker
from services import unit_of_work
from services.context import Context
from services.job_kinds import KINDS, Kind, Progress, Work
from tests.factories.jobs import (
    FOUND,
    ask,
    count_up,
    deeds_of,
    found_office,
    kinds,
    offices,
    rows,
    sessions_of,
)
from tests.fixtures import cluster
from tests.fixtures.databases import migrated_database
from tests.portal.conftest import OpenPortal

JOBS = 20


def know(name: str, step: Any, **changes: Any) -> None:
    KINDS[name] = Kind(name, "課", "Office", step, **changes)


def wish(kind: str, code: str) -> int:
    """Ask for a job in a deed of its own, now."""
    (job_id,) = ask(kind, code, at=clock.now())
    return job_id


def states(app: Flask) -> dict[str, str]:
    with app.app_context():
        found = {row.idempotency_key: row.state for row in db.session.scalars(select(Job))}
        db.session.remove()
    return {key: state for key, state in found.items() if not key.startswith("periodic:")}


@pytest.fixture
def worker(app: Flask) -> Iterator[Worker]:
    """A worker that knows one kind of work, and has no calendar."""
    with kinds(FOUND), app.app_context():
        yield Worker(app, app.extensions["portal_doorbell"], threads=2)


def stops(worker: Worker) -> Any:
    """A step that tells the worker to end."""

    def step(ctx: Context, work: Work) -> None:
        worker.stop()
        found_office(ctx, work)

    return step


def test_a_job_is_done_as_soon_as_the_worker_is_told_of_it(app: Flask, worker: Worker) -> None:
    wish("found", "1")
    know("last", stops(worker))
    wish("last", "2")
    assert app.extensions["portal_doorbell"].huey.pending_count() == 2
    worker.run()
    assert states(app)["last:2"] == DONE


def test_a_job_whose_message_was_lost_is_found(app: Flask, worker: Worker) -> None:
    know("last", stops(worker))
    wish("last", "1")
    app.extensions["portal_doorbell"].huey.storage.flush_queue()
    worker.run()
    assert states(app) == {"last:1": DONE}


def test_a_doubled_message_does_nothing_twice(app: Flask, worker: Worker) -> None:
    know("last", stops(worker))
    first = wish("found", "1")
    app.extensions["portal_doorbell"].ring([first, first])
    wish("last", "2")
    worker.run()
    JobRunner().run_due()
    assert states(app) == {"found:1": DONE, "last:2": DONE}
    assert sorted(db.session.scalars(select(Office.code)).all()) == ["1", "10", "2"]


def test_a_deed_is_committed_and_its_work_done_when_the_queue_cannot_be_reached(
    app: Flask, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken:
        def enqueue(self, *_: object) -> None:
            raise ConnectionError

        pending_count = enqueue

    doorbell = app.extensions["portal_doorbell"]
    assert doorbell.huey is not None
    monkeypatch.setattr(doorbell, "_huey", Broken())
    wish("found", "1")
    worker.once()
    assert states(app) == {"found:1": DONE}


def test_a_queue_that_refuses_is_told_of_and_stops_nobody(tmp_path: Path) -> None:
    away = Doorbell(Settings(redis_url="redis://127.0.0.1:1/0", data_dir=tmp_path))
    assert away.ring([1]) is False
    assert away.is_quiet()
    assert isinstance(away.huey, RedisHuey)


def test_a_message_is_a_number_and_runs_no_code(app: Flask, worker: Worker) -> None:
    job_id = wish("found", "1")
    huey = app.extensions["portal_doorbell"].huey
    (message,) = huey.storage.enqueued_items()
    assert b'"portal.doorbell.run_job"' in message
    assert f"[{job_id}]".encode() in message
    assert huey.dequeue().args == (job_id,)


def test_told_to_end_the_worker_ends_after_the_step_in_hand_and_another_goes_on(
    app: Flask, worker: Worker
) -> None:
    def stop_at_two(ctx: Context, work: Work) -> Progress:
        if work.done == 1:
            worker.stop()
        return count_up(ctx, work)

    know("count", stop_at_two, long=True)
    job_id = wish("count", "1")
    worker.run()
    job = db.session.get(Job, job_id, populate_existing=True)
    assert job is not None
    assert (job.state, job.done, job.lease_owner) == ("waiting", 2, None)
    assert JobRunner().run_due().done == 1


def test_long_work_leaves_one_hand_free(app: Flask, worker: Worker) -> None:
    know("count", count_up, long=True)
    wish("count", "1")
    assert worker._long.acquire(blocking=False), "somebody does long work"
    job_id = wish("found", "2")
    worker.answer(job_id)
    assert states(app) == {"count:1": "waiting", "found:2": DONE}
    worker._long.release()
    worker.answer(job_id)
    assert states(app)["count:1"] == DONE


def test_the_calendar_is_kept_and_asks_once_a_period(app: Flask, worker: Worker) -> None:
    know("remind", lambda _ctx, _work: None)
    know("tidy", lambda _ctx, _work: None)
    worker.once()
    worker._minute = None
    worker.once()
    asked = [row.idempotency_key for row in db.session.scalars(select(Job)) if row.kind == "remind"]
    assert asked == [f"periodic:remind:{clock.today()}"]


def test_two_workers_do_each_job_once(fresh_url: str, keys: Keyring) -> None:
    del keys
    before = unit_of_work._factory[:]
    unit_of_work.configure(sessions_of(fresh_url))
    with kinds(FOUND):
        ask("found", *(f"{number:02}" for number in range(JOBS)))

        def life() -> None:
            unit_of_work.configure(deeds_of(fresh_url))
            JobRunner().run_due()

        both = [multiprocessing.get_context("fork").Process(target=life) for _ in range(2)]
        for one in both:
            one.start()
        for one in both:
            one.join()
    unit_of_work._factory[:] = before
    assert [one.exitcode for one in both] == [0, 0]
    assert offices(fresh_url) == [f"{number:02}" for number in range(JOBS)]
    assert {(row.state, row.fence) for row in rows(fresh_url).values()} == {(DONE, 1)}


@pytest.fixture
def own_cluster(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A PostgreSQL of this test alone, which may be stopped."""
    folder = Path(tempfile.mkdtemp(prefix="portal-test-", dir="/tmp"))
    folder.chmod(0o711)
    monkeypatch.setenv(cluster.RUN, str(folder))
    cluster.start(cluster.KEEPING)
    yield folder
    cluster.close_run()


def test_the_worker_goes_on_by_itself_when_its_postgresql_was_restarted(
    own_cluster: Path, tmp_path: Path, open_portal: OpenPortal
) -> None:
    app = open_portal(migrated_database("postgresql", own_cluster))
    tries: list[int] = []

    with kinds(FOUND), app.app_context():
        worker = Worker(app, app.extensions["portal_doorbell"], threads=2)

        def cut_off(ctx: Context, work: Work) -> None:
            found_office(ctx, work)
            tries.append(work.job_id)
            if len(tries) == 1:
                cluster.restart()
            else:
                worker.stop()

        know("cut", cut_off, first_pause=timedelta(0))
        wish("cut", "1")
        worker.run()
        assert states(app) == {"cut:1": DONE}
        assert db.session.scalars(select(Office.code)).all() == ["1"], "done once"
        db.session.remove()
    assert len(tries) == 2
