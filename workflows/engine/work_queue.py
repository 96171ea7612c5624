"""From the state of a case to the rows that lists read: open tasks, journal, end (Ruling 3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import select, update

from models.case import Case, CaseEvent, WorkItem
from rules.periods import add_working_days
from services.context import Context
from services.office_calendar import closed_between
from workflows.engine.case_workflow import CaseWorkflow
from workflows.engine.feel.expressions import compile_expression
from workflows.engine.matters import Shown, matter_of, shown_by
from workflows.engine.parser import Specification, UserTask
from workflows.engine.permits import names_of


@dataclass
class Running:
    """A case in the hand of one deed: its row, its specification and its live tree.

    `waiting` holds the ids of the tasks that waited for people when the deed began: those are in the table.
    """

    case: Case
    specification: Specification
    workflow: CaseWorkflow
    waiting: frozenset[str]
    shown: Shown | None = None


def process_of(task: Any) -> str:
    """The id of the process of the diagram that an engine task stands in, in a sub-process of it or not."""
    name: str = task.workflow.spec.process_id
    return name


def describe_task(running: Running, task: Any) -> UserTask:
    """What the definition says of a task that waits for a person."""
    return running.specification.user_tasks[process_of(task), task.task_spec.bpmn_id]


def journal(
    ctx: Context, running: Running, kind: str, element: tuple[str, str] = ("", ""), note: str | None = None
) -> None:
    """Append one line to the journal of a case. `element` is (process, element id)."""
    title_ja, title_en = running.specification.titles.get(element, ("", ""))
    ctx.session.add(
        CaseEvent(
            case_id=running.case.id,
            at=ctx.at,
            by_id=ctx.actor.staff_id,
            staff_number=ctx.actor.staff_number,
            kind=kind,
            element_id=element[1],
            title_ja=title_ja,
            title_en=title_en,
            note=note,
        )
    )


def describe_subject(ctx: Context, running: Running, entry: Mapping[str, Any]) -> None:
    """Let lists show from now on whom this entry is about."""
    with ctx.session.no_autoflush:
        subject = matter_of(running.case.slug).describe(ctx, entry)
        running.shown = replace(_shown(ctx, running), subject=subject)


def update_items(ctx: Context, running: Running) -> list[WorkItem]:
    """Make the open tasks of the table those of the tree; return the new ones."""
    ready = {str(task.id): task for task in running.workflow.ready_manual_tasks()}
    gone = running.waiting - ready.keys()
    if gone:
        _close(ctx, gone)
    new = [task for guid, task in ready.items() if guid not in running.waiting]
    added = [_item(ctx, running, task, _shown(ctx, running)) for task in new]
    ctx.session.add_all(added)
    return added


def _close(ctx: Context, guids: frozenset[str]) -> None:
    """Tasks that nobody finished and nobody needs any more."""
    closing = update(WorkItem).where(WorkItem.task_guid.in_(guids), WorkItem.state == "open")
    ctx.session.execute(closing.values(state="gone"))


def _shown(ctx: Context, running: Running) -> Shown:
    """What lists show of the case: as its latest task shows it, where this deed did not begin with one."""
    if running.shown is None:
        case_id = running.case.id
        latest = select(WorkItem).where(WorkItem.case_id == case_id).order_by(WorkItem.id.desc()).limit(1)
        item = ctx.session.scalars(latest).one_or_none()
        matter = matter_of(running.case.slug)
        running.shown = shown_by(item) if item else matter.show(ctx, running.case)
    return running.shown


def _item(ctx: Context, running: Running, task: Any, shown: Shown) -> WorkItem:
    wanted, subject = describe_task(running, task), shown.subject
    return WorkItem(
        case_id=running.case.id,
        task_guid=str(task.id),
        process_slug=wanted.process,
        element_id=wanted.element_id,
        title_ja=wanted.title_ja,
        title_en=wanted.title_en,
        role=wanted.role,
        office_id=running.case.office_id,
        procedure=shown.procedure,
        notification_number=shown.number,
        reason=shown.reason,
        subject_name=subject.name,
        subject_key=subject.key,
        household_number=subject.household_number,
        postal_code=subject.postal_code,
        way=shown.way,
        received_on=shown.received_on,
        state="open",
        excluded_staff=excluded_of(ctx, running, wanted),
        created_at=ctx.at,
        due_on=due_of(ctx, wanted, task.data),
    )


def excluded_of(ctx: Context, running: Running, wanted: UserTask) -> list[str]:
    if not wanted.not_by:
        return []
    statement = select(CaseEvent.staff_number, CaseEvent.by_id).where(
        CaseEvent.case_id == running.case.id,
        CaseEvent.kind == "completed",
        CaseEvent.element_id.in_(wanted.not_by),
    )
    with ctx.session.no_autoflush:
        written = [(row.staff_number, row.by_id) for row in ctx.session.execute(statement)]
    written += [(event.staff_number, event.by_id) for event in _just_now(ctx, running, wanted.not_by)]
    return sorted({name for number, by_id in written for name in names_of(number, by_id)})


def _just_now(ctx: Context, running: Running, elements: tuple[str, ...]) -> list[CaseEvent]:
    """The journal lines of this very deed, which are not in the table yet."""
    return [
        row
        for row in ctx.session.new
        if isinstance(row, CaseEvent)
        and row.case_id == running.case.id
        and row.kind == "completed"
        and row.element_id in elements
    ]


def due_of(ctx: Context, wanted: UserTask, data: Mapping[str, Any]) -> date | None:
    if wanted.due_from:
        expression = compile_expression(wanted.due_from, None)
        told = expression.evaluate(
            data,
            clock=ctx.at,
            closed_days=lambda first, last: closed_between(ctx.session, first, last),
        )
        if isinstance(told, str):
            return date.fromisoformat(told)
        if isinstance(told, date):
            return told
    return None if wanted.due_days is None else add_working_days(ctx.today, wanted.due_days)
