"""Does jobs: each step is one transaction with its checkpoint; what fails is tried again later (ADR 0007).

It may be killed at any moment: what was not committed did not happen, and the job goes on from its checkpoint
when its lease has run out.
"""

from __future__ import annotations

import logging
import os
import secrets
import socket
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from forms.validation import FormRefused
from models.job import DONE, FAILED, RUNNING, WAITING
from portal import clock
from services import job_runs
from services.context import SYSTEM
from services.errors import ServiceError
from services.job_runs import Claim, LeaseLost
from services.unit_of_work import unit_of_work

log = logging.getLogger("portal.worker")
LOST = "lost"  # another worker has taken it over
NOT_NOW = ("処理を終えられませんでした({name})。", "It could not be done ({name}).")


@dataclass(frozen=True)
class Outcome:
    """What became of one try: the state of the job after it, and why it failed."""

    job_id: int
    kind: str
    state: str
    error: str = ""

    @property
    def failed(self) -> bool:
        return bool(self.error) or self.state in {FAILED, LOST}


@dataclass(frozen=True)
class Ran:
    """What one pass over the jobs that were due did."""

    done: int
    failed: int
    outcomes: tuple[Outcome, ...] = field(default=(), compare=False)


def new_owner() -> str:
    """The name of a worker: machine, process, and chance, since the number of a process comes again."""
    return f"{socket.gethostname()[:50]}:{os.getpid()}:{secrets.token_hex(4)}"


class JobRunner:
    """Does jobs under one name. `should_stop` is asked after each step; told so, the job is given back."""

    def __init__(self, should_stop: Callable[[], bool] = lambda: False) -> None:
        """Take a name of its own."""
        self.owner = new_owner()
        self._should_stop = should_stop

    def run_due(self) -> Ran:
        """Try each job that is due once."""
        outcomes: list[Outcome] = []
        while not self._should_stop():
            outcome = self.run_next([one.job_id for one in outcomes])
            if outcome is None:
                break
            outcomes.append(outcome)
        done = sum(one.state == DONE for one in outcomes)
        return Ran(done, sum(one.failed for one in outcomes), tuple(outcomes))

    def run_next(self, tried: list[int] | None = None, *, without_long: bool = False) -> Outcome | None:
        """Try the next job that is due; None where there is none."""
        with unit_of_work(SYSTEM, clock.now()) as ctx:
            held = job_runs.claim(ctx, self.owner, tried=tried or (), without_long=without_long)
        return self._work(held) if held else None

    def run(self, job_id: int, *, without_long: bool = False) -> Outcome | None:
        """Try this job; None where it is not due, or somebody else holds it."""
        with unit_of_work(SYSTEM, clock.now()) as ctx:
            held = job_runs.claim(ctx, self.owner, job_id, without_long=without_long)
        return self._work(held) if held else None

    def _work(self, held: Claim) -> Outcome:
        state, error = RUNNING, ("", "")
        while state == RUNNING:
            try:
                work = replace(held.work, ahead=_done_ahead(held))
                with unit_of_work(held.actor, clock.now()) as ctx:
                    ctx.session.expire_all()  # what an earlier step knew may have changed
                    progress = held.kind.step(ctx, work)
                    state, held = job_runs.keep(ctx, held, progress)
            except LeaseLost:
                log.warning("job %s was taken over by another worker", held.job_id)
                return Outcome(held.job_id, held.kind.name, LOST)
            except (ServiceError, FormRefused) as refused:
                error = _told(refused)
                state = self._fail(held, error)
            except Exception as mistake:
                log.exception("job %s failed", held.job_id)
                error = _told_of_mistake(mistake)
                state = self._fail(held, error)
            if state == RUNNING and self._should_stop():
                state = self._give_back(held)
        return Outcome(held.job_id, held.kind.name, state, error[1])

    def _give_back(self, held: Claim) -> str:
        with unit_of_work(SYSTEM, clock.now()) as ctx:
            job_runs.give_back(ctx, held)
        return WAITING

    def _fail(self, held: Claim, error: tuple[str, str]) -> str:
        """Note a failed try; where what the kind does then fails itself, without it."""
        try:
            with unit_of_work(SYSTEM, clock.now()) as ctx:
                return job_runs.fail(ctx, held, error)
        except LeaseLost:
            return LOST
        except Exception:
            log.exception("what follows when job %s is given up failed", held.job_id)
            with unit_of_work(SYSTEM, clock.now()) as ctx:
                return job_runs.fail(ctx, held, error, quietly=True)


def _done_ahead(held: Claim) -> Any:
    """What a step needs that takes long: nobody waits for the database meanwhile."""
    ahead = held.kind.ahead
    if ahead is None:
        return None
    with unit_of_work(held.actor, clock.now()) as ctx:
        ctx.session.expire_all()
        read = ahead.read(ctx, held.work)
    return ahead.do(read)


def _told(refused: ServiceError | FormRefused) -> tuple[str, str]:
    """Why a try was refused, in both languages."""
    if isinstance(refused, ServiceError):
        return f"{refused.code}: {refused.message_ja}", f"{refused.code}: {refused.message_en}"
    told = "、".join(f"{one.path}: {one.message}" for one in refused.errors)
    return told, told


def _told_of_mistake(mistake: Exception) -> tuple[str, str]:
    """Of a mistake of the program its kind only: its text may hold a name."""
    ja, en = NOT_NOW
    name = type(mistake).__name__
    return ja.format(name=name), en.format(name=name)
