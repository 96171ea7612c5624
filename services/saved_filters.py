"""Filters of the inbox saved under a name, one's own or shared with a group of one's office (N2).

A group is a role. Who may see a shared one is asked anew at each look, so it follows who is in the group at
once. Each shows how many tasks of the looker it holds now.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, ColumnElement, Select, and_, bindparam, false, func, or_, select

from models import direct
from models.audit.tags import Tag
from models.saved_filter import SavedFilter
from models.staff import Role, User
from services import audit, inbox, inbox_questions
from services.context import Actor, Context
from services.errors import NotAllowed, NotFound, RuleBroken
from services.inbox_filters import BOXES, SUPERVISORS, Filters
from services.search_terms import holds_twelve_digits

LONGEST_NAME = 30
MOST = 20  # of one owner; each is counted whenever the inbox is opened
MOST_SHOWN = 40
NAMES = tuple(field.name for field in fields(Filters))


class FilterRefused(RuleBroken):
    """A filter cannot be saved so; the message says why."""

    code = "filter_refused"


@dataclass(frozen=True)
class Saved:
    """A saved filter as one person sees it. `group` is a role or empty; `count` is of his tasks."""

    id: int
    name: str
    box: str
    filters: Filters
    group: str
    may_remove: bool
    count: int

    @property
    def place(self) -> tuple[str, Filters]:
        """Where it leads."""
        return self.box, self.filters


def read(ctx: Context) -> list[Saved]:
    """The filters that the actor may use, his own first, each with its count: two statements at most."""
    rows = visible(ctx)
    return counted(ctx, rows, inbox.count_each(ctx, places(rows)))


class Row(NamedTuple):
    """A saved filter as it is read for the inbox, which asks for them on each of its pages."""

    id: int
    owner_id: int
    shared_with: str
    name: str
    box: str
    criteria: dict[str, str]


def visible(ctx: Context) -> Sequence[Row]:
    """The filters that the actor may use, his own first."""
    ctx.session.flush()
    values = {"me": ctx.actor.staff_id, "office": ctx.actor.office_id}
    rows = direct.look(ctx.session.connection(), _listing(inbox_questions.roles_of(ctx.actor)), values)
    return [Row(*row) for row in rows]


@lru_cache(maxsize=256)
def _listing(groups: tuple[str, ...] | None) -> Select[Any]:
    """The statement of `visible`, built once for each set of groups; None stands for all of the office."""
    me: BindParameter[int] = bindparam("me")
    shared = and_(SavedFilter.office_id == bindparam("office"), SavedFilter.shared_with != "")
    if groups is not None:
        told: list[BindParameter[str]] = [bindparam(f"group_{at}", one) for at, one in enumerate(groups)]
        shared = and_(shared, SavedFilter.shared_with.in_(told) if told else false())
    columns = [getattr(SavedFilter, name) for name in Row._fields]
    statement: Select[Any] = select(*columns).where(or_(SavedFilter.owner_id == me, shared))
    return statement.order_by(SavedFilter.owner_id != me, SavedFilter.name).limit(MOST_SHOWN)


def places(rows: Sequence[Row]) -> list[tuple[str, Filters]]:
    """Where they lead."""
    return [(row.box, _filters(row)) for row in rows]


def counted(ctx: Context, rows: Sequence[Row], counts: Sequence[int]) -> list[Saved]:
    """The filters as the actor sees them, each with its count."""
    return [
        Saved(row.id, row.name, box, filters, row.shared_with, _may_remove(row, ctx.actor), count)
        for row, (box, filters), count in zip(rows, places(rows), counts, strict=True)
    ]


def get(ctx: Context, filter_id: int) -> tuple[str, Filters]:
    """The box and what narrows it.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    row = _get(ctx, filter_id)
    return row.box, _filters(row)


def save(ctx: Context, name: str, group: str, box: str, filters: Filters) -> bool:
    """Keep a filter; one of the actor's with this name is replaced. Whether it was.

    Raises:
        FilterRefused: no name, one too long, no filter, too many, or twelve digits that may be a number.
        NotAllowed: the actor is not in the group.
    """
    told = name.strip()
    _refuse(told, box, filters)
    _refuse_group(ctx, group)
    own = select(User.id).where(User.id == ctx.actor.staff_id)
    ctx.session.execute(own.with_for_update(key_share=True))  # two savings at once come one after the other
    mine = select(SavedFilter).where(SavedFilter.owner_id == ctx.actor.staff_id)
    rows = {row.name: row for row in ctx.session.scalars(mine)}
    row = rows.get(told)
    if row is None and len(rows) >= MOST:
        raise FilterRefused(
            f"保存できる絞り込みは{MOST}個までです。使わないものを削除してから、もう一度保存してください。",
            f"At most {MOST} filters can be saved. Remove one that you do not use and save again.",
        )
    replaced = row is not None
    row = row or SavedFilter(owner_id=ctx.actor.staff_id, name=told)
    row.office_id, row.shared_with, row.box = _office(ctx.actor), group, box
    row.criteria = {key: value for key, value in asdict(filters).items() if value}
    row.saved_at = ctx.at
    ctx.session.add(row)
    ctx.session.flush()
    audit.record(
        ctx, Tag.FILTER_SAVED, f"filter:{row.id}", detail={"shared": bool(group), "words": bool(filters.text)}
    )
    return replaced


