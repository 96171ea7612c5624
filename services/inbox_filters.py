"""What a box of the inbox holds, and what narrows it: conditions on `work_item` alone (N2, Ruling 3)."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import ColumnElement, String, and_, bindparam, false, or_

from models.case import WorkItem
from rules.kana import kana_search_key, name_search_key
from services.context import Actor
from services.narrowing import Narrowing

SOON_DAYS = 3
LONGEST_ID = 9  # digits
HOUSEHOLD_DIGITS = 10
BOXES = ("mine", "group", "free", "overdue", "later")
AGES = {"3": 3, "7": 7, "14": 14, "30": 30}  # days since the notification was received
SUPERVISORS = frozenset({"section_chief"})
ESCAPE = "/"
WAITING = "待ち"  # 照合待ち is the state of what stands at 照合


@dataclass(frozen=True)
class Filters(Narrowing):
    """What narrows a box; empty means all.

    `due` is one of `due_kind`, `assignee` an id or `free`, `age` the least days since reception, of `AGES`.
    `text` and `household` are words of persons: they stand in no address.
    """

    procedure: str = ""
    due: str = ""
    district: str = ""
    assignee: str = ""
    element: str = ""
    age: str = ""
    text: str = ""
    role: str = ""
    household: str = ""


def open_to(actor: Actor) -> ColumnElement[bool]:
    """Open tasks of the actor's office that his roles do; all of the office for who supervises it."""
    here = and_(WorkItem.state == "open", WorkItem.office_id == actor.office_id)
    if actor.roles & SUPERVISORS:
        return here
    return and_(here, WorkItem.role.in_(sorted(actor.roles)))


def is_put_off(today: ColumnElement[date] | date) -> ColumnElement[bool]:
    """Whether a task waits for a later day; what is overdue does not."""
    return and_(WorkItem.follow_up_on > today, or_(WorkItem.due_on.is_(None), WorkItem.due_on >= today))


def stands_now(today: ColumnElement[date] | date) -> ColumnElement[bool]:
    """The contrary of `is_put_off`, without NULL."""
    return or_(WorkItem.follow_up_on.is_(None), WorkItem.follow_up_on <= today, WorkItem.due_on < today)


def in_box(
    box: str, me: ColumnElement[int] | int | None, today: ColumnElement[date] | date
) -> ColumnElement[bool]:
    """Whether a task that is open to somebody stands in this box of his; an unknown box is empty."""
    nobody, mine = WorkItem.assignee_id.is_(None), WorkItem.assignee_id == me
    return {
        "mine": and_(mine, stands_now(today)),
        "group": and_(or_(nobody, ~mine), stands_now(today)),
        "free": and_(nobody, stands_now(today)),
        "overdue": WorkItem.due_on < today,
        "later": is_put_off(today),
    }.get(box, false())


def narrowed(filters: Filters, today: date) -> list[ColumnElement[bool]]:
    """The conditions of the filters."""
    conditions = _chosen(filters, today)
    if filters.household:
        conditions.append(WorkItem.household_number == _household(filters.household))
    if filters.text:
        conditions.append(or_(*(_looks(way, value) for way, value in sought(filters.text))))
    return conditions


def shape_of(filters: Filters, name: str) -> tuple[Filters, dict[str, str]]:
    """The filters without what was typed, and that apart, by names that begin with `name`.

    In the shape, `text` names the ways in which it is looked for. So a statement may be kept and asked for
    other words (`narrowed_as`), and no name of a person is kept with it.
    """
    found = sought(filters.text) if filters.text else []
    values = {f"{name}_{place}": value for place, (_, value) in enumerate(found)}
    if filters.household:
        values[f"{name}_household"] = _household(filters.household)
    return replace(
        filters, text=" ".join(way for way, _ in found), household="1" if filters.household else ""
    ), values


def narrowed_as(shape: Filters, name: str, today: date) -> list[ColumnElement[bool]]:
    """The conditions of filters by their shape; the words are told when the statement is asked."""
    conditions = _chosen(shape, today)
    if shape.household:
        conditions.append(WorkItem.household_number == bindparam(f"{name}_household", type_=String))
    if shape.text:
        ways = enumerate(shape.text.split())
        conditions.append(or_(*(_looks(way, bindparam(f"{name}_{at}", type_=String)) for at, way in ways)))
    return conditions


def _chosen(filters: Filters, today: date) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    for column, value in (
        (WorkItem.procedure, filters.procedure),
        (WorkItem.postal_code, filters.district),
        (WorkItem.element_id, filters.element),
        (WorkItem.role, filters.role),
    ):
        if value:
            conditions.append(column == value)
    if filters.assignee:
        conditions.append(_taken_by(filters.assignee))
    if filters.due:
        conditions.append(_due(filters.due, today))
    if filters.age:
        conditions.append(_waits_since(filters.age, today))
    return conditions


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


def _taken_by(assignee: str) -> ColumnElement[bool]:
    if assignee == "free":
        return WorkItem.assignee_id.is_(None)
    is_id = assignee.isascii() and assignee.isdigit() and len(assignee) <= LONGEST_ID
    return WorkItem.assignee_id == int(assignee) if is_id else false()


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


def _household(typed: str) -> str:
    plain = unicodedata.normalize("NFKC", typed).strip()
    return plain.zfill(HOUSEHOLD_DIGITS) if plain else ""


def sought(text: str) -> list[tuple[str, str]]:
    """Where a typed text is looked for: name or kana hold it, a number begins so, step or state is called so.

    Only what text like this can be is asked of each task: numbers are not looked for in names. Each way
    comes with its value: a pattern of LIKE, or the number of a household.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    number = name_search_key(text).upper()
    found: list[tuple[str, str]] = []
    if number.isascii():
        found.append(("number", f"{_escaped(number)}%"))
    if number.isascii() and number.isdecimal():
        return [*found, ("household", number.zfill(HOUSEHOLD_DIGITS))]
    keys = {key for key in (kana_search_key(text), name_search_key(text)) if key}
    found += [("key", f"%{_escaped(key)}%") for key in sorted(keys)]
    if plain.isascii():
        found.append(("english", f"{_escaped(plain.capitalize())}%"))
    else:
        found.append(("japanese", f"%{_escaped(plain.removesuffix(WAITING) or plain)}%"))
    return found


def _looks(way: str, value: ColumnElement[str] | str) -> ColumnElement[bool]:
    if way == "household":
        return WorkItem.household_number == value
    column = {
        "number": WorkItem.notification_number,
        "key": WorkItem.subject_key,
        "english": WorkItem.title_en,
        "japanese": WorkItem.title_ja,
    }[way]
    return column.like(value, escape=ESCAPE)


def _escaped(text: str) -> str:
    for mark in (ESCAPE, "%", "_"):
        text = text.replace(mark, f"{ESCAPE}{mark}")
    return text
