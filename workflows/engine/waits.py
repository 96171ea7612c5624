"""What a case waits for other than people, as rows: timers, messages, signals, services in the background.

The rows follow from the tree. What it waited for when the deed began is compared with what it waits for now,
so that a deed which changes nothing of it costs no statement.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import delete, update

from models.base import Base
from models.batch import Adding, Changing, Removing
from models.waiting import Timer as TimerRow
from models.waiting import Waiting
from services import jobs
from services.context import Context
from workflows.engine.case_workflow import CaseWorkflow
from workflows.engine.elements.events import FirstOf, Message, Signal
from workflows.engine.elements.timers import Timer
from workflows.engine.script_engine import FeelScriptEngine
from workflows.engine.work_queue import Running, process_of

SERVICE = "case.service"
MESSAGE = "case.message"
SIGNAL = "case.signal"


@dataclass(frozen=True)
class Wait:
    """One thing that a case waits for. `element` is (process, element id); `key` the correlation key."""

    guid: str
    element: tuple[str, str]
    kind: str
    name: str = ""
    key: str = ""
    due_at: datetime | None = None


def waits_of(workflow: CaseWorkflow) -> dict[str, Wait]:
    """All that a case waits for beside people, by the id of the task or place."""
    return {wait.guid: wait for wait in _waits(workflow)}


def synchronise(ctx: Context, running: Running) -> None:
    """Let the deed write the rows of what the tree waits for now, and ask for the services that are new."""
    now = {} if running.workflow.is_completed() else waits_of(running.workflow)
    before: Mapping[str, Wait] = running.waits
    forget(running, [wait for guid, wait in before.items() if guid not in now])
    for wait in [wait for guid, wait in now.items() if before.get(guid) not in {None, wait}]:
        running.changes.append(Changing(*_values(ctx, running, wait), {"task_guid": wait.guid}))
    new = [wait for guid, wait in now.items() if guid not in before]
    for table in (TimerRow, Waiting):
        rows = [values for kind, values in (_values(ctx, running, wait) for wait in new) if kind is table]
        if rows:
            running.changes.append(Adding(table, rows))
    for wait in new:
        if wait.kind == "service":
            ask_service(ctx, running, wait)
    running.waits = now


def rewrite(ctx: Context, running: Running) -> None:
    """Let the rows of a case be those of its tree, whatever stood there: it was moved to another version."""
    case = running.case
    running.workflow.script_engine = FeelScriptEngine(ctx, case.id, case.notification_id, case.slug)
    for table in (TimerRow, Waiting):
        ctx.session.execute(delete(table).where(table.case_id == case.id))
    running.waits = {}
    synchronise(ctx, running)


def forget(running: Running, gone: Iterable[Wait]) -> None:
    """Let the deed take away the rows of what is not waited for any more."""
    waits = list(gone)
    for table in (TimerRow, Waiting):
        guids = tuple(wait.guid for wait in waits if (wait.due_at is not None) == (table is TimerRow))
        if guids:
            running.changes.append(Removing(table, {"task_guid": guids}))


def hold_timers(ctx: Context, case_id: int) -> None:
    """Let the timers of a suspended case sleep."""
    ctx.session.execute(update(TimerRow).where(TimerRow.case_id == case_id).values(wake_at=None))


def release_timers(ctx: Context, case_id: int) -> None:
    """Let the timers of a case be looked at again, those that came due meanwhile at once."""
    waking = update(TimerRow).where(TimerRow.case_id == case_id)
    ctx.session.execute(waking.values(wake_at=TimerRow.due_at, attempts=0))


def ask_service(ctx: Context, running: Running, wait: Wait, again: str = "") -> None:
    """Ask a worker to do a service of a case after the commit, as often as the diagram says."""
    task = running.workflow.get_task_from_id(wait.guid)
    first: timedelta = task.task_spec.pause(1, ctx.at)
    payload = {
        "case": running.case.id,
        "task": wait.guid,
        "process": wait.element[0],
        "element": wait.element[1],
        "first_pause": int(first.total_seconds()),
    }
    job = jobs.ask(ctx, SERVICE, f"{SERVICE}:{running.case.id}:{wait.guid}{again}", payload)
    job.max_attempts = task.task_spec.retries + 1


def send_thrown(ctx: Context, running: Running) -> None:
    """Hand what the case has thrown for others to a worker; each goes out once, after the commit."""
    for number, (event, task_id) in enumerate(running.workflow.take_thrown()):
        definition = event.event_definition
        kind = MESSAGE if isinstance(definition, Message) else SIGNAL
        payload = {
            "name": definition.name,
            "key": event.correlations.get("key", ""),
            "payload": event.payload,
            "from_case": running.case.id,
            "from_task": str(task_id),
        }
        jobs.ask(ctx, kind, f"{kind}:{running.case.id}:{task_id}:{number}", payload)


def _waits(workflow: CaseWorkflow) -> Iterator[Wait]:
    for task in workflow.event_manager.tasks.values():
        element = (process_of(task), str(task.task_spec.bpmn_id))
        definition = task.task_spec.event_definition
        if isinstance(definition, FirstOf):
            for index, (one, slot) in enumerate(definition.slots(task)):
                yield from _wait(_place_in(task.id, str(index)), element, one, slot)
        else:
            yield from _wait(task.id, element, definition, task)
    for trigger in workflow.event_manager.triggers():
        guid = _place_in(trigger.id, trigger.spec.name)
        element = (trigger.workflow.spec.process_id, str(trigger.start_spec.bpmn_id))
        yield from _wait(guid, element, trigger.definition, trigger)
    for task in workflow.background_tasks():
        element = (process_of(task), str(task.task_spec.bpmn_id))
        yield Wait(task.id, element, "service", task.task_spec.operation_name)


def _place_in(task_id: str, name: str) -> str:
    """The id of a place within a task: always the same for the same task and name."""
    return str(uuid5(UUID(task_id), name))


def _wait(guid: str, element: tuple[str, str], definition: Any, place: Any) -> Iterator[Wait]:
    if isinstance(definition, Timer):
        yield Wait(guid, element, "timer", due_at=definition.due_at(place))
    elif isinstance(definition, Message):
        yield Wait(guid, element, "message", definition.name, definition.key(place))
    elif isinstance(definition, Signal):
        yield Wait(guid, element, "signal", definition.name)


def _values(ctx: Context, running: Running, wait: Wait) -> tuple[type[Base], dict[str, Any]]:
    """The table and the row of a wait."""
    place = {"case_id": running.case.id, "task_guid": wait.guid, "element_id": wait.element[1]}
    if wait.due_at is not None:
        wake_at = None if running.case.state == "suspended" else wait.due_at
        row = {"since": ctx.at, "due_at": wait.due_at, "wake_at": wake_at, "attempts": 0}
        return TimerRow, {**place, **row}
    title_ja, title_en = running.specification.titles.get(wait.element, ("", ""))
    return Waiting, {
        **place,
        "kind": wait.kind,
        "name": wait.name,
        "correlation_key": wait.key,
        "title_ja": title_ja,
        "title_en": title_en,
        "since": ctx.at,
    }
