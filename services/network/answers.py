"""Answers of the network: each line answers a question that was sent, and fills it (M03, J5).

What answers no question, or is no whole answer, is a fault of the file: it goes to quarantine, and nothing of
it is kept. What answers a question that was sent and taken back is a difference; so is what tells of cover
beside the one here (`services/incoming`).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from interchange.incoming.problems import Problem
from interchange.incoming.sources import sources
from models.audit.tags import Tag
from models.incoming import IncomingFile, IncomingRow, value_column
from models.network_question import ANSWERED, NO_COVER, NONE, SENT, WITHDRAWN, NetworkQuestion
from models.person import Person
from services import audit, notices
from services.context import Context

SOURCE = "network_answer"
TOLD = ("insurance_kind", "insurer_number", "acquired_on", "lost_on")
NEEDED = ("insurer_number", "acquired_on")


def faults(ctx: Context, file: IncomingFile) -> list[Problem]:
    """Lines that answer nothing that was asked, or say half of it; none in a file of another source."""
    if file.source != SOURCE:
        return []
    return [*_unasked(ctx, file), *_half(ctx, file)]


def is_asked(file: IncomingFile) -> ColumnElement[bool]:
    """Whether a question about the person of a line was sent and waits, or is answered by this very file."""
    return exists().where(NetworkQuestion.person_id == Person.id, _fits(file))


def fill(ctx: Context, file: IncomingFile, first: int, last: int) -> None:
    """Keep the answers of some lines with their questions, and tell those who asked."""
    columns = [_value(name).label(name) for name in TOLD]
    lines = (
        select(NetworkQuestion, *columns)
        .join(Person, Person.id == NetworkQuestion.person_id)
        .join(IncomingRow, _value("addressee_number") == Person.addressee_number)
        .where(IncomingRow.file_id == file.id, IncomingRow.line.between(first, last), _fits(file))
        .order_by(IncomingRow.line)
        .with_for_update(of=NetworkQuestion)
        .execution_options(populate_existing=True)
    )
    for question, *values in ctx.session.execute(lines).all():
        told = {name: value or "" for name, value in zip(TOLD, values, strict=True)}
        if question.state == SENT:
            _answer(ctx, file, question)
        if told["insurance_kind"] != NO_COVER:
            question.covers, question.state = [*question.covers, told], ANSWERED
    ctx.session.flush()


def _answer(ctx: Context, file: IncomingFile, question: NetworkQuestion) -> None:
    question.state, question.file_id, question.answered_at = NONE, file.id, ctx.at
    subject, detail = f"person:{question.person_id}", {"question": question.id, "file": file.id}
    audit.record(ctx, Tag.NETWORK_ANSWERED, subject, question.case_id, detail=detail)
    about = notices.About(notices.ANSWER, f"{notices.ANSWER}:{question.id}", number=question.person_id)
    notices.tell(ctx, [question.asked_by_id], about)


def _fits(file: IncomingFile) -> ColumnElement[bool]:
    return or_(NetworkQuestion.state == SENT, NetworkQuestion.file_id == file.id)


def _unasked(ctx: Context, file: IncomingFile) -> list[Problem]:
    key = _value("addressee_number")
    taken_back = and_(NetworkQuestion.state == WITHDRAWN, NetworkQuestion.transfer_id.is_not(None))
    asked = select(Person.addressee_number).join(
        NetworkQuestion,
        and_(NetworkQuestion.person_id == Person.id, or_(NetworkQuestion.state == SENT, taken_back)),
    )
    return _told(ctx, file, key.not_in(asked), "addressee_number", "unasked")


def _half(ctx: Context, file: IncomingFile) -> list[Problem]:
    """Cover without the insurer or the day it began, and no cover with more than that or beside cover."""
    none, found = _value("insurance_kind") == NO_COVER, list[Problem]()
    for name in NEEDED:
        found += _told(ctx, file, and_(~none, _value(name).is_(None)), name, "blank")
    filled = or_(*(_value(name).is_not(None) for name in TOLD if name != "insurance_kind"))
    key = _value("addressee_number")
    several = (
        select(key).where(IncomingRow.file_id == file.id).group_by(key).having(func.count() > 1).subquery()
    )
    beside = key.in_(select(several.c[0]))
    return found + _told(ctx, file, and_(none, or_(filled, beside)), "insurance_kind", "no_cover_and_more")


def _told(ctx: Context, file: IncomingFile, wrong: Any, name: str, code: str) -> list[Problem]:
    place = sources()[SOURCE].place(name) + 1
    statement = select(IncomingRow.line).where(IncomingRow.file_id == file.id, wrong)
    lines = ctx.session.scalars(statement.order_by(IncomingRow.line))
    return [Problem(line, place, name, code) for line in lines]


def _value(name: str) -> Any:
    return value_column(sources()[SOURCE].place(name))
