"""What a page of the inbox asks, apart from the words that were typed: its statements are built once (N2).

`:me`, `:office`, `:after` and the words are told when they are asked, so a kept statement names nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, String, and_, bindparam, false, literal_column

from models.case import WorkItem
from models.open_case import OPEN_FOR
from services.context import Actor, Context
from services.inbox_filters import SUPERVISORS, Filters, in_box, narrowed_as, shape_of

HERE = "here"
Narrowed = tuple[str, Filters]


@dataclass(frozen=True)
class Question:
    """A box as it is narrowed, and the `kept` boxes to count, all by shape; `is_further`: not the first page.

    `roles` are those whose tasks are seen, None for all of the office.
    """

    box: str
    filters: Filters
    kept: tuple[Narrowed, ...]
    roles: tuple[str, ...] | None
    today: date
    is_further: bool

    def stands(self) -> ColumnElement[bool]:
        """Whether a task stands in the box."""
        return in_box(self.box, ME, self.today)

    def holds(self, kept: int | None = None) -> ColumnElement[bool]:
        """Whether the box as it is narrowed holds a task, or one of the kept."""
        box, shape, name = (self.box, self.filters, HERE) if kept is None else (*self.kept[kept], _name(kept))
        return and_(in_box(box, ME, self.today), *narrowed_as(shape, name, self.today))


ME: BindParameter[int] = bindparam("me")


def ask(
    ctx: Context, box: str, filters: Filters, after: int | None, kept: Sequence[Narrowed] = ()
) -> tuple[Question, dict[str, Any]]:
    """The question of a page, and what is told with it."""
    shape, values = shape_of(filters, HERE)
    shapes = []
    for place, (other, narrowing) in enumerate(kept):
        one, words = shape_of(narrowing, _name(place))
        shapes.append((other, one))
        values |= words
    told = {
        "me": ctx.actor.staff_id,
        "office": ctx.actor.office_id,
        "after": after,
        "open_since": ctx.at - OPEN_FOR,
    }
    question = Question(box, shape, tuple(shapes), roles_of(ctx.actor), ctx.today, after is not None)
    return question, {**told, **values}


def roles_of(actor: Actor) -> tuple[str, ...] | None:
    """The roles whose tasks the actor sees; None for who sees all of his office."""
    return None if actor.roles & SUPERVISORS else tuple(sorted(actor.roles))


def seen_by(roles: tuple[str, ...] | None) -> list[ColumnElement[bool]]:
    """The open tasks of the office `:office` that these roles do; the index of open tasks holds them."""
    here: list[ColumnElement[bool]] = [
        WorkItem.state == literal_column("'open'", String),  # a value to be told would hide the index
        WorkItem.office_id == bindparam("office"),
    ]
    if roles is None:
        return here
    names = enumerate(roles)
    told: list[BindParameter[str]] = [bindparam(f"seen_role_{place}", role) for place, role in names]
    return [*here, WorkItem.role.in_(told) if told else false()]


def _name(kept: int) -> str:
    return f"kept_{kept}"
