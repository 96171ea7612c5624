"""At every moment each open task has somebody here who can do it, or the chief knows that it has not (N2).

What people choose to do (being away, a deputy) is refused where it would leave a task with nobody. What
happens to the office (a posting ends, an account is switched off, roles change, a day passes, a case opens
a task) is not refused: tasks go back to the queue from whoever cannot do them any more, and the chief is told
of those that nobody here can do. What cases open the worker looks at, so that no deed waits for it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Text, cast, func, or_, select
from sqlalchemy.orm import Session

from models.audit.tags import Tag
from models.case import WorkItem
from models.masters import Posting
from models.staff import Role, User
from services import audit, notices, staffing
from services.context import Context
from services.notices import About
from services.staffing import Colleague

ADMINISTRATOR = "administrator"


@dataclass(frozen=True)
class Need:
    """What open tasks of one kind need: a role, and somebody who is none of these; how many there are."""

    role: str
    excluded_staff: tuple[str, ...]
    number: int


@dataclass(frozen=True)
class Opened:
    """An open task, as far as it says who could do it."""

    id: int
    office_id: int
    role: str
    excluded_staff: tuple[str, ...]


def needs_of(ctx: Context, office_id: int | None) -> list[Need]:
    """What the open tasks of an office need, tasks alike counted together: one statement."""
    excluded = cast(WorkItem.excluded_staff, Text)
    statement = (
        select(WorkItem.role, excluded, func.count())
        .where(WorkItem.state == "open", WorkItem.office_id == office_id)
        .group_by(WorkItem.role, excluded)
    )
    return [
        Need(role, tuple(json.loads(names)), number) for role, names, number in ctx.session.execute(statement)
    ]


def nobody_for(needs: Iterable[Need], colleagues: Sequence[Colleague]) -> list[Need]:
    """The needs that nobody who is here can meet."""
    return [need for need in needs if not staffing.could_do(need, colleagues)]


def settle(ctx: Context, office_id: int) -> int:
    """Take tasks back from whoever cannot do them, and tell the chief of those that nobody can do.

    Answers how many went back.
    """
    colleagues = staffing.of_office(ctx.session, office_id, ctx.today)
    returned = _return(ctx, office_id, colleagues)
    missing = sum(need.number for need in nobody_for(needs_of(ctx, office_id), colleagues))
    if missing:
        key = f"nobody:{office_id}:{ctx.today}"
        notices.tell(ctx, _who_must_know(ctx, colleagues), About(notices.NOBODY, key, number=missing))
    return returned


def settle_person(ctx: Context, user_id: int) -> None:
    """The same for every office in which somebody holds a task or works: his rights or his place changed."""
    ctx.session.flush()
    held = select(WorkItem.office_id).where(WorkItem.assignee_id == user_id, WorkItem.state == "open")
    works = select(Posting.office_id).where(Posting.user_id == user_id)
    for office_id in sorted(set(ctx.session.scalars(held.union(works)))):
        settle(ctx, office_id)


def settle_all(ctx: Context) -> int:
    """The same for every office with an open task; answers how many tasks went back."""
    offices = select(WorkItem.office_id).where(WorkItem.state == "open").distinct().order_by("office_id")
    return sum(settle(ctx, office_id) for office_id in ctx.session.scalars(offices).all())


def opened_after(session: Session, item_id: int) -> list[Opened]:
    """The open tasks with a higher number, the oldest first: one statement on the key."""
    columns = (WorkItem.id, WorkItem.office_id, WorkItem.role, WorkItem.excluded_staff)
    statement = select(*columns).where(WorkItem.id > item_id, WorkItem.state == "open").order_by(WorkItem.id)
    return [Opened(*row[:3], tuple(row.excluded_staff)) for row in session.execute(statement)]


def newest(session: Session) -> int:
    """The highest number of a task so far; 0 where there is none."""
    return session.scalar(select(func.max(WorkItem.id))) or 0


def settle_opened(ctx: Context, opened: Iterable[Opened]) -> None:
    """Tell the chief where nobody here can do a task that was just opened; three statements an office."""
    by_office: dict[int, list[Opened]] = {}
    for item in opened:
        by_office.setdefault(item.office_id, []).append(item)
    for office_id, items in sorted(by_office.items()):
        colleagues = staffing.of_office(ctx.session, office_id, ctx.today)
        if not all(staffing.could_do(item, colleagues) for item in items):
            settle(ctx, office_id)


def _return(ctx: Context, office_id: int, colleagues: Sequence[Colleague]) -> int:
    taken = select(WorkItem).where(
        WorkItem.state == "open", WorkItem.office_id == office_id, WorkItem.assignee_id.is_not(None)
    )
    rows = ctx.session.scalars(taken.order_by(WorkItem.id).with_for_update())
    back = [item for item in rows if not _is_in_hand(item, colleagues)]
    for item in back:
        holder = item.assignee_id
        item.assignee_id, item.taken_at = None, None
        detail = {"because": "cannot_do", "account": holder}
        audit.record(ctx, Tag.TASK_GIVEN_BACK, f"task:{item.id}", item.case_id, detail)
    ctx.session.flush()
    return len(back)


def _is_in_hand(item: WorkItem, colleagues: Sequence[Colleague]) -> bool:
    """Whether who has taken a task can do it now, himself or by whoever stands in for him."""
    return any(
        item.assignee_id == one.user_id or item.assignee_id in one.principals
        for one in staffing.could_do(item, colleagues)
    )


def _who_must_know(ctx: Context, colleagues: Sequence[Colleague]) -> set[int]:
    """The chiefs; where none is here, the administrators as well, who give roles and postings."""
    chiefs = staffing.chiefs(colleagues)
    found = {one.user_id for one in chiefs}
    if any(one.is_here for one in chiefs):
        return found
    posted = select(Posting.user_id).where(
        Posting.from_on <= ctx.today, or_(Posting.until_on.is_(None), Posting.until_on >= ctx.today)
    )
    active = select(User.id).join(User.roles).where(Role.name == ADMINISTRATOR, User.active.is_(True))
    return found.union(ctx.session.scalars(active.where(User.id.in_(posted))))
