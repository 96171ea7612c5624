"""The worker: does jobs as soon as it is told of them, and looks by itself for what nobody told (ADR 0007).

Everything is in the database: it may be killed at any moment and started again, and two of them do no harm.
Its threads do jobs; its own loop frees those of dead workers, wakes cases, keeps the calendar, rings for what
is due and looks whether somebody can do the tasks that were just opened.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from datetime import timedelta
from queue import Empty, SimpleQueue
from threading import BoundedSemaphore
from typing import TYPE_CHECKING

from huey.consumer import Consumer

from models.audit.anchor import AnchorDisagrees, AnchorNotValid
from portal import clock
from portal.extensions import db
from portal.job_runner import JobRunner, Outcome
from portal.security.anchoring import write_anchor
from portal.task_watch import TaskWatch
from portal.waker import wake_due
from services import job_runs, periodic
from services.context import SYSTEM
from services.unit_of_work import unit_of_work

if TYPE_CHECKING:
    from datetime import datetime

    from flask import Flask

    from portal.doorbell import Doorbell

log = logging.getLogger("portal.worker")
PAUSE_SECONDS = 2.0
PAUSE_AFTER_FAILURE_SECONDS = 5.0
ANCHORED_EVERY = timedelta(minutes=10)
LONGEST_LOOK_SECONDS = 1.0  # how seldom a thread looks into an empty queue


class Hands(Consumer):
    """huey's threads, under our own signals."""

    def _set_signal_handlers(self) -> None:
        """Leave the signals to `flask worker`."""


class Worker:
    """The loop. `stop` ends it after the step in hand, and may be called by a signal at any moment."""

    def __init__(self, app: Flask, doorbell: Doorbell, threads: int) -> None:
        """Begin with idle hands; one of them always stays free of long work."""
        self._app = app
        self._doorbell = doorbell
        self._threads = threads
        self._stopping = False
        self._bell: SimpleQueue[None] = SimpleQueue()  # its `put` is safe inside a signal's handler
        self._long = BoundedSemaphore(max(threads - 1, 1))
        self._minute: datetime | None = None
        self._anchored: datetime | None = None
        self._tasks = TaskWatch()

    def stop(self) -> None:
        """End the loop soon."""
        self._stopping = True
        self._bell.put(None)

    def run(self) -> None:
        """Work until `stop`; an error (the database is away) is logged and tried again."""
        hands = Hands(
            self._doorbell.answer(self.answer),
            workers=self._threads,
            periodic=False,
            max_delay=LONGEST_LOOK_SECONDS,
            scheduler_interval=60,
        )
        hands.start()
        while not self._stopping:
            pause = PAUSE_SECONDS
            try:
                self.once()
                hands.check_worker_health()
            except Exception:
                log.exception("the worker could not work; it tries again")
                pause = PAUSE_AFTER_FAILURE_SECONDS
            finally:
                db.session.remove()
            with suppress(Empty):
                self._bell.get(timeout=pause)
        hands.stop(graceful=True)

    def once(self) -> None:
        """One look: leases that ran out, the calendar, what is due, and the end of the audit record."""
        with unit_of_work(SYSTEM, clock.now()) as ctx:
            job_runs.reap(ctx)
        minute = clock.now().replace(second=0, microsecond=0)
        if self._minute != minute:
            with unit_of_work(SYSTEM, clock.now()) as ctx:
                periodic.ask_due(ctx)
            self._minute = minute
        wake_due(lambda: self._stopping)
        with unit_of_work(SYSTEM, clock.now()) as ctx:
            due = job_runs.due(ctx.session, ctx.at, self._threads)
        if due and self._doorbell.is_quiet() and not self._doorbell.ring(due):
            self.answer(due[0])
        self._tasks.look()
        self._anchor(minute)

    def _anchor(self, minute: datetime) -> None:
        """Every ten minutes the end of the audit record goes to the second place, late rather than never."""
        if self._anchored is None or minute - self._anchored >= ANCHORED_EVERY:
            try:
                write_anchor()
            except (AnchorDisagrees, AnchorNotValid):
                log.exception("the audit record and its second place disagree; see the runbook")
            self._anchored = minute

    def answer(self, job_id: int) -> None:
        """Do a job, then all others that are due; called in a thread of its own."""
        with self._app.app_context():
            runner = JobRunner(lambda: self._stopping)
            outcome = self._do(runner, job_id)
            tried = [job_id]
            while not self._stopping:
                outcome = self._do(runner, None, tried)
                if outcome is None:
                    return
                tried.append(outcome.job_id)

    def _do(self, runner: JobRunner, job_id: int | None, tried: list[int] | None = None) -> Outcome | None:
        may_be_long = self._long.acquire(blocking=False)
        try:
            if job_id is not None:
                return runner.run(job_id, without_long=not may_be_long)
            return runner.run_next(tried, without_long=not may_be_long)
        finally:
            if may_be_long:
                self._long.release()
