"""What a box of the inbox holds, and what narrows it: conditions on `work_item` alone (N2, Ruling 3)."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, and_, false, or_

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
    conditions: list[ColumnElement[bool]] = []
    for column, value in (
        (WorkItem.procedure, filters.procedure),
        (WorkItem.postal_code, filters.district),
        (WorkItem.element_id, filters.element),
        (WorkItem.role, filters.role),
        (WorkItem.household_number, _household(filters.household)),
    ):
        if value:
            conditions.append(column == value)
    if filters.assignee:
        conditions.append(_taken_by(filters.assignee))
    if filters.due:
        conditions.append(_due(filters.due, today))
    if filters.age:
        conditions.append(_waits_since(filters.age, today))
    if filters.text:
        conditions.append(_holds(filters.text))
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


def _holds(text: str) -> ColumnElement[bool]:
    """That name or kana hold the text, a number begins so, or the step or state is called so.

    Only what text like this can be is asked of each task: numbers are not looked for in names.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    number = name_search_key(text).upper()
    conditions: list[ColumnElement[bool]] = []
    if number.isascii():
        conditions.append(WorkItem.notification_number.startswith(number, autoescape=True))
    if number.isascii() and number.isdecimal():
        conditions.append(WorkItem.household_number == number.zfill(HOUSEHOLD_DIGITS))
        return or_(*conditions)
    keys = {key for key in (kana_search_key(text), name_search_key(text)) if key}
    conditions += [WorkItem.subject_key.contains(key, autoescape=True) for key in sorted(keys)]
    if plain.isascii():
        conditions.append(WorkItem.title_en.startswith(plain.capitalize(), autoescape=True))
    else:
        conditions.append(WorkItem.title_ja.contains(plain.removesuffix(WAITING) or plain, autoescape=True))
    return or_(*conditions)
