"""The runner: start a case, complete its tasks, end it; one deed in one transaction (Ruling 3, N1).

Load, check, run, save, audit: the engine is never asked to complete a task that is not ready, not the
actor's, or of another version than the row that was locked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm.exc import StaleDataError

from forms.validation import check
from models.audit.tags import Tag
from models.case import Case, WorkItem, list_open_items
from models.form_entry import FormEntry
from models.notification import Notification
from services import audit, notifications
from services.context import Context
from services.errors import NotAllowed, NotFound, RuleBroken, SomebodyElseWasFaster
from services.notifications import Received
from services.subjects import Subject, describe
from workflows.engine import definitions, store
from workflows.engine.case_workflow import CaseWorkflow
from workflows.engine.operations import CaseData, get_operation
from workflows.engine.parser import Specification, UserTask
from workflows.engine.script_engine import FeelScriptEngine
from workflows.engine.work_queue import (
    Running,
    account_name,
    describe_task,
    journal,
    process_of,
    update_items,
)

SUPERVISORS = frozenset({"section_chief"})
LONGEST_REASON = 400


@dataclass(frozen=True)
class OpenForm:
    """A form to be shown: its schema and layout, from the definition of the case."""

    key: str
    schema: Mapping[str, Any]
    ui: Mapping[str, Any]
    fixed: Mapping[str, Any]
    task: UserTask


@dataclass(frozen=True)
class Done:
    """What a deed led to: the case, the tasks it opened, and whether the case has ended."""

    case_id: int
    notification_id: int
    opened: tuple[WorkItem, ...]
    ended: bool


def intake_form(ctx: Context, slug: str, reason: str) -> OpenForm:
    """The form with which a procedure begins, before there is a case; `reason` was chosen before it.

    Raises:
        NotFound: the procedure is not published.
    """
    specification = definitions.current(ctx.session, slug)
    wanted = specification.user_tasks[slug, "apply"]
    return _form(specification, wanted, dict.fromkeys(wanted.fixed, reason))


def start(ctx: Context, slug: str, reason: str, raw: Mapping[str, Any], received: Mapping[str, Any]) -> Done:
    """Begin a case with the entry of its intake form.

    `reason` was chosen before the form; `received` holds office_id and, where it applies, ground.

    Raises:
        FormRefused: the entry is not accepted; nothing was begun.
        NotAllowed: the actor does not take in notifications.
    """
    specification = definitions.current(ctx.session, slug)
    _must_have_role(ctx, specification.user_tasks[slug, "apply"])
    return _begin(ctx, specification, reason, raw, received)


def start_ex_officio(ctx: Context, slug: str, reason: str, raw: Mapping[str, Any]) -> Done:
    """Begin a case that the actor decided ex officio (職権): no notifier, no identity check.

    He is on record as the one who entered it, so that he cannot verify it himself (B4).

    Raises:
        FormRefused, RegistrationRefused: the entry is not accepted; nothing was begun.
        NotAllowed: the actor does not decide ex officio, or the entry came another way.
    """
    if not ctx.actor.roles & SUPERVISORS or raw.get("way") != "ex_officio":
        raise NotAllowed(
            "職権による処理を始められるのは、決定した課長だけです。",
            "Only the section chief who decided it may begin it ex officio.",
        )
    received = {"office_id": ctx.actor.office_id}
    return _begin(ctx, definitions.current(ctx.session, slug), reason, raw, received)


def _begin(
    ctx: Context,
    specification: Specification,
    reason: str,
    raw: Mapping[str, Any],
    received: Mapping[str, Any],
) -> Done:
    slug = specification.slug
    wanted = specification.user_tasks[slug, "apply"]
    form = _form(specification, wanted, dict.fromkeys(wanted.fixed, reason))
    entry = check(form.schema, raw, today=ctx.today, fixed=form.fixed)
    cautions = _examine(ctx, slug, entry, 0, 0)
    notification = notifications.receive(ctx, _received(slug, entry, received))
    case = Case(
        slug=slug,
        definition_hash=specification.hash,
        office_id=notification.office_id,
        notification_id=notification.id,
        state="open",
        started_at=ctx.at,
        started_by_id=ctx.actor.staff_id,
    )
    ctx.session.add(case)
    ctx.session.flush()
    workflow = CaseWorkflow(specification.process, specification.called)
    running = Running(case, specification, workflow, notification)
    _engage(ctx, running)
    workflow.task_tree.set_data(case=_facts(notification), form={}, outcome={})
    workflow.do_engine_steps()
    audit.record(ctx, Tag.CASE_STARTED, f"notification:{notification.id}", case.id, {"slug": slug})
    journal(ctx, running, "started")
    for caution in cautions:
        journal(ctx, running, "caution", note=caution)
    task = next(t for t in workflow.ready_manual_tasks() if t.task_spec.bpmn_id == "apply")
    return _finish(ctx, running, task, wanted, entry, "done", None, [])


def get_task(ctx: Context, item_id: int) -> tuple[WorkItem, Case, OpenForm]:
    """An open task with its form, for the screen.

    Raises:
        NotFound: there is no such task in the actor's office.
        SomebodyElseWasFaster: it was finished meanwhile.
        NotAllowed: the actor must not do it.
    """
    item = _item(ctx, item_id)
    _must_be_allowed(ctx, item)
    case = ctx.session.get_one(Case, item.case_id)
    specification = definitions.by_hash(ctx.session, case.definition_hash)
    wanted = specification.user_tasks[item.process_slug, item.element_id]
    return item, case, _form(specification, wanted, _fixed_of(wanted, item))


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
        RuleBroken: a way out without a reason.
    """
    running = _load(ctx, _item(ctx, item_id).case_id)
    with ctx.session.no_autoflush:
        items = list_open_items(ctx.session, running.case.id, fresh=True)
        item = next((row for row in items if row.id == item_id), None) or _item(ctx, item_id, fresh=True)
        _must_be_allowed(ctx, item)
    task = _ready_task(running, item)
    wanted = describe_task(running, task)
    entry = _entry(ctx, running, wanted, item, raw, outcome, note)
    item.state, item.done_at, item.done_by_id = "done", ctx.at, ctx.actor.staff_id
    audit.record(ctx, Tag.TASK_COMPLETED, f"task:{item.id}", running.case.id, {"element": wanted.element_id})
    told = None if outcome == "done" else note
    return _finish(ctx, running, task, wanted, entry, outcome, told, items)


