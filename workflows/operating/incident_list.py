"""Open incidents with the cause in the row: by kind, procedure, version and code; no names (N2).

Reads `incident` and the case's number only; pages by key, the newest first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select

from models.case import Case, own_number
from models.incident import Incident
from models.notification import Notification
from services.context import Context
from services.narrowing import Narrowing
from workflows.operating.reach import within

PAGE = 50
KINDS = {
    "service": ("システムの処理", "Service"),
    "timer": ("タイマー", "Timer"),
    "message": ("電文", "Message"),
    "signal": ("合図", "Signal"),
    "deed": ("操作の後の処理", "What follows a deed"),
    "job": ("一括処理", "Job"),
}
STATES = {
    "open": ("未解決", "Open", "overdue"),
    "resolved": ("解決", "Resolved", "done"),
    "skipped": ("見送り", "Skipped", "stopped"),
}


@dataclass(frozen=True)
class Filters(Narrowing):
    """What narrows the list; empty means all. Without a state the open ones."""

    kind: str = ""
    slug: str = ""
    version: str = ""
    code: str = ""
    state: str = ""


@dataclass(frozen=True)
class Row:
    """An incident and the number of its case."""

    incident: Incident
    number: str


@dataclass(frozen=True)
class Page:
    """A page of the list; `causes` are the codes that occur, with how many incidents have each."""

    rows: Sequence[Row]
    total: int
    next_before: int | None
    causes: Sequence[tuple[str, int]]


def read(ctx: Context, filters: Filters, before: int | None = None) -> Page:
    """A page of incidents, the newest first."""
    wanted = _wanted(ctx, filters)
    statement = (
        select(Incident, Notification.number)
        .outerjoin(Case, Case.id == Incident.case_id)
        .outerjoin(Notification, Notification.id == Case.notification_id)
        .where(*wanted)
    )
    if before is not None:
        statement = statement.where(Incident.id < before)
    rows = ctx.session.execute(statement.order_by(Incident.id.desc()).limit(PAGE + 1)).all()
    counted = select(Incident.code, func.count()).where(*wanted).group_by(Incident.code)
    causes = list(ctx.session.execute(counted.order_by(func.count().desc(), Incident.code)))
    return Page(
        rows=[Row(incident, _number(incident, number)) for incident, number in rows[:PAGE]],
        total=sum(number for _, number in causes),
        next_before=rows[PAGE - 1][0].id if len(rows) > PAGE else None,
        causes=causes,
    )


def cases_of(ctx: Context, incident_ids: Sequence[int]) -> dict[int, int | None]:
    """The case of each incident within the actor's reach."""
    statement = select(Incident.id, Incident.case_id).where(
        Incident.id.in_(incident_ids), *within(ctx, Incident.office_id)
    )
    return dict(ctx.session.execute(statement.order_by(Incident.id)).all())


def ids(ctx: Context, filters: Filters, limit: int) -> list[int]:
    """The incidents of a filter, the oldest first."""
    statement = select(Incident.id).where(*_wanted(ctx, filters)).order_by(Incident.id).limit(limit)
    return list(ctx.session.scalars(statement))


def _wanted(ctx: Context, filters: Filters) -> list[ColumnElement[bool]]:
    found = [Incident.state == (filters.state or "open"), *within(ctx, Incident.office_id)]
    for column, value in (
        (Incident.kind, filters.kind),
        (Incident.slug, filters.slug),
        (Incident.code, filters.code),
        (Incident.definition_hash, filters.version),
    ):
        if value:
            found.append(column == value)
    return found


def _number(incident: Incident, number: str | None) -> str:
    if number:
        return number
    return own_number(incident.case_id) if incident.case_id else ""
