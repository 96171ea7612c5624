"""Overdue tasks are noted in the journal of their case once a day; missing papers are asked for once.

Called by the worker as often as it likes: what was done today is not done again (B1, N2).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select

from models.audit.tags import Tag
from models.case import CaseEvent, WorkItem
from models.document import PrintRequest
from models.form_entry import FormEntry, find_latest
from models.masters import PaperKind
from models.notification import Notification
from printing.notifications.missing_papers_notice import MissingPapersNotice
from printing.notifications.papers import MissingPaper
from rules.periods import add_working_days
from services import audit, city, letter_words, office_calendar, print_requests
from services.case_letters import addressee
from services.context import JST, Context
from services.errors import ServiceError
from services.notifications import title_of
from services.numbering import document_numbers
from services.print_requests import POST, Recipient
from services.statute import law_on

AT_ONCE = 100
AWAITED = "papers_arrived"
DOCUMENT = "missing_papers_notice"
TITLE = "不備通知(催促)"
DAYS = "municipal/office/missing_papers_days"
TOLD = "期限({due})を過ぎています。"
ASKED = "不足書類の不備通知(催促)を印刷待ちに入れました。"
NOT_ASKED = "宛先が分からないため、不備通知(催促)は作っていません。届出人に連絡してください。"


def run(ctx: Context) -> int:
    """Note the overdue tasks not noted today, at most `AT_ONCE`; answers how many there were."""
    found = _overdue(ctx)
    for item, notification in found:
        note = TOLD.format(due=item.due_on)
        if item.element_id == AWAITED and notification is not None:
            note += _ask_for_papers(ctx, item, notification)
        ctx.session.add(
            CaseEvent(
                case_id=item.case_id,
                at=ctx.at,
                by_id=ctx.actor.staff_id,
                staff_number=ctx.actor.staff_number,
                kind="timer",
                element_id=item.element_id,
                title_ja=item.title_ja,
                title_en=item.title_en,
                note=note,
            )
        )
        audit.record(ctx, Tag.CASE_REMINDED, f"task:{item.id}", item.case_id)
    ctx.session.flush()
    return len(found)


def count_overdue(ctx: Context) -> int:
    """How many overdue tasks were not noted today."""
    return ctx.session.scalar(select(func.count()).select_from(WorkItem).where(*_not_told(ctx))) or 0


def _not_told(ctx: Context) -> tuple[ColumnElement[bool], ...]:
    midnight = datetime.combine(ctx.today, time(), JST)
    told_today = exists().where(
        CaseEvent.case_id == WorkItem.case_id,
        CaseEvent.element_id == WorkItem.element_id,
        CaseEvent.kind == "timer",
        CaseEvent.at >= midnight,
    )
    return WorkItem.state == "open", WorkItem.due_on < ctx.today, ~told_today


def _overdue(ctx: Context) -> Sequence[tuple[WorkItem, Notification | None]]:
    statement = (
        select(WorkItem, Notification)
        .outerjoin(Notification, Notification.number == WorkItem.notification_number)
        .where(*_not_told(ctx))
        .order_by(WorkItem.id)
        .limit(AT_ONCE)
        .with_for_update(of=WorkItem, skip_locked=True)
    )
    return [(item, notification) for item, notification in ctx.session.execute(statement)]


def _ask_for_papers(ctx: Context, item: WorkItem, notification: Notification) -> str:
    """Queue the letter, unless it was queued before; says what was done, for the journal."""
    asked = exists().where(
        PrintRequest.notification_id == notification.id,
        PrintRequest.document == DOCUMENT,
        PrintRequest.title.startswith(TITLE),
    )
    if ctx.session.scalar(select(asked)):
        return ""
    entry = _entry(ctx, item.case_id)
    try:
        with ctx.session.begin_nested():
            recipient = addressee(ctx, notification, entry)
            if not recipient.address.lines:
                return NOT_ASKED
            content = _notice(ctx, item.case_id, entry, notification, recipient)
            title = f"{TITLE} {recipient.address.name}"
            print_requests.ask_for(ctx, DOCUMENT, content, title, notification, recipient, POST)
    except ServiceError as refused:
        return refused.message_ja
    return ASKED


def _entry(ctx: Context, case_id: int) -> Mapping[str, Any]:
    latest = find_latest(ctx.session, case_id, ("apply", "correct"))
    return latest.data if latest else {}


def _notice(
    ctx: Context, case_id: int, entry: Mapping[str, Any], notification: Notification, recipient: Recipient
) -> MissingPapersNotice:
    settings = city.settings_on(ctx.session, ctx.today)
    days = law_on(ctx.today).integer(DAYS)
    until = add_working_days(ctx.today, days, office_calendar.closed_days(ctx.session, ctx.today))
    content: dict[str, Any] = {
        "document_number": document_numbers(ctx.session, 1, settings)[0],
        "dated": ctx.today,
        "recipient": recipient.address,
        "issuer": settings.issuer,
        "reception_number": notification.number,
        "received_on": notification.received_on,
        "procedure": title_of(ctx, notification),
        "items": tuple(MissingPaper(paper=name) for name in _missing(ctx, case_id, entry)),
        "answer_until": until,
    }
    return MissingPapersNotice(**content, **letter_words.for_papers(ctx, "missing_papers_reminder", content))


def _missing(ctx: Context, case_id: int, entry: Mapping[str, Any]) -> list[str]:
    """The names of the papers that are still missing, as told last."""
    statement = select(FormEntry.data).where(
        FormEntry.case_id == case_id, FormEntry.element_id == AWAITED, FormEntry.outcome == "done"
    )
    last = ctx.session.scalars(statement.order_by(FormEntry.id.desc())).first() or entry
    codes = [row["kind"] for row in last.get("missing_papers") or entry.get("missing_papers", ())]
    names = ctx.session.execute(select(PaperKind.code, PaperKind.name).where(PaperKind.code.in_(codes)))
    known = {code: name for code, name in names}  # noqa: C416 - a row is no pair to mypy
    return [known.get(code, code) for code in codes]
