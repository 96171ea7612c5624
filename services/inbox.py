"""The boxes of waiting tasks: one's own, one's groups', unassigned, overdue (N2).

Lists read `work_item` only, never a blob (Ruling 3). Everybody sees the tasks of his office and roles; the
section chief, who gives back what somebody absent has taken, sees all tasks of his office.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    and_,
    bindparam,
    case,
    false,
    func,
    literal,
    or_,
    select,
    tuple_,
)
from sqlalchemy.orm import Session

from models.bulk import table
from models.case import WorkItem
from models.masters import ReasonCode
from rules.kana import kana_search_key, name_search_key
from services.context import Actor, Context
from services.narrowing import Narrowing

PAGE = 50
SOON_DAYS = 3
LONGEST_ID = 9  # digits
VERIFIER = "verifier"
NO_DUE = date(9999, 12, 31)
BOXES = ("mine", "group", "free", "overdue")
AGES = {"3": 3, "7": 7, "14": 14, "30": 30}  # days since the notification was received
SUPERVISORS = frozenset({"section_chief"})


@dataclass(frozen=True)
class Filters(Narrowing):
    """What narrows a box; empty means all.

    `due` is one of `due_kind`, `assignee` an id or `free`, `age` the least days since reception, of `AGES`.
    """

    procedure: str = ""
    due: str = ""
    district: str = ""
    assignee: str = ""
    element: str = ""
    age: str = ""
    text: str = ""


@dataclass(frozen=True)
class Waiting:
    """A row of a box. `why_not` says why the actor must not do it: excluded or role; None where he may."""

    item: WorkItem
    reason: str
    reason_en: str
    assignee: str
    is_mine: bool
    late_days: int
    due_kind: str
    why_not: str | None


@dataclass(frozen=True)
class Choice:
    """A value of a filter that occurs in the box, with how many there are."""

    value: str
    ja: str
    en: str
    count: int


@dataclass(frozen=True)
class Box:
    """A page of a box and the values that its filters offer."""

    rows: Sequence[Waiting]
    total: int
    first: int
    choices: Mapping[str, Sequence[Choice]]

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1

    @property
    def next_after(self) -> int | None:
        """The task after which the next page begins; None on the last page."""
        return self.rows[-1].item.id if self.rows and self.last < self.total else None


def count(session: Session, actor: Actor, today: date) -> dict[str, int]:
    """How many tasks wait in each box, in one statement; a task of one's own is not the group's as well."""
    values = {
        "me": actor.staff_id,
        "today": today,
        "office": actor.office_id,
        "roles": sorted(actor.roles),
    }
    statement = _counting(supervises=bool(actor.roles & SUPERVISORS))
    own, group, free, overdue = session.execute(statement, values).one()
    return {
        "inbox": own + group,
        "inbox.mine": own,
        "inbox.group": group,
        "inbox.free": free,
        "inbox.overdue": overdue,
    }


@cache
def _counting(*, supervises: bool) -> Select[Any]:
    """The statement of `count`, which every page asks: built once."""
    nobody = WorkItem.assignee_id.is_(None)
    mine = WorkItem.assignee_id == bindparam("me")
    conditions = (mine, or_(nobody, ~mine), nobody, WorkItem.due_on < bindparam("today"))
    here = [WorkItem.state == "open", WorkItem.office_id == bindparam("office")]
    if not supervises:
        here.append(WorkItem.role.in_(bindparam("roles", expanding=True)))
    columns: list[Any] = [func.count(case((condition, 1))) for condition in conditions]
    counted: Select[Any] = select(*columns).where(*here)
    return counted


def count_each(ctx: Context, wanted: Sequence[tuple[str, Filters]]) -> list[int]:
    """How many tasks each box holds as it is narrowed, all in one statement; none where none is asked."""
    if not wanted:
        return []
    columns = [
        func.count(
            case((and_(_in_box(box, ctx.actor, ctx.today), *_narrowed(filters, ctx.today)), WorkItem.id))
        )
        for box, filters in wanted
    ]
    return list(ctx.session.execute(select(*columns).where(_open(ctx.actor))).one())


def read(ctx: Context, box: str, filters: Filters, after: int | None = None) -> Box:
    """A page of a box by due date, the soonest first; tasks without one stand last."""
    wanted = and_(_open(ctx.actor), _in_box(box, ctx.actor, ctx.today))
    narrowed = and_(wanted, *_narrowed(filters, ctx.today))
    rows = ctx.session.execute(_page(narrowed, after)).all()
    total = rows[0].total if rows else 0
    return Box(
        rows=[_waiting(ctx, row) for row in rows],
        total=total,
        first=total - rows[0].rest + 1 if rows else 0,
        choices=_choices(ctx, wanted),
    )


def _open(actor: Actor) -> ColumnElement[bool]:
    """Open tasks of the actor's office that his roles do; all of the office for who supervises it."""
    here = and_(WorkItem.state == "open", WorkItem.office_id == actor.office_id)
    if actor.roles & SUPERVISORS:
        return here
    return and_(here, WorkItem.role.in_(sorted(actor.roles)))


def _in_box(box: str, actor: Actor, today: date) -> ColumnElement[bool]:
    mine = WorkItem.assignee_id == actor.staff_id
    return {
        "mine": mine,
        "group": or_(WorkItem.assignee_id.is_(None), ~mine),
        "free": WorkItem.assignee_id.is_(None),
        "overdue": WorkItem.due_on < today,
    }.get(box, false())


