"""The kinds of work that can be asked for: what a step does, how often it is tried, how long it may take.

A kind is registered by the module that knows how to do it (`register`); the worker runs it, the screens show
its name. A step is one transaction: it gets what was kept so far and says how far it came. What takes long
and writes nothing is done ahead of it, in no transaction at all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from models.job import Job
from services.context import Context
from services.errors import ServiceError

MOST_ATTEMPTS = 10


@dataclass(frozen=True)
class Work:
    """A job as its step sees it: what was asked, and where the last step that was kept ended."""

    job_id: int
    payload: Mapping[str, Any]
    checkpoint: Mapping[str, Any]
    done: int
    total: int | None
    attempts: int
    ahead: Any = None  # what was done ahead of this step, where its kind does anything


@dataclass(frozen=True)
class Skipped:
    """Something that was left out, as `kind:id`, and why."""

    subject: str
    reason_ja: str
    reason_en: str


@dataclass(frozen=True)
class Progress:
    """How far a step came. `done` and `total` count the whole job; the next step begins from `checkpoint`.

    `message_ja` and `message_en` stand on the page of the job; empty leaves what stood there.
    """

    checkpoint: Mapping[str, Any]
    done: int
    total: int | None = None
    finished: bool = False
    skipped: tuple[Skipped, ...] = ()
    message_ja: str = ""
    message_en: str = ""


Step = Callable[[Context, Work], Progress | None]
GivenUp = Callable[[Context, Job], None]


@dataclass(frozen=True)
class Ahead:
    """What is done ahead of a step: `read` in a short transaction that writes nothing, `do` in none.

    What `do` answers to what was read comes to the step as `Work.ahead`.
    """

    read: Callable[[Context, Work], Any]
    do: Callable[[Any], Any]


@dataclass(frozen=True)
class Kind:
    """One kind of work. A step that answers None has done all there was to do.

    `given_up` runs in the transaction in which the last try was noted as failed. `as_system`: the worker
    acts in its own name, otherwise in the name of who asked. `long` ones leave one hand of a worker free.
    A step, with what is done ahead of it, must end within `lease`, or another worker takes over and what this
    one did is not kept.
    """

    name: str
    ja: str
    en: str
    step: Step
    max_attempts: int = MOST_ATTEMPTS
    first_pause: timedelta = timedelta(minutes=1)
    longest_pause: timedelta = timedelta(hours=1)
    lease: timedelta = timedelta(minutes=1)
    as_system: bool = False
    long: bool = False
    given_up: GivenUp | None = field(default=None)
    ahead: Ahead | None = None

    def pause_after(self, attempts: int, first: timedelta | None = None) -> timedelta:
        """How long to wait after so many failures in a row: twice as long each time, with an upper end.

        `first` is what one job asks for instead of its kind's first pause.
        """
        doublings = min(max(attempts - 1, 0), 20)
        pause: timedelta = min((first or self.first_pause) * 2**doublings, self.longest_pause)
        return pause


class UnknownKind(ServiceError):
    """A job of a kind that this version of the portal does not know."""

    code = "job_kind_unknown"


KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> Kind:
    """Make a kind known; the same name again replaces it."""
    KINDS[kind.name] = kind
    return kind


def get_kind(name: str) -> Kind:
    """The kind of a name.

    Raises:
        UnknownKind: no module has registered it.
    """
    if name not in KINDS:
        raise UnknownKind(
            f"この種類の処理({name})を、いまの版は知りません。管理者に連絡してください。",
            f"This version does not know work of the kind {name}. Tell an administrator.",
        )
    return KINDS[name]
