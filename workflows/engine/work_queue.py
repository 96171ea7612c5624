"""From the state of a case to the rows that lists read: open tasks, journal, end (Ruling 3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from models.case import Case, CaseEvent, WorkItem
from models.notification import Notification
from rules.periods import add_working_days
from services.context import Context
from services.subjects import Subject
from workflows.engine.case_workflow import CaseWorkflow
from workflows.engine.feel.expressions import compile_expression
from workflows.engine.parser import Specification, UserTask


@dataclass(frozen=True)
class Running:
    """A case in the hand of one deed: its row, its specification and its live tree."""

    case: Case
    specification: Specification
    workflow: CaseWorkflow
    notification: Notification


def process_of(task: Any) -> str:
    """The id of the process an engine task stands in."""
    name: str = task.workflow.spec.name
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


def update_items(
    ctx: Context, running: Running, open_items: list[WorkItem], subject: Subject
) -> list[WorkItem]:
    """Make the open tasks of the table those of the tree; return the new ones."""
    ready = {str(task.id): task for task in running.workflow.ready_manual_tasks()}
    for item in open_items:
        if item.state == "open" and item.task_guid not in ready:
            item.state = "gone"
    known = {item.task_guid for item in open_items}
    added = [_item(ctx, running, task, subject) for guid, task in ready.items() if guid not in known]
    ctx.session.add_all(added)
    return added


def _item(ctx: Context, running: Running, task: Any, subject: Subject) -> WorkItem:
    wanted, notification = describe_task(running, task), running.notification
    return WorkItem(
        case_id=running.case.id,
        task_guid=str(task.id),
        process_slug=wanted.process,
        element_id=wanted.element_id,
        title_ja=wanted.title_ja,
        title_en=wanted.title_en,
        role=wanted.role,
        office_id=running.case.office_id,
        procedure=notification.procedure,
        notification_number=notification.number,
        reason=notification.reason,
        subject_name=subject.name,
        subject_key=subject.key,
        household_number=subject.household_number,
        postal_code=subject.postal_code,
        way=notification.way,
        received_on=notification.received_on,
        state="open",
        excluded_staff=_excluded(ctx, running, wanted),
        created_at=ctx.at,
        due_on=_due_on(ctx, wanted, task.data),
    )


def _excluded(ctx: Context, running: Running, wanted: UserTask) -> list[str]:
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
    return sorted({name for number, by_id in written for name in (number, account_name(by_id)) if name})


def account_name(user_id: int | None) -> str:
    """How an account stands among the excluded, beside staff numbers, which a posting may change."""
    return f"account:{user_id}" if user_id is not None else ""


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


def _due_on(ctx: Context, wanted: UserTask, data: Mapping[str, Any]) -> date | None:
    if wanted.due_from:
        told = compile_expression(wanted.due_from, None).evaluate(data, clock=ctx.at)
        if isinstance(told, str):
            return date.fromisoformat(told)
        if isinstance(told, date):
            return told
    return None if wanted.due_days is None else add_working_days(ctx.today, wanted.due_days)
