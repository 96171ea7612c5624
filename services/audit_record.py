"""Reading the audit record: newest first, page by page, narrowed by what an auditor asks (M15)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import Select, select

from models.audit import pseudonym
from models.audit.event import AuditEvent
from models.audit.pseudonym import pseudonym_of
from models.audit.tags import Tag
from models.masters import Office
from models.person import find_by_addressee_number
from models.staff import names_of
from services import audit
from services.context import JST, Context
from services.errors import NotFound, PersonUnknown

PAGE = 50
PERSONAL = tuple(f"{kind}:" for kind in pseudonym.PERSONAL)
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Asked:
    """What narrows the record; empty means all. Days are days in Japan, both included."""

    tag: str = ""
    staff_number: str = ""
    subject: str = ""  # `kind:id`, or a pseudonym as the record shows it
    addressee_number: str = ""  # of a person
    result: str = ""
    terminal: str = ""
    office_id: int | None = None
    first_id: int | None = None
    last_id: int | None = None
    from_on: date | None = None
    until_on: date | None = None

    @property
    def any(self) -> bool:
        return any(vars(self).values())


@dataclass(frozen=True)
class Page:
    """A page of events; `next_before` leads to the next one, None on the last."""

    events: Sequence[AuditEvent]
    names: dict[int, str]
    next_before: int | None


def read(ctx: Context, asked: Asked, before: int | None = None) -> Page:
    """A page of the record, in two statements however far back it lies; looking is recorded.

    Asking for a person needs one more, and the record says by pseudonym whom it was asked for.

    Raises:
        PersonUnknown: nobody has the addressee number asked for.
    """
    subject = _subject(ctx, asked)
    found = list(ctx.session.scalars(_statement(asked, subject, before).limit(PAGE + 1)))
    events = found[:PAGE]
    audit.record(
        ctx,
        Tag.AUDIT_READ,
        subject if subject.startswith(PERSONAL) else "",
        detail={"found": len(events), "narrowed": asked.any},
    )
    names = names_of(ctx.session, [one.actor_id for one in events])
    return Page(events, names, events[-1].id if len(found) > PAGE else None)


def one(ctx: Context, event_id: int) -> tuple[AuditEvent, str]:
    """One event with the name of who did it; looking is recorded.

    Raises:
        NotFound: there is no such event.
    """
    event = ctx.session.get(AuditEvent, event_id)
    if event is None:
        raise NotFound("この番号の記録はありません。一覧から開き直してください。", "There is no such event.")
    audit.record(ctx, Tag.AUDIT_READ, f"audit_event:{event_id}", detail={"found": 1})
    return event, names_of(ctx.session, [event.actor_id]).get(event.actor_id or 0, "")


def offices(ctx: Context) -> dict[int, str]:
    """The units by id, for the filter and beside each event."""
    return {row.id: row.name for row in ctx.session.scalars(select(Office).order_by(Office.code))}


def _subject(ctx: Context, asked: Asked) -> str:
    """What is looked for, as the record keeps it."""
    if not asked.addressee_number:
        return pseudonym_of(asked.subject)
    person_id = find_by_addressee_number(ctx.session, asked.addressee_number)
    if person_id is None:
        raise PersonUnknown(
            "この宛名番号の方は登録されていません。番号を確かめてください。",
            "Nobody is on record with this addressee number. Check the number.",
        )
    return pseudonym_of(f"person:{person_id}")


def _statement(asked: Asked, subject: str, before: int | None) -> Select[AuditEvent]:
    statement = select(AuditEvent).order_by(AuditEvent.id.desc())
    if before is not None:
        statement = statement.where(AuditEvent.id < before)
    if asked.tag:
        statement = statement.where(AuditEvent.tag == asked.tag)
    if asked.staff_number:
        statement = statement.where(AuditEvent.staff_number == asked.staff_number)
    if asked.result:
        statement = statement.where(AuditEvent.result == asked.result)
    if asked.terminal:
        statement = statement.where(AuditEvent.terminal == asked.terminal)
    if asked.office_id is not None:
        statement = statement.where(AuditEvent.office_id == asked.office_id)
    if asked.first_id is not None:
        statement = statement.where(AuditEvent.id >= asked.first_id)
    if asked.last_id is not None:
        statement = statement.where(AuditEvent.id <= asked.last_id)
    if subject:
        statement = statement.where(AuditEvent.subject == subject)
    if asked.from_on is not None:
        statement = statement.where(AuditEvent.at >= _midnight(asked.from_on))
    if asked.until_on is not None:
        statement = statement.where(AuditEvent.at < _midnight(asked.until_on + ONE_DAY))
    return statement


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), JST)
