"""Telling somebody of the staff something: once, shown with a count until it is read (N2).

A notice names the case, the task and who caused it; what it says is put into words by the screen. Who may no
longer see the case finds the notice, and behind it that there is nothing for him.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select, update

from models.case import WorkItem
from models.notice import Notice
from models.staff import names_of
from services.context import Context
from services.errors import NotFound

PAGE = 100
DELEGATED, DEPUTY, DUE, OVERDUE = "delegated", "deputy", "due", "overdue"
ESCALATED, NOBODY, MENTIONED = "escalated", "nobody", "mentioned"
# About a medium, a contract, a data-use application or a person, whose id is their number.
MEDIUM, HAND_BACK, APPROVAL, ANSWER = "medium", "hand_back", "approval", "answer"
# About a draft of a procedure or of a letter's text that waits for a second person; its id is their number.
PUBLICATION, LETTER_DRAFT = "publication", "letter_draft"


@dataclass(frozen=True)
class About:
    """What a notice is about; `key` tells it from all others that somebody gets."""

    kind: str
    key: str
    case_id: int | None = None
    item_id: int | None = None
    number: int = 0


@dataclass(frozen=True)
class Line:
    """A notice as it is listed: with its task, where it has one, and who caused it."""

    notice: Notice
    item: WorkItem | None
    by: str


def tell(ctx: Context, user_ids: Iterable[int], about: About) -> None:
    """Tell people, each once; who caused it is not told. A number that grew is told anew."""
    wanted = {one for one in user_ids if one != ctx.actor.staff_id}
    if not wanted:
        return
    statement = select(Notice).where(Notice.user_id.in_(wanted), Notice.key == about.key)
    told = {row.user_id: row for row in ctx.session.scalars(statement)}
    for row in told.values():
        if about.number > row.number:
            row.read_at, row.at = None, ctx.at
        row.number = about.number
    ctx.session.add_all(_notice(ctx, user_id, about) for user_id in sorted(wanted - told.keys()))
    ctx.session.flush()


def read(ctx: Context) -> Sequence[Line]:
    """What the actor was told, unread first, then the newest."""
    statement = (
        select(Notice, WorkItem)
        .outerjoin(WorkItem, WorkItem.id == Notice.work_item_id)
        .where(Notice.user_id == ctx.actor.staff_id)
        .order_by(Notice.read_at.is_not(None), Notice.at.desc(), Notice.id.desc())
        .limit(PAGE)
    )
    rows = ctx.session.execute(statement).all()
    names: Mapping[int, str] = names_of(ctx.session, {notice.by_id for notice, _ in rows})
    return [
        Line(notice, _seen(ctx, item), names.get(notice.by_id, "") if notice.by_id else "")
        for notice, item in rows
    ]


def open_one(ctx: Context, notice_id: int) -> Notice:
    """Mark a notice as read.

    Raises:
        NotFound: there is none for the actor.
    """
    statement = select(Notice).where(Notice.id == notice_id, Notice.user_id == ctx.actor.staff_id)
    row = ctx.session.scalars(statement).one_or_none()
    if row is None:
        raise NotFound("この知らせは見つかりません。", "There is no such notice.")
    row.read_at = row.read_at or ctx.at
    return row


def read_all(ctx: Context) -> None:
    """Mark everything as read."""
    mine = update(Notice).where(Notice.user_id == ctx.actor.staff_id, Notice.read_at.is_(None))
    ctx.session.execute(mine.values(read_at=ctx.at))


def settle(ctx: Context, kind: str, number: int) -> None:
    """Mark as read, for everybody, what was told of a thing that waits for nobody any more."""
    unread = update(Notice).where(Notice.kind == kind, Notice.number == number, Notice.read_at.is_(None))
    ctx.session.execute(unread.values(read_at=ctx.at))


def _notice(ctx: Context, user_id: int, about: About) -> Notice:
    return Notice(
        user_id=user_id,
        kind=about.kind,
        key=about.key,
        case_id=about.case_id,
        work_item_id=about.item_id,
        by_id=ctx.actor.staff_id,
        number=about.number,
        at=ctx.at,
    )


def _seen(ctx: Context, item: WorkItem | None) -> WorkItem | None:
    """The task, where it still is one of the actor's office."""
    return item if item is not None and item.office_id == ctx.actor.office_id else None
