"""The boxes of waiting tasks: one's own, one's groups', unassigned, overdue, put off (N2).

Lists read `work_item` only, never a blob (Ruling 3). Everybody sees the tasks of his office and roles; the
section chief, who gives back what somebody absent has taken, sees all tasks of his office.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Integer,
    Select,
    and_,
    bindparam,
    case,
    false,
    func,
    literal_column,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from models import direct
from models.bulk import table
from models.case import WorkItem
from models.list_layout import ListLayout
from models.masters import ReasonCode
from services import inbox_overview, inbox_questions, open_cases
from services.context import Actor, Context
from services.inbox_filters import Filters, due_kind, in_box, narrowed, open_to
from services.inbox_order import IN_ORDER, NO_DUE, follows
from services.inbox_overview import Choice
from services.inbox_questions import ME, Question, seen_by

PAGE = 50
VERIFIER = "verifier"
LIST_NAME = "inbox"
TRIED_FOR_NEXT = 20  # as many as may be kept from one person in a row


class Listed(NamedTuple):
    """What the inbox shows of a task."""

    id: int
    case_id: int
    element_id: str
    title_ja: str
    title_en: str
    role: str
    procedure: str
    notification_number: str
    reason: str
    subject_name: str
    household_number: str
    postal_code: str
    way: str
    received_on: date | None
    state: str
    assignee_id: int | None
    excluded_staff: list[str]
    created_at: datetime
    due_on: date | None
    follow_up_on: date | None


LISTED = len(Listed._fields)


@dataclass(frozen=True)
class Waiting:
    """A row of a box. `why_not` says why the actor must not do it: excluded or role; None where he may.

    `open_by` names one of the others who have its case open now.
    """

    item: Listed
    reason: str
    reason_en: str
    assignee: str
    is_mine: bool
    late_days: int
    due_kind: str
    is_put_off: bool
    why_not: str | None
    open_by: str = ""


@dataclass(frozen=True)
class Box:
    """A page of a box, the values that its filters offer, and the columns that the actor chose, if any."""

    rows: Sequence[Waiting]
    total: int
    first: int
    choices: Mapping[str, Sequence[Choice]]
    columns: Sequence[str] | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    kept: Sequence[int] = ()

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1

    @property
    def next_after(self) -> int | None:
        """The task after which the next page begins; None on the last page."""
        return self.rows[-1].item.id if self.rows and self.last < self.total else None


def count(session: Session, actor: Actor, today: date) -> dict[str, int]:
    """How many tasks wait in each box, and for each role where there is more than one, in one statement."""
    session.flush()
    values = {"me": actor.staff_id, "office": actor.office_id}
    rows = direct.look(session.connection(), _counting(inbox_questions.roles_of(actor), today), values)
    return inbox_overview.sidebar([(role, numbers) for role, *numbers in rows])


@lru_cache(maxsize=64)
def _counting(roles: tuple[str, ...] | None, today: date) -> Select[Any]:
    """The statement of `count`, which every page asks: built once a day."""
    counted: Select[Any] = select(WorkItem.role, *inbox_overview.box_counts(today))
    return counted.where(*seen_by(roles)).group_by(WorkItem.role)


def count_each(ctx: Context, wanted: Sequence[tuple[str, Filters]]) -> list[int]:
    """How many tasks each box holds as it is narrowed, all in one statement; none where none is asked."""
    if not wanted:
        return []
    columns = [func.count(case((_holding(ctx, box, filters), WorkItem.id))) for box, filters in wanted]
    return list(ctx.session.execute(select(*columns).where(open_to(ctx.actor))).one())


def read(
    ctx: Context,
    box: str,
    filters: Filters,
    after: int | None = None,
    kept: Sequence[tuple[str, Filters]] = (),
) -> Box:
    """A page of a box by due date, the soonest first; tasks without one stand last. Two statements.

    With it come all numbers around it: of the sidebar, and of the filters that are `kept`.
    """
    question, values = inbox_questions.ask(ctx, box, filters, after, kept)
    ctx.session.flush()
    told = inbox_overview.read(ctx, question, values)
    rows = direct.look(ctx.session.connection(), _page(replace(question, kept=()), PAGE), values)
    return Box(
        rows=[_waiting(ctx, row) for row in rows],
        total=told.total,
        first=told.total - told.rest + 1 if rows else 0,
        choices=told.choices,
        columns=rows[0][-1] if rows else None,
        counts=told.counts,
        kept=told.kept,
    )


def find_next(ctx: Context, box: str, filters: Filters, after: int) -> Listed | None:
    """The task that follows another in a list, finished or not, and that the actor may do.

    After the last comes the first; None where nothing is left for him.
    """
    question, values = inbox_questions.ask(ctx, box, filters, after)
    question = replace(question, roles=tuple(sorted(ctx.actor.roles)))
    ctx.session.flush()
    rows = direct.look(ctx.session.connection(), _following(question), values)
    items = [Listed(*row[1:]) for row in sorted(rows, key=_place)]
    return next((item for item in items if _why_not(item, ctx.actor) is None), None)


def _place(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """Where a task stands that was found for what is next: its turn, its due date, its number."""
    item = Listed(*row[1:])
    return row[0], item.due_on or NO_DUE, item.id


@lru_cache(maxsize=512)
def _following(question: Question) -> CompoundSelect[Any]:
    """A few tasks that follow `:after`, and a few from the beginning of the list."""
    is_after = func.coalesce(follows(bindparam("after")), false())
    free = or_(WorkItem.assignee_id.is_(None), WorkItem.assignee_id == ME)
    doable = (*seen_by(question.roles), question.holds(), free, WorkItem.id != bindparam("after"))
    few = [
        select(WorkItem.id).where(*doable, place).order_by(*IN_ORDER).limit(TRIED_FOR_NEXT).subquery()
        for place in (is_after, ~is_after)
    ]
    columns = [getattr(WorkItem, name) for name in Listed._fields]
    told = [
        select(literal_column(str(turn), Integer), *columns).join(one, one.c.id == WorkItem.id)
        for turn, one in enumerate(few)
    ]
    return union_all(*told)


def _holding(ctx: Context, box: str, filters: Filters) -> ColumnElement[bool]:
    return and_(in_box(box, ctx.actor.staff_id, ctx.today), *narrowed(filters, ctx.today))


@lru_cache(maxsize=512)
def _page(question: Question, longest: int) -> Select[Any]:
    """The next tasks, each with reason and assignee; the actor's columns come with each row."""
    here = select(WorkItem.id).where(*seen_by(question.roles), question.holds())
    if question.is_further:
        here = here.where(follows(bindparam("after")))
    page = here.order_by(*IN_ORDER).limit(longest).subquery("page")
    staff = table("ab_user").c
    layout = select(ListLayout.columns).where(ListLayout.owner_id == ME, ListLayout.list_name == LIST_NAME)
    statement: Select[Any] = select(
        *(getattr(WorkItem, name) for name in Listed._fields),
        func.coalesce(ReasonCode.name, ""),
        func.coalesce(ReasonCode.name_en, ""),
        func.coalesce(staff.last_name, ""),
        func.coalesce(staff.first_name, ""),
        func.coalesce(open_cases.one_of_others(), ""),
        layout.scalar_subquery(),
    )
    return (
        statement.join(page, page.c.id == WorkItem.id)
        .outerjoin(
            ReasonCode, and_(ReasonCode.procedure == WorkItem.procedure, ReasonCode.code == WorkItem.reason)
        )
        .outerjoin(staff.id.table, staff.id == WorkItem.assignee_id)
        .order_by(*IN_ORDER)
    )


def _waiting(ctx: Context, row: tuple[Any, ...]) -> Waiting:
    item = Listed(*row[:LISTED])
    reason, reason_en, last_name, first_name, open_by = row[LISTED : LISTED + 5]
    blind = VERIFIER in ctx.actor.roles  # the reason is what he enters from the paper (B4)
    kind = due_kind(item.due_on, ctx.today)
    return Waiting(
        item=item,
        reason="" if blind else reason,
        reason_en="" if blind else reason_en,
        assignee=f"{last_name} {first_name}".strip(),
        is_mine=item.assignee_id == ctx.actor.staff_id,
        late_days=max(0, (ctx.today - item.due_on).days) if item.due_on else 0,
        due_kind=kind,
        is_put_off=item.follow_up_on is not None and item.follow_up_on > ctx.today and kind != "late",
        why_not=_why_not(item, ctx.actor),
        open_by=open_by,
    )


def _why_not(item: Listed | WorkItem, actor: Actor) -> str | None:
    if actor.names & set(item.excluded_staff):
        return "excluded"
    return None if item.role in actor.roles else "role"