def _narrowed(filters: Filters, today: date) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    for column, value in (
        (WorkItem.procedure, filters.procedure),
        (WorkItem.postal_code, filters.district),
        (WorkItem.element_id, filters.element),
    ):
        if value:
            conditions.append(column == value)
    if filters.assignee == "free":
        conditions.append(WorkItem.assignee_id.is_(None))
    elif filters.assignee:
        conditions.append(
            WorkItem.assignee_id == int(filters.assignee) if _is_id(filters.assignee) else false()
        )
    if filters.due:
        conditions.append(_due(filters.due, today))
    if filters.age:
        conditions.append(_waits_since(filters.age, today))
    if filters.text:
        conditions.append(_holds(filters.text))
    return conditions


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= LONGEST_ID


def _due(kind: str, today: date) -> ColumnElement[bool]:
    soon = today + timedelta(days=SOON_DAYS)
    return {
        "late": WorkItem.due_on < today,
        "today": WorkItem.due_on == today,
        "soon": WorkItem.due_on.between(today, soon),
        "later": WorkItem.due_on > soon,
        "none": WorkItem.due_on.is_(None),
    }.get(kind, false())


def _waits_since(age: str, today: date) -> ColumnElement[bool]:
    if age not in AGES:
        return false()
    return WorkItem.received_on <= today - timedelta(days=AGES[age])


def _holds(text: str) -> ColumnElement[bool]:
    """That name or kana hold the text, or a number begins so."""
    keys = {key for key in (kana_search_key(text), name_search_key(text)) if key}
    number = name_search_key(text).upper()
    return or_(
        *(WorkItem.subject_key.contains(key, autoescape=True) for key in sorted(keys)),
        WorkItem.notification_number.startswith(number, autoescape=True),
        WorkItem.household_number == (number.zfill(10) if number.isdecimal() else number),
    )


def _page(condition: ColumnElement[bool], after: int | None) -> Select[Any]:
    """The next tasks with reason and assignee; `total` of the box as narrowed, `rest` from here on."""
    staff = table("ab_user").c
    due = func.coalesce(WorkItem.due_on, NO_DUE)
    total = select(func.count(WorkItem.id)).where(condition).scalar_subquery()
    statement = (
        select(
            WorkItem,
            func.coalesce(ReasonCode.name, "").label("reason_ja"),
            func.coalesce(ReasonCode.name_en, "").label("reason_en"),
            func.coalesce(staff.last_name, "").label("last_name"),
            func.coalesce(staff.first_name, "").label("first_name"),
            total.label("total"),
            func.count(WorkItem.id).over().label("rest"),
        )
        .outerjoin(
            ReasonCode, and_(ReasonCode.procedure == WorkItem.procedure, ReasonCode.code == WorkItem.reason)
        )
        .outerjoin(staff.id.table, staff.id == WorkItem.assignee_id)
        .where(condition)
    )
    if after is not None:
        there = select(func.coalesce(WorkItem.due_on, NO_DUE)).where(WorkItem.id == after).scalar_subquery()
        statement = statement.where(tuple_(due, WorkItem.id) > tuple_(there, literal(after)))
    return statement.order_by(due, WorkItem.id).limit(PAGE)


def _waiting(ctx: Context, row: Row[Any]) -> Waiting:
    item: WorkItem = row.WorkItem
    blind = VERIFIER in ctx.actor.roles  # the reason is what he enters from the paper (B4)
    return Waiting(
        item=item,
        reason="" if blind else row.reason_ja,
        reason_en="" if blind else row.reason_en,
        assignee=f"{row.last_name} {row.first_name}".strip(),
        is_mine=item.assignee_id == ctx.actor.staff_id,
        late_days=max(0, (ctx.today - item.due_on).days) if item.due_on else 0,
        due_kind=due_kind(item.due_on, ctx.today),
        why_not=_why_not(item, ctx.actor),
    )


def due_kind(due_on: date | None, today: date) -> str:
    """Which words a due date gets: none, late, today, soon (in days), later (a date)."""
    if due_on is None:
        return "none"
    days = (due_on - today).days
    if days < 0:
        return "late"
    if days == 0:
        return "today"
    return "soon" if days <= SOON_DAYS else "later"


def _why_not(item: WorkItem, actor: Actor) -> str | None:
    if actor.staff_number in item.excluded_staff:
        return "excluded"
    return None if item.role in actor.roles else "role"


def _choices(ctx: Context, condition: ColumnElement[bool]) -> dict[str, list[Choice]]:
    """What the filters of a box offer, each value with its count, in one statement."""
    staff = table("ab_user").c
    groups = (
        WorkItem.procedure,
        WorkItem.postal_code,
        WorkItem.element_id,
        WorkItem.title_ja,
        WorkItem.title_en,
        WorkItem.assignee_id,
        staff.last_name,
        staff.first_name,
    )
    statement = (
        select(*groups, func.count())
        .select_from(WorkItem)
        .outerjoin(staff.id.table, staff.id == WorkItem.assignee_id)
        .where(condition)
        .group_by(*groups)
    )
    found: dict[str, dict[str, Choice]] = {
        name: {} for name in ("procedure", "district", "element", "assignee")
    }
    for procedure, postal_code, element, ja, en, assignee, last, first, number in ctx.session.execute(
        statement
    ):
        _add(found["procedure"], procedure, procedure, procedure, number)
        _add(found["district"], postal_code, postal_code, postal_code, number)
        _add(found["element"], element, ja, en, number)
        name = f"{last or ''} {first or ''}".strip()
        _add(found["assignee"], str(assignee) if assignee else "free", name, name, number)
    return {name: sorted(values.values(), key=lambda one: one.value) for name, values in found.items()}


def _add(found: dict[str, Choice], value: str, ja: str, en: str, number: int) -> None:
    before = found[value].count if value in found else 0
    found[value] = Choice(value, ja, en, before + number)
