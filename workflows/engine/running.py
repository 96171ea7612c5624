"""A case in the hand of one deed: loaded and locked, run on until people must act, saved (Ruling 3).

Every deed on a case, whoever does it, is `load`, then something on its tree, then `run_on` and `save`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, TypeVar

from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from sqlalchemy import ColumnElement, Select, bindparam, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import instance_dict, set_committed_value
from sqlalchemy.orm.exc import StaleDataError

from forms.validation import FormRefused
from models import direct, last_changes
from models.audit import seen
from models.audit.event import AuditHead
from models.base import Base
from models.batch import Adding, Change, Changing, Missed, write
from models.bulk import table
from models.case import Case, CaseEvent, WorkItem
from models.operation_answer import OperationAnswer
from services import office_calendar
from services.context import SYSTEM, Context
from services.errors import NotFound, ServiceError, SomebodyElseWasFaster
from workflows.engine import broken_steps, definitions, evaluations, store, waits
from workflows.engine.case_workflow import CaseWorkflow
from workflows.engine.elements.events import Message, Signal
from workflows.engine.elements.timers import Timer
from workflows.engine.parser import Specification
from workflows.engine.permits import TAKEN
from workflows.engine.script_engine import FeelScriptEngine
from workflows.engine.work_queue import Running, journal, process_of, update_items

OF_ITEM = (
    *("id", "case_id", "task_guid", "process_slug", "element_id", "role", "state", "assignee_id"),
    *("excluded_staff", "procedure", "notification_number", "reason", "way", "received_on"),
    *("subject_name", "subject_key", "household_number", "postal_code"),
)
OF_CASE = ("id", "slug", "definition_hash", "office_id", "notification_id", "state", "blob", "version")
OF_HEAD = (AuditHead.last_id, AuditHead.mac, AuditHead.key_id, AuditHead.seal)
FASTER = (
    "この届出は別の人が先に進めました。入力した内容は登録されていません。一覧から開き直してください。",
    "Somebody else has worked on this case meanwhile. What you typed was not registered.",
)

SUSPENDED = "suspended"
Row = TypeVar("Row", bound=Base)
_CAUGHT = {"timer": Timer, "message": Message, "signal": Signal}


class CaseSuspended(SomebodyElseWasFaster):
    """The case is suspended: nobody works on it until it goes on."""

    code = "case_suspended"


@dataclass(eq=False)
class Opened(Sequence[WorkItem]):
    """The tasks that a deed opens: its changes are written when somebody looks at them, if not before."""

    session: Session
    rows: Sequence[Mapping[str, Any]]
    last: last_changes.Last

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, place: Any) -> Any:
        return self._items[place]

    @cached_property
    def _items(self) -> tuple[WorkItem, ...]:
        if self.last.ids is None:
            last_changes.settle(self.session)
        if self.last.ids is None:
            raise RuntimeError("the deed was undone: it opened no tasks")
        ids = self.last.ids[0]
        return tuple(
            [
                copy_of(WorkItem, ("id", *row), (number, *row.values()))
                for number, row in zip(ids, self.rows, strict=True)
            ]
        )


@dataclass(frozen=True)
class Done:
    """What a deed led to: the case, the tasks it opened, and whether the case has ended."""

    case_id: int
    notification_id: int | None
    opened: Sequence[WorkItem]
    ended: bool


def begun(ctx: Context, row: Mapping[str, Any], specification: Specification) -> Running:
    """A new case, before its first step; where it has an id its row is written when somebody looks."""
    adding = Adding(Case, [row], tell_ids=True)
    beginning = None
    if "id" in row:
        beginning = last_changes.Last([adding], _faster, comes_first=True)
        last_changes.keep(ctx.session, beginning)
        case = Case(**row)
    else:
        ((case_id,),) = write(ctx.session, [adding])
        case = Case(id=case_id, **row)
    workflow = CaseWorkflow(specification.process, specification.called)
    return _engaged(ctx, Running(case, specification, workflow, frozenset(), beginning=beginning))


def look_first(ctx: Context, slug: str) -> tuple[Specification, int | None]:
    """The specification with which a case begins now, and on PostgreSQL the id that it has got.

    There one statement reads what the deed will need besides, as well.

    Raises:
        NotFound: nothing is published under this name.
    """
    if direct.connection_of(ctx.session).dialect.name != "postgresql":
        return definitions.current(ctx.session, slug), None
    values = {"slug": slug, "since": ctx.today}
    specification, told = definitions.in_force(ctx.session, slug, _opening(), values)
    case_id, *end, closed = told
    seen.note(ctx.session, end)
    office_calendar.note(ctx.session, ctx.today, closed)
    return specification, int(case_id)


def load(ctx: Context, case_id: int) -> Running:
    """A case of the actor's office, locked, with its tree; the system itself sees every office's.

    Raises:
        NotFound: there is no such case in the actor's office.
        SomebodyElseWasFaster: it has ended.
    """
    statement = select(Case).where(Case.id == case_id, *_within_reach(ctx)).with_for_update()
    case = ctx.session.scalars(statement.execution_options(populate_existing=True)).one_or_none()
    if case is None:
        raise NotFound("この届出は見つかりません。一覧から開き直してください。", "There is no such case.")
    return restored(ctx, case)


def lock_item(ctx: Context, item_id: int) -> tuple[WorkItem, Case]:
    """A task of the actor's office with its case, which is locked; in one statement.

    The task is as it was before this deed waited for the case: whether it is still to be done, the tree says.
    Both are copies for this deed alone: what is set on them is not written.

    Raises:
        NotFound: there is no such task in the actor's office.
    """
    values: dict[str, Any] = {"item": item_id, "office": ctx.actor.office_id}
    ctx.session.flush()
    connection = direct.connection_of(ctx.session)
    with_closed = connection.dialect.name == "postgresql"
    if with_closed:
        values["since"] = ctx.today
    rows = direct.look(connection, _locking(with_closed=with_closed), values)
    if not rows:
        raise NotFound("この仕事は見つかりません。一覧から開き直してください。", "There is no such task.")
    (found,) = rows
    of_case, of_head = len(OF_ITEM), len(OF_ITEM) + len(OF_CASE)
    seen.note(ctx.session, found[of_head : of_head + len(OF_HEAD)])
    if with_closed:
        office_calendar.note(ctx.session, ctx.today, found[-1])
    return copy_of(WorkItem, OF_ITEM, found[:of_case]), copy_of(Case, OF_CASE, found[of_case:of_head])


def copy_of(entity: type[Row], names: Iterable[str], values: Iterable[Any]) -> Row:
    """A row that no session knows, with these values as if it had been read."""
    made: Row = entity.__mapper__.class_manager.new_instance()
    instance_dict(made).update(zip(names, values, strict=True))
    return made


@cache
def _opening() -> Select[Any]:
    """The statement of `look_first`, which every beginning asks: built once, past the ORM."""
    next_id = func.nextval("workflow_case_id_seq").label("case_id")
    end = [select(column).where(AuditHead.id == 1).scalar_subquery() for column in OF_HEAD]
    return definitions.newest().add_columns(next_id, *end, office_calendar.closed_from())


@cache
def _locking(*, with_closed: bool) -> Select[Any]:
    """The statement of `lock_item`, which every completing asks: built once, past the ORM.

    It tells the end of the audit record as well, which must have been set with our key, and PostgreSQL the
    closed days from which most tasks that open count when they are due.
    """
    items, cases = table("work_item"), table("workflow_case")
    found = (
        select(*(items.c[name] for name in OF_ITEM), *(cases.c[name] for name in OF_CASE))
        .join_from(items, cases, cases.c.id == items.c.case_id)
        .where(items.c.id == bindparam("item"), items.c.office_id == bindparam("office"))
        .with_for_update(of=cases)
    )
    found = found.add_columns(*OF_HEAD).outerjoin(AuditHead, AuditHead.id == 1)
    return found.add_columns(office_calendar.closed_from()) if with_closed else found


def find_open(ctx: Context, case_id: int) -> Running | None:
    """A case with its tree, locked, whoever asks; None where it has ended or is no more.

    Raises:
        CaseSuspended: it is suspended.
    """
    locked = select(Case).where(Case.id == case_id).with_for_update()
    case = ctx.session.scalars(locked.execution_options(populate_existing=True)).one_or_none()
    return None if case is None or case.blob is None else restored(ctx, case)


def restored(ctx: Context, case: Case) -> Running:
    """The tree of a case that is locked.

    Raises:
        SomebodyElseWasFaster: the case has ended.
        CaseSuspended: it is suspended.
    """
    if case.state == SUSPENDED:
        raise CaseSuspended(
            "この案件は一時停止中です。入力した内容は登録されていません。再開されるまでお待ちください。",
            "This case is suspended. What you typed was not registered. Wait until it is resumed.",
        )
    if case.state != "open" or case.blob is None:
        raise SomebodyElseWasFaster(
            "この届出の手続はすでに終わっています。一覧から開き直してください。",
            "This case has already ended.",
        )
    specification = definitions.by_hash(ctx.session, case.definition_hash)
    workflow = store.thaw(case.blob, specification)
    waiting = frozenset(str(task.id) for task in workflow.ready_manual_tasks())
    running = _engaged(ctx, Running(case, specification, workflow, waiting))
    running.waits = waits.waits_of(workflow)
    return running


def run_on(ctx: Context, running: Running) -> None:
    """Run everything that waits for nobody.

    Whatever a step raises comes out, and nothing of the deed may be kept; what nobody foresaw is remembered
    with the session, so that who undoes the deed can write an incident (`broken_steps.take`).
    """
    workflow = running.workflow
    try:
        workflow.do_engine_steps(did_complete_task=_note_steps(ctx, running))
    except (ServiceError, FormRefused, DBAPIError):
        raise
    except Exception as error:
        task = workflow.at_work or workflow.task_tree
        element = (process_of(task), getattr(error, "element_id", None) or str(task.task_spec.name))
        guid = getattr(error, "task_guid", None) or str(task.id)
        broken_steps.remember(ctx.session, running.case.id, element, guid, error)
        raise


def save(ctx: Context, running: Running) -> Done:
    """Write the case back: its tree, the tasks it opened or closed, and its end.

    Raises:
        SomebodyElseWasFaster: the case was saved meanwhile; nothing of this deed may be kept.
    """
    case, workflow = running.case, running.workflow
    rows = update_items(ctx, running)
    waits.synchronise(ctx, running)
    waits.send_thrown(ctx, running)
    now: dict[str, Any] = {"version": case.version + 1}
    evaluations.keep(ctx, case, workflow.script_engine.evaluations)
    answers = [{"case_id": case.id, "at": ctx.at, **one} for one in workflow.script_engine.answers]
    running.changes.append(Adding(OperationAnswer, answers))
    if workflow.is_completed():
        now |= {"state": "done", "ended_at": ctx.at, "blob": None}
        journal(ctx, running, "ended")
    else:
        now["blob"] = store.freeze(workflow)
    running.changes.append(_of_case(ctx, running, now))
    opened = _write(ctx, running, rows)
    _forget(ctx.session, case)
    for name, value in now.items():
        set_committed_value(case, name, value)
    return Done(case.id, case.notification_id, opened, case.state != "open")


def _of_case(ctx: Context, running: Running, now: Mapping[str, Any]) -> Change:
    """The case's own row: as it is now, or new where the deed began it and nobody has looked since."""
    case, beginning = running.case, running.beginning
    if beginning is None or not last_changes.withdraw(ctx.session, beginning):
        return Changing(Case, now, {"id": case.id, "version": case.version}, must=1)
    (adding,) = beginning.changes
    if not isinstance(adding, Adding):
        raise TypeError(type(adding))
    return Adding(Case, [{**adding.rows[0], **now}])


