"""Wakes the cases whose timers are due, each in a transaction of its own; part of the worker's loop."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from portal import clock
from services.context import SYSTEM
from services.unit_of_work import unit_of_work
from workflows.engine import waking

if TYPE_CHECKING:
    from datetime import datetime

log = logging.getLogger("portal.worker")


def wake_due(should_stop: Callable[[], bool] = lambda: False) -> int:
    """Wake what is due now, each case once; answers how many cases went on."""
    at, woken = clock.now(), 0
    with unit_of_work(SYSTEM, at) as ctx:
        due = waking.due(ctx.session, at)
    for case_id in due:
        if should_stop():
            break
        woken += _wake(case_id, at)
    return woken


def _wake(case_id: int, at: datetime) -> bool:
    try:
        with unit_of_work(SYSTEM, at) as ctx:
            ctx.session.expire_all()
            return waking.wake(ctx, case_id)
    except Exception as error:
        log.exception("case %s could not be woken", case_id)
        with unit_of_work(SYSTEM, at) as ctx:
            waking.failed(ctx, case_id, error)
        return False
