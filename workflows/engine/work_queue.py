"""From the state of a case to the rows that lists read: open tasks, journal, end (Ruling 3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cache, partial
from typing import Any

from sqlalchemy import select

from models.batch import Change, Changing
from models.case import Case, WorkItem
from models.last_changes import Last
from rules.periods import add_working_days
from services.context import JST, Context
from services.office_calendar import closed_between
from workflows.engine.case_workflow import CaseWorkflow
from workflows.engine.feel.expressions import compile_expression
from workflows.engine.feel.scope import ClosedDays
from workflows.engine.matters import Matter, Shown, matter_of, shown_by
from workflows.engine.parser import Specification, UserTask


@dataclass
class Running:
    """A case in the hand of one deed: its row, its specification and its live tree.

    `waiting` holds the ids of the tasks that waited for people when the deed began: those are in the table.
    `waits` holds what it waited for beside people (`workflows.engine.waits`), for the same purpose.
    `changes` and `lines` are what the deed will write beside the case itself; `save` and `flush` write them.
    `beginning` is the row of a case that this deed begins, as long as it is not written.
    """

    case: Case
    specification: Specification
    workflow: CaseWorkflow
    waiting: frozenset[str]
    shown: Shown | None = None
    changes: list[Change] = field(default_factory=list)
    lines: list[dict[str, Any]] = field(default_factory=list)
    waits: Mapping[str, Any] = field(default_factory=dict)
    beginning: Last | None = None


def process_of(task: Any) -> str:
    """The id of the process of the diagram that an engine task stands in, in a sub-process of it or not."""
    name: str = task.workflow.spec.process_id
    return name


def describe_task(running: Running, task: Any) -> UserTask:
    """What the definition says of a task that waits for a person."""
    return running.specification.user_tasks[process_of(task), task.task_spec.bpmn_id]


def journal(
    ctx: Context,
    running: Running,
    kind: str,
    element: tuple[str, str] = ("", ""),
    note: str | None = None,
    role: str = "",
) -> None:
    """Append one line to the journal of a case. `element` is (process, element id), `role` its task's."""
    principal = ctx.actor.in_place_of(role)
    title_ja, title_en = running.specification.titles.get(element, ("", ""))
    running.lines.append(
        {
            "case_id": running.case.id,
            "at": ctx.at,
            "by_id": ctx.actor.staff_id,
            "staff_number": ctx.actor.staff_number,
            "kind": kind,
            "element_id": element[1],
            "title_ja": title_ja,
            "title_en": title_en,
            "note": note,
            "for_id": principal.user_id if principal else None,
        }
    )


def describe_subject(ctx: Context, running: Running, entry: Mapping[str, Any]) -> None:
    """Let lists show from now on whom this entry is about."""
    with ctx.session.no_autoflush:
        subject = _matter(running).describe(ctx, entry)
        running.shown = replace(_shown(ctx, running), subject=subject)


def _matter(running: Running) -> Matter:
    return matter_of(running.case.slug, notified=running.case.notification_id is not None)


def update_items(ctx: Context, running: Running) -> list[dict[str, Any]]:
    """Make the open tasks of the table those of the tree; return the rows of the new ones, to be written."""
    ready = {str(task.id): task for task in running.workflow.ready_manual_tasks()}
    gone = running.waiting - ready.keys()
    if gone:
        where = {"task_guid": tuple(sorted(gone)), "state": "open"}
        running.changes.append(Changing(WorkItem, {"state": "gone"}, where))
    new = [task for guid, task in ready.items() if guid not in running.waiting]
    closed_days = cache(partial(closed_between, ctx.session))  # one reading for all tasks of the deed
    return [_item(ctx, running, task, _shown(ctx, running), closed_days) for task in new]


def _shown(ctx: Context, running: Running) -> Shown:
    """What lists show of the case: as its latest task shows it, where this deed did not begin with one."""
    if running.shown is None:
        case_id = running.case.id
        latest = select(WorkItem).where(WorkItem.case_id == case_id).order_by(WorkItem.id.desc()).limit(1)
        item = ctx.session.scalars(latest).one_or_none()
        matter = _matter(running)
        running.shown = shown_by(item) if item else matter.show(ctx, running.case)
    return running.shown


def _item(ctx: Context, running: Running, task: Any, shown: Shown, closed_days: ClosedDays) -> dict[str, Any]:
    wanted, subject = describe_task(running, task), shown.subject
    return {
        "case_id": running.case.id,
        "task_guid": str(task.id),
        "process_slug": wanted.process,
        "element_id": wanted.element_id,
        "title_ja": wanted.title_ja,
        "title_en": wanted.title_en,
        "role": wanted.role,
        "office_id": running.case.office_id,
        "procedure": shown.procedure,
        "notification_number": shown.number,
        "reason": shown.reason,
        "subject_name": subject.name,
        "subject_key": subject.key,
        "household_number": subject.household_number,
        "postal_code": subject.postal_code,
        "way": shown.way,
        "received_on": shown.received_on,
        "state": "open",
        "excluded_staff": excluded_of(ctx, running, wanted),
        "created_at": ctx.at,
        "due_on": due_at(wanted, task.data, ctx.at, closed_days),
    }


def note_doer(ctx: Context, running: Running, element_id: str, role: str) -> None:
    """Remember in the case who has done a task, for those whom its doers must not verify."""
    doers = running.workflow.doers
    doers[element_id] = sorted(ctx.actor.doer_names(role).union(doers.get(element_id, ())))


def excluded_of(ctx: Context, running: Running, wanted: UserTask) -> list[str]:
    """Who must not do a task: whoever did one of those that it names."""
    del ctx
    doers = running.workflow.doers
    return sorted({name for element in wanted.not_by for name in doers.get(element, ())})


def due_of(ctx: Context, wanted: UserTask, data: Mapping[str, Any]) -> date | None:
    """When a task is due: a day by FEEL, or working days from now; None where neither is told."""
    return due_at(wanted, data, ctx.at, partial(closed_between, ctx.session))


def due_at(wanted: UserTask, data: Mapping[str, Any], at: datetime, closed_days: ClosedDays) -> date | None:
    """When a task is due that opens at a moment; `closed_days` are the office's own between two days."""
    if wanted.due_from:
        told = compile_expression(wanted.due_from, None).evaluate(data, clock=at, closed_days=closed_days)
        if isinstance(told, str):
            return date.fromisoformat(told)
        if isinstance(told, date):
            return told
    if wanted.due_days is None:
        return None
    today = at.astimezone(JST).date()
    return add_working_days(today, wanted.due_days, closed_days(today, date.max))
