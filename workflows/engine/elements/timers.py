"""Timers: the moment is that of the deed (`Context.at`), never the machine's clock.

A timer is FEEL and gives a date, a date and time, or ISO 8601 text; a duration, or its text; or, for
cycles, text such as `R3/P1D` (a duration alone repeats without end). Plain ISO 8601 needs no quotes. A
moment without a zone is Japan's; a day begins at midnight there.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from SpiffWorkflow.bpmn.specs.event_definitions.timer import TimerEventDefinition

from services.context import JST
from workflows.engine.elements.failures import StepFailed

_DURATION = re.compile(
    r"P(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)S)?)?"
)
_CYCLE = re.compile(r"(?:R(?P<times>\d*)/)?(?:(?P<start>[^/PR][^/]*)/)?(?P<every>P[^/]+)")
_ISO_8601 = re.compile(
    r"(?:R\d*/)?(?:\d{4}-\d{2}-\d{2}(?:T[0-9:.]+(?:Z|[+-]\d{2}:\d{2})?)?/)?P[0-9YMWDTHS.]+"
    r"|\d{4}-\d{2}-\d{2}(?:T[0-9:.]+(?:Z|[+-]\d{2}:\d{2})?)?",
    re.ASCII,
)
SHORTEST_CYCLE = timedelta(minutes=1)


def as_feel(text: str | None) -> str:
    """What a timer says, as FEEL: plain ISO 8601, as most editors write it, is the text that it is."""
    told = (text or "").strip()
    return f'"{told}"' if _ISO_8601.fullmatch(told) else text or ""


class Timer(TimerEventDefinition):
    """Due at a moment that is reckoned once, when the case reaches it, and kept with its task."""

    def has_fired(self, my_task: Any) -> bool:
        if my_task.internal_data.get("event_fired"):
            return True
        fired: bool = self.due_at(my_task) <= my_task.workflow.script_engine.clock
        if fired:
            my_task.internal_data["event_fired"] = True
        return fired

    def due_at(self, my_task: Any) -> datetime:
        """When it is due, in UTC.

        Raises:
            StepFailed: what the diagram gives is no such value, or its moment is in no calendar.
        """
        told = my_task.internal_data.get("due_at")
        if told is None:
            try:
                told = self._reckon(my_task).astimezone(UTC).isoformat()
            except (OverflowError, ValueError) as error:  # a moment before the year 1 or after 9999
                raise StepFailed(my_task, "timer_out_of_range", type(error).__name__) from error
            my_task.internal_data["due_at"] = told
        return datetime.fromisoformat(told)

    def reset(self, my_task: Any) -> None:
        my_task.internal_data.pop("due_at", None)
        my_task.internal_data.pop("event_fired", None)

    def next_time(self, my_task: Any) -> dict[str, Any] | None:
        """What the next round of a timer that repeats keeps; None where it does not."""
        del my_task
        return None

    def update_task(self, my_task: Any) -> None:
        """Nothing: SpiffWorkflow's cycles would add branches here."""

    def _reckon(self, my_task: Any) -> datetime:
        raise NotImplementedError

    def _value(self, my_task: Any) -> Any:
        return my_task.workflow.script_engine.evaluate(my_task, self.expression)

    def _wrong(self, my_task: Any, value: Any) -> StepFailed:
        return StepFailed(my_task, "timer_value", type(value).__name__)


class DateTimer(Timer):
    """Due at a date (midnight in Japan) or a date and time."""

    def _reckon(self, my_task: Any) -> datetime:
        value = self._value(my_task)
        found = moment_of(value)
        if found is None:
            raise self._wrong(my_task, value)
        return found


class DurationTimer(Timer):
    """Due a duration after the case reached it; months and years go by the calendar of Japan."""

    def _reckon(self, my_task: Any) -> datetime:
        value = self._value(my_task)
        found = after(my_task.workflow.script_engine.clock, value)
        if found is None:
            raise self._wrong(my_task, value)
        return found


class CycleTimer(Timer):
    """Due again and again, on a boundary that does not interrupt; rounds that were missed are left out."""

    def _reckon(self, my_task: Any) -> datetime:
        value = self._value(my_task)
        found = _CYCLE.fullmatch(value) if isinstance(value, str) else None
        clock = my_task.workflow.script_engine.clock
        due = None
        if found is not None:
            due = moment_of(found["start"]) if found["start"] else after(clock, found["every"])
        if found is None or due is None or not _passes(found["every"], clock):
            raise self._wrong(my_task, value)
        my_task.internal_data["every"] = found["every"]
        my_task.internal_data["left"] = int(found["times"]) if found["times"] else None
        return due

    def next_time(self, my_task: Any) -> dict[str, Any] | None:
        left, every = my_task.internal_data["left"], my_task.internal_data["every"]
        if left is not None and left <= 1:
            return None
        due, clock = self.due_at(my_task), my_task.workflow.script_engine.clock
        while due <= clock:
            due = after(due, every) or due
        told = due.astimezone(UTC).isoformat()
        return {"due_at": told, "every": every, "left": None if left is None else left - 1}

    def reset(self, my_task: Any) -> None:
        super().reset(my_task)
        my_task.internal_data.pop("every", None)
        my_task.internal_data.pop("left", None)


def moment_of(value: Any) -> datetime | None:
    """A moment with its zone, from a FEEL value or ISO 8601 text; None where it is none."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if isinstance(value, datetime):
        return value.replace(tzinfo=JST) if value.tzinfo is None else value
    return datetime.combine(value, time(), JST) if isinstance(value, date) else None


def after(start: datetime, value: Any) -> datetime | None:
    """The moment a duration after another; None where the value is no duration, or a backward one.

    Raises:
        OverflowError, ValueError: the moment would be after the year 9999.
    """
    if isinstance(value, timedelta):
        return start + value if value >= timedelta() else None
    months = getattr(value, "months", None)
    if isinstance(months, int):
        return _months_later(start, months) if months >= 0 else None
    parts = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if parts is None or value.endswith(("P", "T")):
        return None
    told = {name: int(number or 0) for name, number in parts.groupdict().items()}
    later = _months_later(start, 12 * told.pop("years") + told.pop("months"))
    return later + timedelta(**told)


def is_cycle(value: Any, clock: datetime) -> bool:
    """Whether a value is a cycle that a timer can keep."""
    found = _CYCLE.fullmatch(value) if isinstance(value, str) else None
    if found is None or (found["start"] and moment_of(found["start"]) is None):
        return False
    try:
        return _passes(found["every"], clock)
    except (OverflowError, ValueError):
        return False


def _months_later(start: datetime, months: int) -> datetime:
    """The same day of a later month in Japan, or its last day where it has none of that number."""
    if not months:
        return start
    here = start.astimezone(JST)
    count = here.year * 12 + here.month - 1 + months
    year, month = divmod(count, 12)
    day = min(here.day, monthrange(year, month + 1)[1])
    return here.replace(year=year, month=month + 1, day=day)


def _passes(every: str, clock: datetime) -> bool:
    found = after(clock, every)
    return found is not None and found - clock >= SHORTEST_CYCLE
