"""Finishing a task: its form checked, its entry kept, the case run on (N1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm.attributes import instance_dict

from models.audit.tags import Tag
from models.batch import Adding, Changing
from models.case import Case, WorkItem
from models.form_entry import FormEntry
from services import audit
from services.context import Context
from services.errors import SomebodyElseWasFaster
from services.scanning import refuse_while_quarantined
from workflows.engine import definitions
from workflows.engine.matters import shown_by
from workflows.engine.parser import UserTask
from workflows.engine.permits import must_be_allowed
from workflows.engine.running import Done, lock_item, restored, run_on, save
from workflows.engine.taking import get_item
from workflows.engine.task_forms import INTAKE, OpenForm, entry_of, fixed_of, form_of, with_defaults
from workflows.engine.work_queue import Running, describe_subject, describe_task, journal, note_doer


def get_task(ctx: Context, item_id: int) -> tuple[WorkItem, Case, OpenForm]:
    """An open task with its form, for the screen.

    Raises:
        NotFound: there is no such task in the actor's office.
        SomebodyElseWasFaster: it was finished meanwhile.
        NotAllowed: the actor must not do it.
    """
    return open_task(ctx, get_item(ctx, item_id))


def open_task(ctx: Context, item: WorkItem) -> tuple[WorkItem, Case, OpenForm]:
    """The same of a task that was read just now.

    Raises:
        SomebodyElseWasFaster: it was finished meanwhile.
        NotAllowed: the actor must not do it.
    """
    must_be_allowed(ctx, item)
    case = ctx.session.get_one(Case, item.case_id)
    specification = definitions.by_hash(ctx.session, case.definition_hash)
    wanted = specification.user_tasks[item.process_slug, item.element_id]
    form = form_of(specification, wanted, fixed_of(wanted, item))
    return item, case, with_defaults(ctx, form, item, case)


def complete(
    ctx: Context,
    item_id: int,
    raw: Mapping[str, Any],
    outcome: str = "done",
    note: str | None = None,
) -> Done:
    """Finish a task with its form, or by another way out that it offers (`outcome`, with a reason).

    Raises:
        FormRefused: the entry is not accepted.
        SomebodyElseWasFaster: somebody finished or took it meanwhile; nothing was changed.
        NotAllowed: not the actor's role, office, or one of those who must not do it.
        AttachmentQuarantined: a file of the case waits for the virus scanner.
        RuleBroken: a way out without a reason.
    """
    item, case = lock_item(ctx, item_id)
    must_be_allowed(ctx, item)
    refuse_while_quarantined(ctx, case.id)
    running = restored(ctx, case)
    task = _ready_task(ctx, running, item)
    wanted = describe_task(running, task)
    entry = entry_of(ctx, running, wanted, item, raw, outcome, note)
    _close(ctx, running, item)
    principal = ctx.actor.in_place_of(wanted.role)
    told: dict[str, Any] = {"in_place_of": principal.user_id} if principal else {}
    audit.record(ctx, Tag.TASK_COMPLETED, f"task:{item.id}", case.id, {"element": wanted.element_id} | told)
    running.shown = shown_by(item)
    return finish(ctx, running, task, wanted, entry, outcome, None if outcome == "done" else note)


def finish(
    ctx: Context,
    running: Running,
    task: Any,
    wanted: UserTask,
    entry: Mapping[str, Any],
    outcome: str = "done",
    note: str | None = None,
) -> Done:
    """Keep the entry of a ready task, complete it, run the case on and save it."""
    sent = {
        "case_id": running.case.id,
        "form": wanted.form,
        "element_id": wanted.element_id,
        "outcome": outcome,
        "data": dict(entry),
        "at": ctx.at,
        "by_id": ctx.actor.staff_id,
    }
    running.changes.append(Adding(FormEntry, [sent]))
    if outcome == "done":
        if wanted.writes == INTAKE:
            describe_subject(ctx, running, entry)
        note_doer(ctx, running, wanted.element_id, wanted.role)
        task.data["form"] = {**task.data["form"], wanted.writes: dict(entry)}
    ways = {"kind": outcome, "note": note}
    task.data["outcome"] = {**task.data["outcome"], wanted.element_id: ways}
    kind = "completed" if outcome == "done" else outcome
    journal(ctx, running, kind, (wanted.process, wanted.element_id), note, wanted.role)
    task.run()
    run_on(ctx, running)
    return save(ctx, running)


def _close(ctx: Context, running: Running, item: WorkItem) -> None:
    """The task is done by the actor, unless somebody has taken it since it was read."""
    done = {"state": "done", "done_at": ctx.at, "done_by_id": ctx.actor.staff_id}
    was = {"id": item.id, "state": "open", "assignee_id": item.assignee_id}
    running.changes.append(Changing(WorkItem, done, was, must=1))
    running.waiting -= {item.task_guid}
    instance_dict(item).update(done)  # a copy, which no session writes


def _ready_task(ctx: Context, running: Running, item: WorkItem) -> Any:
    for task in running.workflow.ready_manual_tasks():
        if task.id == item.task_guid:
            return task
    must_be_allowed(ctx, get_item(ctx, item.id, fresh=True))
    raise SomebodyElseWasFaster(
        "この仕事はもう必要なくなりました。一覧から開き直してください。", "This task is no longer needed."
    )
