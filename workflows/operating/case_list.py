"""Running and ended cases as an operator lists them: by procedure, version, state, step and age; no names.

Reads `workflow_case`, `work_item` and `incident` only, never a blob; pages by key.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, select

from models.case import Case, Definition, WorkItem, own_number
from models.incident import Incident
from models.masters import Office
from models.notification import Notification
from models.waiting import Timer, Waiting
from services.context import Context
from services.narrowing import Narrowing
from workflows.engine import definitions
from workflows.operating.reach import UNFINISHED, within

PAGE = 50
STATES = {
    "open": ("進行中", "Running", "waiting"),
    "incident": ("障害", "Incident", "overdue"),
    "suspended": ("一時停止", "Suspended", "back"),
    "done": ("完了", "Completed", "done"),
    "ended": ("取下げ・打切り", "Ended", "stopped"),
}
AGES = {
    "7": ("7日以上", "7 days and more"),
    "30": ("30日以上", "30 days and more"),
    "90": ("90日以上", "90 days and more"),
    "365": ("1年以上", "A year and more"),
}


@dataclass(frozen=True)
class Filters(Narrowing):
    """What narrows the list; empty means all. `state` is a key of `STATES`, `age` one of `AGES`."""

    slug: str = ""
    version: str = ""
    state: str = ""
    element: str = ""
    age: str = ""


@dataclass(frozen=True)
class Place:
    """Where a case stands: the title of a step, and what it waits for (people, timer, event, incident)."""

    ja: str
    en: str
    kind: str


@dataclass(frozen=True)
class Listed:
    """A row: no name, no address; who may open cases finds them there."""

    id: int
    number: str
    slug: str
    version: int
    hash: str
    state: str
    office: str
    started_at: datetime
    ended_at: datetime | None
    days: int
    places: Sequence[Place]


@dataclass(frozen=True)
class Page:
    """A page of the list and how many cases there are in all under the same filter."""

    rows: Sequence[Listed]
    total: int
    next_after: int | None


@dataclass(frozen=True)
class Group:
    """How many unfinished cases a version of a procedure has, by state."""

    slug: str
    version: int
    hash: str
    open: int
    incident: int
    suspended: int
    oldest_at: datetime | None

    @property
    def total(self) -> int:
        return self.open + self.incident + self.suspended


def read(ctx: Context, filters: Filters, after: int | None = None) -> Page:
    """A page of cases, the oldest first; without a state only those that have not ended."""
    wanted = _wanted(ctx, filters)
    statement = (
        select(
            Case.id,
            Case.slug,
            Case.state,
            Case.started_at,
            Case.ended_at,
            Definition.version,
            Definition.hash,
            Office.name.label("office"),
            Notification.number,
            _has_incident().label("stuck"),
        )
        .join(Definition, Definition.hash == Case.definition_hash)
        .join(Office, Office.id == Case.office_id)
        .outerjoin(Notification, Notification.id == Case.notification_id)
        .where(*wanted)
    )
    if after is not None:
        statement = statement.where(Case.id > after)
    rows = ctx.session.execute(statement.order_by(Case.id).limit(PAGE + 1)).all()
    total = ctx.session.scalar(select(func.count()).select_from(Case).where(*wanted)) or 0
    shown = rows[:PAGE]
    places = _places(ctx, {row.id: row.hash for row in shown})
    return Page(
        rows=[_listed(ctx, row, places.get(row.id, ())) for row in shown],
        total=total,
        next_after=shown[-1].id if len(rows) > PAGE else None,
    )


def ids(ctx: Context, filters: Filters, limit: int) -> list[int]:
    """The cases of a filter, the oldest first."""
    return list(
        ctx.session.scalars(select(Case.id).where(*_wanted(ctx, filters)).order_by(Case.id).limit(limit))
    )


def groups(ctx: Context) -> list[Group]:
    """Unfinished cases by procedure and version, in one statement."""
    stuck = _has_incident()
    statement = (
        select(
            Case.slug,
            Definition.version,
            Definition.hash,
            func.count().filter(and_(Case.state == "open", ~stuck)).label("open"),
            func.count().filter(and_(Case.state == "open", stuck)).label("incident"),
            func.count().filter(Case.state == "suspended").label("suspended"),
            func.min(Case.started_at).label("oldest_at"),
        )
        .join(Definition, Definition.hash == Case.definition_hash)
        .where(Case.state.in_(UNFINISHED), *within(ctx, Case.office_id))
        .group_by(Case.slug, Definition.version, Definition.hash)
        .order_by(Case.slug, Definition.version.desc())
    )
    return [Group(**row._mapping) for row in ctx.session.execute(statement)]  # noqa: SLF001 - SQLAlchemy's name


def steps(ctx: Context, slug: str) -> list[tuple[str, str, str, int]]:
    """The steps at which unfinished cases of a procedure wait for people: id, titles, how many."""
    statement = (
        select(WorkItem.element_id, func.max(WorkItem.title_ja), func.max(WorkItem.title_en), func.count())
        .join(Case, Case.id == WorkItem.case_id)
        .where(WorkItem.state == "open", Case.state.in_(UNFINISHED), *within(ctx, Case.office_id))
        .group_by(WorkItem.element_id)
        .order_by(WorkItem.element_id)
    )
    if slug:
        statement = statement.where(Case.slug == slug)
    return [(row[0], row[1], row[2], row[3]) for row in ctx.session.execute(statement)]


def _wanted(ctx: Context, filters: Filters) -> list[ColumnElement[bool]]:
    found = within(ctx, Case.office_id)
    stuck = _has_incident()
    states: dict[str, list[ColumnElement[bool]]] = {
        "": [Case.state.in_(UNFINISHED)],
        "open": [Case.state == "open", ~stuck],
        "incident": [Case.state == "open", stuck],
    }
    found += states.get(filters.state, [Case.state == filters.state])
    if filters.slug:
        found.append(Case.slug == filters.slug)
    if filters.version:
        found.append(Case.definition_hash == filters.version)
    if filters.age in AGES:
        found.append(Case.started_at <= ctx.at - timedelta(days=int(filters.age)))
    if filters.element:
        here = exists().where(
            WorkItem.case_id == Case.id, WorkItem.state == "open", WorkItem.element_id == filters.element
        )
        found.append(here)
    return found


def _has_incident() -> ColumnElement[bool]:
    return exists().where(Incident.case_id == Case.id, Incident.state == "open")


def _places(ctx: Context, hashes: Mapping[int, str]) -> Mapping[int, Sequence[Place]]:
    """Where cases (with the hash of their definition) stand, in one statement for each kind of waiting.

    Timers beside a task are left out: the case stands at the task.
    """
    found: dict[int, list[Place]] = {}
    for kind, table, conditions in (
        ("incident", Incident, [Incident.state == "open"]),
        ("people", WorkItem, [WorkItem.state == "open"]),
        ("event", Waiting, []),
        ("timer", Timer, []),
    ):
        columns = [Timer.element_id] if table is Timer else [table.title_ja, table.title_en]
        statement = select(table.case_id, *columns).where(table.case_id.in_(hashes), *conditions)
        for case_id, *words in ctx.session.execute(statement.order_by(table.id)):
            title = _title_of_timer(ctx, hashes[case_id], *words) if table is Timer else (words[0], words[1])
            here = found.setdefault(case_id, [])
            if title is not None and all(one.ja != title[0] for one in here):  # a failed service waits, too
                here.append(Place(title[0], title[1], kind))
    return found


def _title_of_timer(ctx: Context, content_hash: str, element_id: str) -> tuple[str, str] | None:
    specification = definitions.by_hash(ctx.session, content_hash)
    if element_id in specification.beside:
        return None
    ja, en = specification.title_of(element_id)
    return ja or element_id, en or element_id


def _listed(ctx: Context, row: Any, places: Sequence[Place]) -> Listed:
    return Listed(
        id=row.id,
        number=row.number or own_number(row.id),
        slug=row.slug,
        version=row.version,
        hash=row.hash,
        state="incident" if row.state == "open" and row.stuck else row.state,
        office=row.office,
        started_at=row.started_at,
        ended_at=row.ended_at,
        days=max(0, ((row.ended_at or ctx.at) - row.started_at).days),
        places=places,
    )