def take(ctx: Context, item_id: int) -> WorkItem:
    """Make a task one's own.

    Raises:
        SomebodyElseWasFaster: somebody else has it.
    """
    item = _item(ctx, item_id, lock=True)
    _must_be_allowed(ctx, item)
    item.assignee_id, item.taken_at = ctx.actor.staff_id, ctx.at
    audit.record(ctx, Tag.TASK_TAKEN, f"task:{item.id}", item.case_id)
    return item


def give_back(ctx: Context, item_id: int) -> WorkItem:
    """Put a task back into the group's queue; one's own, or anybody's for the section chief.

    Raises:
        NotAllowed: the task is somebody else's.
    """
    item = _item(ctx, item_id, lock=True)
    if item.assignee_id != ctx.actor.staff_id and not ctx.actor.roles & SUPERVISORS:
        raise NotAllowed(
            "この仕事は別の担当者が引き受けています。戻せるのは本人か課長です。",
            "This task is somebody else's. He or the section chief can give it back.",
        )
    item.assignee_id, item.taken_at = None, None
    audit.record(ctx, Tag.TASK_GIVEN_BACK, f"task:{item.id}", item.case_id)
    return item


def withdraw(ctx: Context, case_id: int, reason: str) -> Case:
    """End a case because the notifier withdraws (取下げ); its tasks go, the registry is untouched.

    Raises:
        NotFound: there is no such case in the actor's office.
        SomebodyElseWasFaster: the case has ended.
        RuleBroken: no reason is given.
    """
    _refuse_reason(reason, "取下げの理由を入力してください。", "Give the reason of the withdrawal.")
    running = _load(ctx, case_id)
    if not ctx.actor.roles & {"counter", *SUPERVISORS}:
        raise NotAllowed("この届出を取り下げる権限がありません。", "You may not withdraw this notification.")
    for item in list_open_items(ctx.session, case_id):
        item.state = "gone"
    running.case.state, running.case.ended_at, running.case.blob = "ended", ctx.at, None
    journal(ctx, running, "ended", note=reason)
    notifications.act(ctx, running.notification.id, "withdrawn", note=reason)
    audit.record(ctx, Tag.CASE_WITHDRAWN, f"notification:{running.notification.id}", case_id)
    _flush(ctx)
    return running.case


