"""The boxes of waiting tasks: one's own, one's groups', unassigned, overdue, put off (N2).

Lists read `work_item` only, never a blob (Ruling 3). Everybody sees the tasks of his office and roles; the
section chief, who gives back what somebody absent has taken, sees all tasks of his office.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import (
    CTE,
    BindParameter,
    ColumnElement,
    Row,
    Select,
    and_,
    bindparam,
    case,
    func,
    literal,
    or_,
    select,
    tuple_,
)
from sqlalchemy.orm import Session

from models.bulk import table
from models.case import WorkItem
from models.list_layout import ListLayout
from models.masters import ReasonCode
from services.context import Actor, Context
from services.inbox_filters import (
    BOXES,
    SUPERVISORS,
    Filters,
    due_kind,
    in_box,
    narrowed,
    open_to,
)

PAGE = 50
VERIFIER = "verifier"
NO_DUE = date(9999, 12, 31)
LIST_NAME = "inbox"
TRIED_FOR_NEXT = 20  # as many as may be kept from one person in a row
DUE = func.coalesce(WorkItem.due_on, NO_DUE)


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
    is_put_off: bool
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
    """A page of a box, the values that its filters offer, and the columns that the actor chose, if any."""

    rows: Sequence[Waiting]
    total: int
    first: int
    choices: Mapping[str, Sequence[Choice]]
    columns: Sequence[str] | None = None

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1

    @property
    def next_after(self) -> int | None:
        """The task after which the next page begins; None on the last page."""
        return self.rows[-1].item.id if self.rows and self.last < self.total else None


def count(session: Session, actor: Actor, today: date) -> dict[str, int]:
    """How many tasks wait in each box, and for each role where there is more than one, in one statement.

    A task of one's own is not the group's as well; what is put off counts in its own box alone.
    """
    values = {
        "me": actor.staff_id,
        "today": today,
        "office": actor.office_id,
        "roles": sorted(actor.roles),
    }
    rows = session.execute(_counting(supervises=bool(actor.roles & SUPERVISORS)), values).all()
    told = {f"inbox.{box}": sum(row[place] for row in rows) for place, box in enumerate(BOXES, start=1)}
    told["inbox"] = told["inbox.mine"] + told["inbox.group"]
    by_role = {f"inbox.role.{row.role}": row.group for row in rows}
    return told | (by_role if len(by_role) > 1 else {})


@cache
def _counting(*, supervises: bool) -> Select[Any]:
    """The statement of `count`, which every page asks: built once."""
    me: BindParameter[int] = bindparam("me")
    today: BindParameter[date] = bindparam("today")
    here = [WorkItem.state == "open", WorkItem.office_id == bindparam("office")]
    if not supervises:
        here.append(WorkItem.role.in_(bindparam("roles", expanding=True)))
    columns: list[Any] = [func.count(case((in_box(box, me, today), 1))).label(box) for box in BOXES]
    counted: Select[Any] = select(WorkItem.role, *columns).where(*here).group_by(WorkItem.role)
    return counted


def count_each(ctx: Context, wanted: Sequence[tuple[str, Filters]]) -> list[int]:
    """How many tasks each box holds as it is narrowed, all in one statement; none where none is asked."""
    if not wanted:
        return []
    columns = [func.count(case((_holding(ctx, box, filters), WorkItem.id))) for box, filters in wanted]
    return list(ctx.session.execute(select(*columns).where(open_to(ctx.actor))).one())


def read(ctx: Context, box: str, filters: Filters, after: int | None = None) -> Box:
    """A page of a box by due date, the soonest first; tasks without one stand last."""
    held = select(WorkItem.id, DUE.label("due")).where(open_to(ctx.actor), _holding(ctx, box, filters))
    rows = ctx.session.execute(_page(ctx, held.cte("held"), after)).all()
    total = rows[0].total if rows else 0
    return Box(
        rows=[_waiting(ctx, row) for row in rows],
        total=total,
        first=total - rows[0].rest + 1 if rows else 0,
        choices=_choices(ctx, and_(open_to(ctx.actor), in_box(box, ctx.actor.staff_id, ctx.today))),
        columns=rows[0].chosen if rows else None,
    )


def find_next(ctx: Context, box: str, filters: Filters, after: int) -> WorkItem | None:
    """The task that follows another in a list, finished or not, and that the actor may do.

    After the last comes the first; None where nothing is left for him.
    """
    follows = tuple_(DUE, WorkItem.id) > tuple_(_due_of(after), literal(after))
    in_order = case((follows, 0), else_=1), DUE, WorkItem.id
    few = (
        select(WorkItem.id)
        .where(
            open_to(ctx.actor),
            _holding(ctx, box, filters),
            WorkItem.id != after,
            WorkItem.role.in_(sorted(ctx.actor.roles)),
            or_(WorkItem.assignee_id.is_(None), WorkItem.assignee_id == ctx.actor.staff_id),
        )
        .order_by(*in_order)
        .limit(TRIED_FOR_NEXT)
        .subquery()
    )
    items = ctx.session.scalars(select(WorkItem).join(few, few.c.id == WorkItem.id).order_by(*in_order))
    return next((item for item in items if _why_not(item, ctx.actor) is None), None)


def _holding(ctx: Context, box: str, filters: Filters) -> ColumnElement[bool]:
    return and_(in_box(box, ctx.actor.staff_id, ctx.today), *narrowed(filters, ctx.today))


def _due_of(item_id: int) -> Any:
    return select(DUE).where(WorkItem.id == item_id).scalar_subquery()


def _page(ctx: Context, held: CTE, after: int | None) -> Select[Any]:
    """The next tasks with reason and assignee; `total` of the box as narrowed, `rest` from here on.

    The box is gone through once; `chosen` are the actor's columns, which only a page with rows needs.
    """
    staff = table("ab_user").c
    here = select(held.c.id)
    if after is not None:
        here = here.where(tuple_(held.c.due, held.c.id) > tuple_(_due_of(after), literal(after)))
    page = here.order_by(held.c.due, held.c.id).limit(PAGE).subquery("page")
    layout = select(ListLayout.columns).where(
        ListLayout.owner_id == ctx.actor.staff_id, ListLayout.list_name == LIST_NAME
    )
    return (
        select(
            WorkItem,
            func.coalesce(ReasonCode.name, "").label("reason_ja"),
            func.coalesce(ReasonCode.name_en, "").label("reason_en"),
            func.coalesce(staff.last_name, "").label("last_name"),
            func.coalesce(staff.first_name, "").label("first_name"),
            select(func.count()).select_from(held).scalar_subquery().label("total"),
            select(func.count()).select_from(here.subquery("rest")).scalar_subquery().label("rest"),
            layout.scalar_subquery().label("chosen"),
        )
        .join(page, page.c.id == WorkItem.id)
        .outerjoin(
            ReasonCode, and_(ReasonCode.procedure == WorkItem.procedure, ReasonCode.code == WorkItem.reason)
        )
        .outerjoin(staff.id.table, staff.id == WorkItem.assignee_id)
        .order_by(DUE, WorkItem.id)
    )


def _waiting(ctx: Context, row: Row[Any]) -> Waiting:
    item: WorkItem = row.WorkItem
    blind = VERIFIER in ctx.actor.roles  # the reason is what he enters from the paper (B4)
    kind = due_kind(item.due_on, ctx.today)
    return Waiting(
        item=item,
        reason="" if blind else row.reason_ja,
        reason_en="" if blind else row.reason_en,
        assignee=f"{row.last_name} {row.first_name}".strip(),
        is_mine=item.assignee_id == ctx.actor.staff_id,
        late_days=max(0, (ctx.today - item.due_on).days) if item.due_on else 0,
        due_kind=kind,
        is_put_off=item.follow_up_on is not None and item.follow_up_on > ctx.today and kind != "late",
        why_not=_why_not(item, ctx.actor),
    )


def _why_not(item: WorkItem, actor: Actor) -> str | None:
    if actor.names & set(item.excluded_staff):
        return "excluded"
    return None if item.role in actor.roles else "role"


def _choices(ctx: Context, condition: ColumnElement[bool]) -> dict[str, list[Choice]]:
    """What the filters of a box offer, each value with its count, in one statement."""
    staff = table("ab_user").c
    groups = (
        WorkItem.procedure,
        WorkItem.postal_code,
        WorkItem.element_id,
        WorkItem.role,
        WorkItem.assignee_id,
    )
    titles = func.max(WorkItem.title_ja).label("ja"), func.max(WorkItem.title_en).label("en")
    number = func.count().label("number")
    counted = select(*groups, *titles, number).where(condition).group_by(*groups).subquery()
    statement = select(counted, staff.last_name, staff.first_name).outerjoin(
        staff.id.table, staff.id == counted.c.assignee_id
    )
    found: dict[str, dict[str, Choice]] = {
        name: {} for name in ("procedure", "district", "element", "role", "assignee")
    }
    for row in ctx.session.execute(statement):
        procedure, postal_code, element, role, assignee, ja, en, number, last, first = row
        _add(found["procedure"], procedure, procedure, procedure, number)
        _add(found["district"], postal_code, postal_code, postal_code, number)
        _add(found["element"], element, ja, en, number)
        _add(found["role"], role, role, role, number)
        name = f"{last or ''} {first or ''}".strip()
        _add(found["assignee"], str(assignee) if assignee else "free", name, name, number)
    return {name: sorted(values.values(), key=lambda one: one.value) for name, values in found.items()}


def _add(found: dict[str, Choice], value: str, ja: str, en: str, number: int) -> None:
    before = found[value].count if value in found else 0
    found[value] = Choice(value, ja, en, before + number)
