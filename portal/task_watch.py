"""Looks at the tasks that cases have just opened: can somebody here do them (N2)? Part of the worker's loop.

A deed never waits for this: within two seconds the chief is told. Numbers of tasks are not committed in their
order, so each look goes back to where the number stood a minute ago and passes over what it has seen.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from portal import clock
from services import coverage
from services.context import SYSTEM
from services.unit_of_work import unit_of_work

if TYPE_CHECKING:
    from datetime import datetime

LONGEST_DEED = timedelta(minutes=1)  # what is opened in a longer transaction is found by the nightly look
UNDER_WAY = 100  # tasks that deeds under way may have numbered when a worker begins


class TaskWatch:
    """What one worker has looked at. A look that fails is made again whole."""

    def __init__(self) -> None:
        """Begin with every open task there is."""
        self._floor: int | None = None
        self._seen: dict[int, datetime] = {}

    def look(self) -> None:
        """Look at what was opened since the last look; the first time at every office."""
        with unit_of_work(SYSTEM, clock.now()) as ctx:
            if self._floor is None:
                floor, fresh = max(coverage.newest(ctx.session) - UNDER_WAY, 0), []
                coverage.settle_all(ctx)
            else:
                floor = self._floor
                fresh = [one for one in coverage.opened_after(ctx.session, floor) if one.id not in self._seen]
                coverage.settle_opened(ctx, fresh)
            at = ctx.at
        self._seen |= {one.id: at for one in fresh}
        past = [number for number, seen_at in self._seen.items() if at - seen_at > LONGEST_DEED]
        self._floor = max([floor, *past])
        self._seen = {number: seen_at for number, seen_at in self._seen.items() if number > self._floor}