def _finish(
    ctx: Context,
    running: Running,
    task: Any,
    wanted: UserTask,
    entry: Mapping[str, Any],
    outcome: str,
    note: str | None,
    items: list[WorkItem],
) -> Done:
    ctx.session.add(
        FormEntry(
            case_id=running.case.id,
            form=wanted.form,
            element_id=wanted.element_id,
            outcome=outcome,
            data=dict(entry),
            at=ctx.at,
            by_id=ctx.actor.staff_id,
        )
    )
    if outcome == "done":
        task.data["form"] = {**task.data["form"], wanted.writes: dict(entry)}
    ways = {"kind": outcome, "note": note}
    task.data["outcome"] = {**task.data["outcome"], wanted.element_id: ways}
    kind = "completed" if outcome == "done" else outcome
    journal(ctx, running, kind, (wanted.process, wanted.element_id), note)
    task.run()
    running.workflow.do_engine_steps(did_complete_task=_note_services(ctx, running))
    return _save(ctx, running, items, wanted)


def _save(ctx: Context, running: Running, items: list[WorkItem], wanted: UserTask) -> Done:
    case, workflow = running.case, running.workflow
    if workflow.is_completed():
        case.state, case.ended_at, case.blob = "done", ctx.at, None
        journal(ctx, running, "ended")
        added: list[WorkItem] = []
    else:
        added = update_items(ctx, running, items, _subject(ctx, running, items, wanted))
        case.blob = store.freeze(workflow)
    _flush(ctx)
    return Done(case.id, running.notification.id, tuple(added), case.state != "open")


def _flush(ctx: Context) -> None:
    """Write the deed; a case that somebody saved meanwhile has another version than the one read here."""
    try:
        ctx.session.flush()
    except StaleDataError as error:
        raise SomebodyElseWasFaster(
            "この届出は別の人が先に進めました。入力した内容は登録されていません。一覧から開き直してください。",
            "Somebody else has worked on this case meanwhile. What you typed was not registered.",
        ) from error


def _subject(ctx: Context, running: Running, items: list[WorkItem], wanted: UserTask) -> Subject:
    if items and wanted.writes != "apply":  # nothing that the queue shows was entered in this task
        row = items[0]
        return Subject(row.subject_name, row.subject_key, row.household_number, row.postal_code)
    with ctx.session.no_autoflush:
        return describe(ctx, running.workflow.last_task.data.get("form", {}).get("apply", {}))


def _note_services(ctx: Context, running: Running) -> Any:
    def note(task: Any) -> None:
        if hasattr(task.task_spec, "operation_name"):
            journal(ctx, running, "service", (process_of(task), task.task_spec.bpmn_id))

    return note


def _engage(ctx: Context, running: Running) -> None:
    running.workflow.script_engine = FeelScriptEngine(
        ctx, running.case.id, running.notification.id, running.case.slug
    )


def _load(ctx: Context, case_id: int) -> Running:
    statement = (
        select(Case, Notification)
        .join(Notification, Notification.id == Case.notification_id)
        .where(Case.id == case_id, Case.office_id == ctx.actor.office_id)
        .with_for_update(of=Case)
        .execution_options(populate_existing=True)
    )
    found = ctx.session.execute(statement).one_or_none()
    if found is None:
        raise NotFound("この届出は見つかりません。一覧から開き直してください。", "There is no such case.")
    case, notification = found
    if case.state != "open" or case.blob is None:
        raise SomebodyElseWasFaster(
            "この届出の手続はすでに終わっています。一覧から開き直してください。",
            "This case has already ended.",
        )
    specification = definitions.by_hash(ctx.session, case.definition_hash)
    running = Running(case, specification, store.thaw(case.blob, specification), notification)
    _engage(ctx, running)
    return running


def _ready_task(running: Running, item: WorkItem) -> Any:
    wanted = UUID(item.task_guid)
    for task in running.workflow.ready_manual_tasks():
        if task.id == wanted:
            return task
    raise SomebodyElseWasFaster(
        "この仕事はもう必要なくなりました。一覧から開き直してください。", "This task is no longer needed."
    )


def _entry(
    ctx: Context,
    running: Running,
    wanted: UserTask,
    item: WorkItem,
    raw: Mapping[str, Any],
    outcome: str,
    note: str | None,
) -> Mapping[str, Any]:
    if outcome == "done":
        form = _form(running.specification, wanted, _fixed_of(wanted, item))
        entry = check(form.schema, raw, today=ctx.today, fixed=form.fixed)
        if wanted.writes == "apply":
            _examine(ctx, running.case.slug, entry, running.case.id, running.notification.id)
        return entry
    if outcome not in wanted.outcomes:
        raise NotFound("この操作はこの仕事では選べません。", "This task does not offer that way out.")
    _refuse_reason(
        note or "", "理由を入力してください。次の担当者に伝わります。", "Give a reason for the next person."
    )
    return {}