def remove(ctx: Context, filter_id: int) -> None:
    """Take a filter away: one's own, or as a supervisor a shared one of one's office.

    Raises:
        NotFound: there is none, or it is somebody else's.
        NotAllowed: it is shared with the actor's group, and another one has saved it.
    """
    row = _get(ctx, filter_id)
    if not _may_remove(row, ctx.actor):
        raise NotAllowed(
            "この絞り込みは、ほかの人が保存して共有しているものです。削除は、保存した人か所属長に頼んでください。",
            "Somebody else shares this filter. Ask that person or the section chief to remove it.",
        )
    audit.record(ctx, Tag.FILTER_REMOVED, f"filter:{row.id}")
    ctx.session.delete(row)


def goes_with(user_id: ColumnElement[int] | int) -> ColumnElement[bool]:
    """The filters of an account that go when it leaves: its own ones, and shared ones that hold words.

    Words are names of citizens. What is shared without any stays with the group.
    """
    words = SavedFilter.criteria["text"].as_string()
    mine = or_(SavedFilter.shared_with == "", func.coalesce(words, "") != "")
    return and_(SavedFilter.owner_id == user_id, mine)


def erase(ctx: Context, user_id: int) -> None:
    """Erase what goes with an account that leaves."""
    for row in ctx.session.scalars(select(SavedFilter).where(goes_with(user_id)).order_by(SavedFilter.id)):
        audit.record(ctx, Tag.FILTER_REMOVED, f"filter:{row.id}", detail={"because": "posting_ended"})
        ctx.session.delete(row)


def _visible(actor: Actor) -> ColumnElement[bool]:
    shared = and_(SavedFilter.office_id == actor.office_id, SavedFilter.shared_with != "")
    if not actor.roles & SUPERVISORS:
        shared = and_(shared, SavedFilter.shared_with.in_(sorted(actor.roles)))
    return or_(SavedFilter.owner_id == actor.staff_id, shared)


def _get(ctx: Context, filter_id: int) -> SavedFilter:
    found = select(SavedFilter).where(SavedFilter.id == filter_id, _visible(ctx.actor))
    row = ctx.session.scalars(found).one_or_none()
    if row is None:
        raise NotFound(
            "この絞り込みはありません。削除されたか、共有しているグループから外れています。受信箱を開き直してください。",
            "There is no such filter: it was removed, or you left its group. Open the inbox again.",
        )
    return row


def _filters(row: Row | SavedFilter) -> Filters:
    return Filters(**{name: row.criteria.get(name, "") for name in NAMES})


def _may_remove(row: Row | SavedFilter, actor: Actor) -> bool:
    return row.owner_id == actor.staff_id or bool(actor.own_roles & SUPERVISORS)


def _refuse(name: str, box: str, filters: Filters) -> None:
    if not name or len(name) > LONGEST_NAME:
        raise FilterRefused(
            f"絞り込みの名前を{LONGEST_NAME}文字以内で入力してください(例:期限の近い転入)。",
            f"Give the filter a name of at most {LONGEST_NAME} characters.",
        )
    if box not in BOXES or not filters.any:
        raise FilterRefused(
            "絞り込みの条件がありません。種別や期限などを選んでから保存してください。",
            "Nothing narrows the list. Choose a kind, a due date or the like, then save.",
        )
    if any(holds_twelve_digits(one) for one in (name, filters.text, filters.household)):
        raise FilterRefused(
            "12桁の番号は絞り込みに保存できません(番号法)。氏名・カナ・受付番号にしてください。入力は記録していません。",
            "Twelve digits cannot be saved: they may be an Individual Number. What you typed was not kept.",
        )


def _refuse_group(ctx: Context, group: str) -> None:
    if not group:
        return
    may = group in ctx.actor.roles or bool(ctx.actor.own_roles & SUPERVISORS)
    known = select(func.count(Role.id)).where(Role.name == group)
    if not may or not ctx.session.scalar(known):
        raise NotAllowed(
            "自分の入っていないグループとは共有できません。共有先を選び直してください。",
            "You are not in this group, so you cannot share with it. Choose another one.",
        )


def _office(actor: Actor) -> int:
    if actor.office_id is None:
        raise NotAllowed(
            "所属のない人は絞り込みを保存できません。", "Without an office nobody saves a filter."
        )
    return actor.office_id


def groups(actor: Actor, known: Sequence[str]) -> list[str]:
    """Those of the `known` roles with which the actor may share."""
    return [slug for slug in known if slug in actor.roles or actor.own_roles & SUPERVISORS]
