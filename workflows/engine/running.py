"""A case in the hand of one deed: loaded and locked, run on until people must act, saved (Ruling 3).

Every deed on a case, whoever does it, is `load`, then something on its tree, then `run_on` and `save`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm.exc import StaleDataError

from models.case import Case, WorkItem
from models.notification import Notification
from services.context import SYSTEM, Context
from services.errors import NotFound, SomebodyElseWasFaster
from workflows.engine import definitions, evaluations, store
from workflows.engine.case_workflow import CaseWorkflow
from workflows.engine.parser import Specification
from workflows.engine.script_engine import FeelScriptEngine
from workflows.engine.work_queue import Running, journal, process_of, update_items


@dataclass(frozen=True)
class Done:
    """What a deed led to: the case, the tasks it opened, and whether the case has ended."""

    case_id: int
    notification_id: int | None
    opened: tuple[WorkItem, ...]
    ended: bool


def begun(ctx: Context, case: Case, specification: Specification) -> Running:
    """The tree of a new case, before its first step."""
    workflow = CaseWorkflow(specification.process, specification.called)
    return _engaged(ctx, Running(case, specification, workflow, frozenset()))


def load(ctx: Context, case_id: int) -> Running:
    """A case of the actor's office, locked, with its tree; the system itself sees every office's.

    Raises:
        NotFound: there is no such case in the actor's office.
        SomebodyElseWasFaster: it has ended.
    """
    statement = (
        select(Case, Notification)  # the notification, so that operations find it in the session
        .outerjoin(Notification, Notification.id == Case.notification_id)
        .where(Case.id == case_id, *_within_reach(ctx))
        .with_for_update(of=Case)
        .execution_options(populate_existing=True)
    )
    found = ctx.session.execute(statement).one_or_none()
    if found is None:
        raise NotFound("この届出は見つかりません。一覧から開き直してください。", "There is no such case.")
    return restored(ctx, found[0])


def lock_item(ctx: Context, item_id: int) -> tuple[WorkItem, Case]:
    """A task of the actor's office with its case, which is locked; in one statement.

    The task is as it was before this deed waited for the case: whether it is still to be done, the tree says.

    Raises:
        NotFound: there is no such task in the actor's office.
    """
    statement = (
        select(WorkItem, Case, Notification)
        .join(Case, Case.id == WorkItem.case_id)
        .outerjoin(Notification, Notification.id == Case.notification_id)
        .where(WorkItem.id == item_id, WorkItem.office_id == ctx.actor.office_id)
        .with_for_update(of=Case)
        .execution_options(populate_existing=True)
    )
    found = ctx.session.execute(statement).one_or_none()
    if found is None:
        raise NotFound("この仕事は見つかりません。一覧から開き直してください。", "There is no such task.")
    item, case, _ = found
    return item, case


def restored(ctx: Context, case: Case) -> Running:
    """The tree of a case that is locked.

    Raises:
        SomebodyElseWasFaster: the case has ended.
    """
    if case.state != "open" or case.blob is None:
        raise SomebodyElseWasFaster(
            "この届出の手続はすでに終わっています。一覧から開き直してください。",
            "This case has already ended.",
        )
    specification = definitions.by_hash(ctx.session, case.definition_hash)
    workflow = store.thaw(case.blob, specification)
    waiting = frozenset(str(task.id) for task in workflow.ready_manual_tasks())
    return _engaged(ctx, Running(case, specification, workflow, waiting))


def run_on(ctx: Context, running: Running) -> None:
    """Run everything that waits for nobody."""
    running.workflow.do_engine_steps(did_complete_task=_note_services(ctx, running))


def save(ctx: Context, running: Running) -> Done:
    """Write the case back: its tree, the tasks it opened or closed, and its end.

    Raises:
        SomebodyElseWasFaster: the case was saved meanwhile; nothing of this deed may be kept.
    """
    case, workflow = running.case, running.workflow
    added = update_items(ctx, running)
    evaluations.keep(ctx, case, workflow.script_engine.evaluations)
    if workflow.is_completed():
        case.state, case.ended_at, case.blob = "done", ctx.at, None
        journal(ctx, running, "ended")
    else:
        case.blob = store.freeze(workflow)
    flush(ctx)
    return Done(case.id, case.notification_id, tuple(added), case.state != "open")


def flush(ctx: Context) -> None:
    """Write the deed; a case that somebody saved meanwhile has another version than the one read here.

    Raises:
        SomebodyElseWasFaster: it has; nothing of this deed may be kept.
    """
    try:
        ctx.session.flush()
    except StaleDataError as error:
        raise SomebodyElseWasFaster(
            "この届出は別の人が先に進めました。入力した内容は登録されていません。一覧から開き直してください。",
            "Somebody else has worked on this case meanwhile. What you typed was not registered.",
        ) from error


def _within_reach(ctx: Context) -> list[ColumnElement[bool]]:
    return [] if ctx.actor == SYSTEM else [Case.office_id == ctx.actor.office_id]


def _engaged(ctx: Context, running: Running) -> Running:
    case = running.case
    running.workflow.script_engine = FeelScriptEngine(ctx, case.id, case.notification_id, case.slug)
    return running


def _note_services(ctx: Context, running: Running) -> Any:
    def note(task: Any) -> None:
        if hasattr(task.task_spec, "operation_name"):
            journal(ctx, running, "service", (process_of(task), task.task_spec.bpmn_id))

    return note
