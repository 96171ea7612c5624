"""All numbers of an inbox's page from one going through the open tasks: boxes, filters, offered values (N2).

The tasks are grouped by what the filters offer, and every number is counted for each group; the numbers of
the page are sums over the few groups. A statement without anything typed is built once and kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    CompoundSelect,
    Integer,
    String,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    select,
    union_all,
)

from models import direct
from models.bulk import table
from models.case import Definition, WorkItem
from services.context import Context
from services.inbox_filters import BOXES, in_box
from services.inbox_order import follows
from services.inbox_questions import ME, Question, seen_by

OFFERED = ("procedure", "district", "element", "role", "assignee")
NUMBERS = ("box_", "kept_", "page_")  # how the columns are called that are numbers of the page


@dataclass(frozen=True)
class Choice:
    """A value of a filter that occurs in the box, with how many there are."""

    value: str
    ja: str
    en: str
    count: int


@dataclass(frozen=True)
class Overview:
    """`counts` are those of the sidebar, `kept` of other boxes as they are narrowed.

    `total` is how many the box holds as it is narrowed, `rest` how many from the asked page on.
    """

    counts: Mapping[str, int]
    kept: Sequence[int]
    total: int
    rest: int
    choices: Mapping[str, Sequence[Choice]]


def read(ctx: Context, question: Question, values: Mapping[str, Any]) -> Overview:
    """The numbers of a box's page for the actor, and of the kept filters, in one statement."""
    rows = direct.look(ctx.session.connection(), _asked(question), values)
    return _told(rows, len(question.kept))


def sidebar(rows: Sequence[tuple[str, Sequence[int]]]) -> dict[str, int]:
    """The counts of the sidebar from those of each role, in the order of `BOXES`.

    A task of one's own is not the group's as well; what is put off counts in its own box alone.
    """
    told = {f"inbox.{box}": sum(numbers[place] for _, numbers in rows) for place, box in enumerate(BOXES)}
    told["inbox"] = told["inbox.mine"] + told["inbox.group"]
    by_role = {f"inbox.role.{role}": numbers[BOXES.index("group")] for role, numbers in rows}
    return told | (by_role if len(by_role) > 1 else {})


def box_counts(today: date) -> list[ColumnElement[Any]]:
    """How many of some tasks stand in each box of `:me`."""
    return [_number(in_box(box, ME, today)).label(f"box_{box}") for box in BOXES]


def _number(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(case((condition, 1)))


@lru_cache(maxsize=512)
def _asked(question: Question) -> CompoundSelect[Any]:
    """Rows of (filter, value, how many in the box, words or numbers); those of roles tell all numbers."""
    groups = _groups(question)
    numbers = [column for column in groups.c if column.name.startswith(NUMBERS)]
    return union_all(
        _values(groups, "role", groups.c.role, _as_text([func.sum(one) for one in numbers])),
        _procedures(groups),
        _values(groups, "district", groups.c.postal_code, groups.c.postal_code),
        _elements(groups),
        _assignees(groups),
    )


def _groups(question: Question) -> CTE:
    """The tasks that the actor sees, by what the filters offer, each with all numbers; `here` is the box."""
    held = question.holds()
    rest = and_(held, follows(bindparam("after"))) if question.is_further else held
    kept = [question.holds(place) for place in range(len(question.kept))]
    by = (
        WorkItem.procedure,
        WorkItem.postal_code,
        WorkItem.element_id,
        WorkItem.role,
        WorkItem.assignee_id,
    )
    return (
        select(
            *by,
            func.min(WorkItem.id).label("one"),
            _number(question.stands()).label("here"),
            *box_counts(question.today),
            *(_number(one).label(f"kept_{place}") for place, one in enumerate(kept)),
            _number(held).label("page_total"),
            _number(rest).label("page_rest"),
        )
        .where(*seen_by(question.roles))
        .group_by(*by)
        .cte("groups")
    )


def _values(groups: CTE, name: str, value: ColumnElement[str], words: ColumnElement[str]) -> Any:
    here = cast(func.sum(groups.c.here), Integer)
    return select(_text(name), value, here, words, _text("")).group_by(value)


def _procedures(groups: CTE) -> Any:
    """The procedures, called as their newest version in force is."""
    slug = groups.c.procedure
    ja, en = (
        select(title)
        .where(Definition.slug == slug, Definition.state == literal_column("'published'", String))
        .order_by(Definition.version.desc())
        .limit(1)
        .scalar_subquery()
        for title in (Definition.title_ja, Definition.title_en)
    )
    columns = _text("procedure"), slug, cast(func.sum(groups.c.here), Integer)
    return select(*columns, func.coalesce(ja, ""), func.coalesce(en, "")).group_by(slug)


def _elements(groups: CTE) -> Any:
    """The steps, called as one of their tasks is."""
    found = (
        select(
            groups.c.element_id,
            func.sum(groups.c.here).label("here"),
            func.min(groups.c.one).label("one"),
        )
        .group_by(groups.c.element_id)
        .subquery()
    )
    here = cast(found.c.here, Integer)
    columns = _text("element"), found.c.element_id, here, WorkItem.title_ja, WorkItem.title_en
    return select(*columns).join(WorkItem, WorkItem.id == found.c.one)


def _assignees(groups: CTE) -> Any:
    staff = table("ab_user").c
    found = (
        select(groups.c.assignee_id, func.sum(groups.c.here).label("here"))
        .group_by(groups.c.assignee_id)
        .subquery()
    )
    value = func.coalesce(cast(found.c.assignee_id, String), "free")
    name = func.coalesce(staff.last_name, ""), func.coalesce(staff.first_name, "")
    return select(_text("assignee"), value, cast(found.c.here, Integer), *name).outerjoin_from(
        found, staff.id.table, staff.id == found.c.assignee_id
    )


def _text(words: str) -> ColumnElement[str]:
    return literal_column(f"'{words}'", String)


def _as_text(numbers: Sequence[ColumnElement[Any]]) -> ColumnElement[str]:
    """Numbers in one column, with commas between."""
    told: ColumnElement[str] = cast(numbers[0], String)
    for one in numbers[1:]:
        told = told + _text(",") + cast(one, String)
    return told


def _told(rows: Sequence[tuple[str, str, int, str, str]], kept: int) -> Overview:
    numbers = [(row[1], [int(one) for one in row[3].split(",")]) for row in rows if row[0] == "role"]
    sums = [sum(column) for column in zip(*(one for _, one in numbers), strict=True)]
    sums = sums or [0] * (len(BOXES) + kept + 2)
    choices: dict[str, list[Choice]] = {name: [] for name in OFFERED}
    for name, value, here, ja, en in rows:
        if here:
            choices[name].append(_choice(name, value, here, ja, en))
    return Overview(
        counts=sidebar(numbers),
        kept=sums[len(BOXES) : len(BOXES) + kept],
        total=sums[-2],
        rest=sums[-1],
        choices={name: sorted(found, key=lambda one: one.value) for name, found in choices.items()},
    )


def _choice(name: str, value: str, here: int, ja: str, en: str) -> Choice:
    if name in {"element", "procedure"}:
        return Choice(value, ja, en, here)
    words = f"{ja} {en}".strip() if name == "assignee" else value
    return Choice(value, words, words, here)
