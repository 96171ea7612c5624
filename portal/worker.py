"""The worker: does what deeds have asked for, reminds, and keeps house (Ruling 10; docs/runbook.md).

Everything is in the database: it may be killed at any moment and started again, and two of them do no harm.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from queue import Empty, SimpleQueue
from typing import Any

from forms.validation import FormRefused
from models.staff import names_of
from portal import clock
from portal.extensions import db
from services import ex_officio, housekeeping, outbox, reminders
from services.batch import deciding
from services.context import SYSTEM, Actor, Context
from services.errors import ServiceError
from services.unit_of_work import unit_of_work
from workflows.engine import runner

log = logging.getLogger("portal.worker")
PAUSE_SECONDS = 2.0
PAUSE_AFTER_FAILURE_SECONDS = 15.0

Handler = Callable[[Context, Mapping[str, Any]], None]


@dataclass(frozen=True)
class Delivered:
    """What one pass over the outbox did."""

    done: int
    failed: int


def start_case(ctx: Context, payload: Mapping[str, Any]) -> None:
    """Begin the case that a chief has decided on a list."""
    done = runner.start_ex_officio(ctx, payload["procedure"], payload["reason"], payload["entry"])
    ex_officio.opened(ctx, payload["row"], done.case_id)


def issue_certificates(ctx: Context, payload: Mapping[str, Any]) -> None:
    """Issue what somebody who reaches 70 needs."""
    deciding.issue_for_70(ctx, payload["row"])


HANDLERS: dict[str, Handler] = {deciding.START_CASE: start_case, deciding.ISSUE: issue_certificates}


def deliver(should_stop: Callable[[], bool] = lambda: False) -> Delivered:
    """Do each wish that is due once, one transaction each; asked to stop, it ends after the one in hand."""
    tried: list[int] = []
    failed = 0
    while not should_stop():
        message_id, error = _deliver_next(tried)
        if message_id is None:
            break
        tried.append(message_id)
        if error is not None:
            failed += 1
            with unit_of_work(SYSTEM, clock.now()) as ctx:
                outbox.failed(ctx, message_id, error)
    return Delivered(len(tried) - failed, failed)


def _deliver_next(tried: list[int]) -> tuple[int | None, str | None]:
    """The wish that was taken, None where nothing is due; and why it could not be done."""
    message_id: int | None = None
    try:
        with unit_of_work(SYSTEM, clock.now()) as ctx:
            message = outbox.claim(ctx, tried)
            if message is None:
                return None, None
            message_id = message.id
            by = replace(ctx, actor=_actor(ctx, message.payload["by"]))
            HANDLERS[message.kind](by, message.payload)
            outbox.delivered(ctx, message)
    except ServiceError as refused:
        return message_id, f"{refused.code}: {refused.message_ja}"
    except FormRefused as refused:
        return message_id, "、".join(f"{one.path}: {one.message}" for one in refused.errors)
    except Exception as error:
        if message_id is None:
            raise
        log.exception("outbox message %s failed", message_id)
        return message_id, type(error).__name__
    return message_id, None


def _actor(ctx: Context, by: Mapping[str, Any]) -> Actor:
    """Who decided, as he was on record when he did; his right was proved then."""
    staff_id = by["staff_id"]
    return Actor(
        staff_id=staff_id,
        staff_number=by["staff_number"],
        name=names_of(ctx.session, [staff_id]).get(staff_id, ""),
        office_id=by["office_id"],
        roles=frozenset({ex_officio.CHIEF}),
    )


def remind() -> int:
    """Note every overdue task that was not noted today."""
    total = 0
    while True:
        with unit_of_work(SYSTEM, clock.now()) as ctx:
            count = reminders.run(ctx)
        total += count
        if count < reminders.AT_ONCE:
            return total


def tidy(number_days: int) -> None:
    """Remove what is no longer needed, part by part."""
    while True:
        with unit_of_work(SYSTEM, clock.now()) as ctx:
            done = housekeeping.run(ctx, number_days)
        if done.numbers < housekeeping.AT_ONCE:
            return


class Worker:
    """The loop. `stop` ends it after the deed in hand, and may be called by a signal at any moment."""

    def __init__(self, number_days: int) -> None:
        """Begin with nothing done today; `number_days` is for the housekeeping."""
        self._number_days = number_days
        self._day: date | None = None
        self._stopping = False
        self._bell: SimpleQueue[None] = SimpleQueue()  # its `put` is safe inside a signal's handler

    def stop(self) -> None:
        """End the loop soon."""
        self._stopping = True
        self._bell.put(None)

    def run(self) -> None:
        """Work until `stop`; an error (the database is away) is logged and tried again."""
        while not self._stopping:
            pause = PAUSE_SECONDS
            try:
                self.once()
            except Exception:
                log.exception("the worker could not work; it tries again")
                pause = PAUSE_AFTER_FAILURE_SECONDS
            finally:
                db.session.remove()
            with suppress(Empty):
                self._bell.get(timeout=pause)

    def once(self) -> None:
        """One pass: the outbox, and once a day reminders and housekeeping."""
        deliver(lambda: self._stopping)
        today = clock.today()
        if self._day != today:
            remind()
            tidy(self._number_days)
            self._day = today
