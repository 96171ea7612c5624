"""What gunicorn is told (`--config python:portal.server`): who may serve here, and what a worker makes ready.

A worker serves when it has read the pages of the day (`portal/warming.py`). Fonts and the other pages are
read in a thread of their own. Whoever prints meanwhile waits for the rest of it only, as printing goes one
after the other in a process.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from threading import Thread
from time import perf_counter
from typing import TYPE_CHECKING, Protocol

import structlog

from portal import clock, memory
from portal.self_check.start import refuse_unsafe_surroundings
from portal.settings import UnsafeSetting
from portal.views.pdf_answers import dress
from portal.warming import warm_everyday, warm_the_rest
from printing import warming
from printing.errors import PrintRefused
from services import city
from services.context import SYSTEM
from services.errors import ServiceError
from services.unit_of_work import unit_of_work

if TYPE_CHECKING:
    from flask import Flask

THREAD = "warming"
REFUSED = 4  # gunicorn's own number for an application that cannot be loaded: it is not tried again
log = structlog.get_logger("portal.server")


class Loaded(Protocol):
    """gunicorn's application, which has loaded ours."""

    def wsgi(self) -> Flask:
        """Ours."""


class Listening(Protocol):
    """A socket on which gunicorn listens."""

    def getsockname(self) -> object:
        """Its address: host and port, or a path."""


class Worker(Protocol):
    """A worker of gunicorn."""

    app: Loaded
    sockets: Sequence[Listening]


def post_worker_init(worker: Worker) -> None:
    """Make a worker ready that has its application and may serve.

    Raises:
        SystemExit: database, machine or address are unsafe for production; gunicorn stops as a whole.
    """
    try:
        refuse_unsafe_surroundings(worker.app.wsgi(), [one.getsockname() for one in worker.sockets])
    except UnsafeSetting as refused:
        sys.stderr.write(f"{refused}\n")
        sys.exit(REFUSED)
    warm_everyday(worker.app.wsgi())
    memory.settle()
    Thread(target=warm_beside, args=(worker.app.wsgi(),), name=THREAD, daemon=True).start()


def warm_beside(app: Flask) -> None:
    """What is made ready while the worker serves."""
    warm_printing(app)
    warm_the_rest(app)


def warm_printing(app: Flask) -> None:
    """Print what nobody sees. Where that is refused, the first clerk who prints is told why, as ever."""
    begun = perf_counter()
    try:
        with app.app_context(), unit_of_work(SYSTEM, clock.now()) as ctx:
            city_of_today = city.settings_on(ctx.session, ctx.today)
            issuer, insurer, demo = city_of_today.issuer, city_of_today.insurer, dress(ctx).demo
        warming.warm(issuer, insurer.number, insurer.name, city_of_today.day, demo=demo)
    except (PrintRefused, ServiceError) as refused:
        log.warning("printing not warmed", code=refused.code)
        return
    log.info("printing warmed", seconds=round(perf_counter() - begun, 2))