def _refuse_reason(typed: str, missing_ja: str, missing_en: str) -> None:
    """A reason is there and short enough to be kept and read.

    Raises:
        RuleBroken: it is empty or too long.
    """
    if not typed.strip():
        raise RuleBroken(missing_ja, missing_en)
    if len(typed) > LONGEST_REASON:
        raise RuleBroken(
            f"理由が長すぎます({len(typed)}字)。{LONGEST_REASON}字までに短くしてください。",
            f"The reason has {len(typed)} characters. Shorten it to {LONGEST_REASON}.",
        )


def _examine(
    ctx: Context, slug: str, entry: Mapping[str, Any], case_id: int, notification_id: int
) -> list[str]:
    """Let the procedure look at an entry before it is taken; it raises where it could never be registered."""
    told = CaseData(case_id, notification_id, slug, {"form": {"apply": entry}})
    cautions: list[str] = get_operation(f"{slug}.examine")(ctx, told)["cautions"]
    return cautions


def _form(specification: Specification, wanted: UserTask, fixed: Mapping[str, Any]) -> OpenForm:
    stored = specification.bundle.forms[wanted.form]
    return OpenForm(wanted.form, stored["schema"], stored["ui"], fixed, wanted)


def _fixed_of(wanted: UserTask, item: WorkItem) -> dict[str, Any]:
    settled = {"reason": item.reason, "kind": item.reason, "procedure": item.procedure}
    return {name: settled[name] for name in wanted.fixed}


def _item(ctx: Context, item_id: int, *, lock: bool = False, fresh: bool = False) -> WorkItem:
    statement = select(WorkItem).where(WorkItem.id == item_id, WorkItem.office_id == ctx.actor.office_id)
    if lock:
        statement = statement.with_for_update()
    if lock or fresh:
        statement = statement.execution_options(populate_existing=True)
    item = ctx.session.scalars(statement).one_or_none()
    if item is None:
        raise NotFound("この仕事は見つかりません。一覧から開き直してください。", "There is no such task.")
    return item


def _must_be_allowed(ctx: Context, item: WorkItem) -> None:
    if item.state != "open":
        raise SomebodyElseWasFaster(
            "この仕事は別の人がすでに終えました。入力した内容は登録されていません。一覧から状態を確かめてください。",
            "Somebody else has finished this task. What you typed was not registered.",
        )
    if item.role not in ctx.actor.roles:
        raise NotAllowed(
            "この仕事は、あなたの担当ではありません。担当の人が箱から引き受けます。",
            "Your role does not do this task; those who do find it in their box.",
        )
    if {ctx.actor.staff_number, account_name(ctx.actor.staff_id)} & set(item.excluded_staff):
        raise NotAllowed(
            "入力した本人は照合できません。別の照合担当者に回してください。",
            "Who entered it must not verify it. Leave it to somebody else.",
        )
    if item.assignee_id is not None and item.assignee_id != ctx.actor.staff_id:
        raise SomebodyElseWasFaster(
            "この仕事は別の担当者が引き受けています。必要なら本人か課長に戻してもらってください。",
            "Somebody else has taken this task.",
        )


def _must_have_role(ctx: Context, wanted: UserTask) -> None:
    if wanted.role not in ctx.actor.roles:
        raise NotAllowed("届出を受け付ける権限がありません。", "Your role does not take in notifications.")


def _received(slug: str, entry: Mapping[str, Any], received: Mapping[str, Any]) -> Received:
    event_on = entry.get("event_on")
    return Received(
        procedure=slug,
        reason=str(entry.get("reason") or entry.get("kind", "")),
        way=str(entry["way"]),
        received_on=date.fromisoformat(entry["received_on"]),
        office_id=received["office_id"],
        event_on=date.fromisoformat(event_on) if event_on else None,
        household_id=entry.get("household_id"),
        cancels_id=entry.get("notification_id"),
        ground=entry.get("ground"),
    )


def _facts(notification: Notification) -> dict[str, Any]:
    return {
        "procedure": notification.procedure,
        "reason": notification.reason,
        "way": notification.way,
        "received_on": notification.received_on.isoformat(),
        "notification_id": notification.id,
    }