def flush(ctx: Context, running: Running) -> None:
    """Write the deed as it stands, the case's own row by what was set on it.

    Raises:
        SomebodyElseWasFaster: the case was saved meanwhile; nothing of this deed may be kept.
    """
    _write(ctx, running, [])
    last_changes.settle(ctx.session)
    try:
        ctx.session.flush()
    except StaleDataError as error:
        raise SomebodyElseWasFaster(*FASTER) from error


def _write(ctx: Context, running: Running, items: list[dict[str, Any]]) -> Opened:
    """Let what a deed has gathered be written together, as its last changes if nothing else follows."""
    opening = Adding(WorkItem, items, tell_ids=True)
    changes = [opening, Adding(CaseEvent, running.lines), *running.changes]
    begins = any(isinstance(change, Adding) and change.entity is Case for change in changes)
    last = last_changes.Last(changes, _faster, comes_first=begins)
    running.lines, running.changes = [], []
    last_changes.keep(ctx.session, last)
    return Opened(ctx.session, items, last)


def _faster(missed: Missed) -> Exception:
    """Somebody else wrote the case, or took the task, since it was read."""
    return SomebodyElseWasFaster(*(TAKEN if missed.change.entity is WorkItem else FASTER))


def _forget(session: Session, case: Case) -> None:
    """Let the session read again what it knows of a case: it was written past it."""
    for known in list(session.identity_map.values()):
        if known is not case and (
            (isinstance(known, WorkItem) and known.case_id == case.id)
            or (isinstance(known, Case) and known.id == case.id)
        ):
            session.expire(known)


def _within_reach(ctx: Context) -> list[ColumnElement[bool]]:
    return [] if ctx.actor == SYSTEM else [Case.office_id == ctx.actor.office_id]


def _engaged(ctx: Context, running: Running) -> Running:
    case = running.case
    running.workflow.script_engine = FeelScriptEngine(ctx, case.id, case.notification_id, case.slug)
    return running


def _note_steps(ctx: Context, running: Running) -> Any:
    """Keep in the journal what the system did: services, and events that came."""

    def note(task: Any) -> None:
        kind = kind_of_step(task.task_spec)
        if kind:
            journal(ctx, running, kind, (process_of(task), task.task_spec.bpmn_id))

    return note


def kind_of_step(spec: Any) -> str:
    """How the journal calls a step of the system; empty where it does not tell it."""
    if hasattr(spec, "operation_name"):
        return "service"
    if not isinstance(spec, CatchingEvent):
        return ""
    definition = spec.event_definition
    return next((kind for kind, one in _CAUGHT.items() if isinstance(definition, one)), "")
