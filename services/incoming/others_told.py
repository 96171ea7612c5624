"""What other sections tell of a person, against what is on record; nothing is overwritten by it.

A change of name or address, moving out or a death follows its own procedure here, with its certificate and
letters (B1); so a line of these files is either in order or a difference that somebody looks at (J5).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, case, cast, exists, func, or_, select

from interchange.incoming.sources import sources
from interchange.transfers.layouts import GETA, WIDE_BLANK
from models.enrolment import Enrolment
from models.incoming import IncomingFile, IncomingRow, value_column
from models.network_question import NO_COVER
from models.person import Person, PersonRecord
from services.context import Context
from services.network import answers

MOVED, MOVED_OUT, DIED, RENAMED = "2", "3", "4", "6"
UNCHANGED = "unchanged"


def outcomes_of(file: IncomingFile) -> Select[Any]:
    """Each line with its person and its outcome."""
    source = sources()[file.source]
    key = value_column(source.key)
    current = and_(PersonRecord.person_id == Person.id, PersonRecord.superseded_at.is_(None))
    return (
        select(
            IncomingRow.line.label("line"),
            key.label("key"),
            Person.id.label("person_id"),
            _OUTCOMES[file.source](file).label("outcome"),
        )
        .outerjoin(Person, Person.addressee_number == key)
        .outerjoin(PersonRecord, current)
        .where(IncomingRow.file_id == file.id)
    )


def apply_nothing(_ctx: Context, _file: IncomingFile, _first: int, _last: int) -> None:
    """A line that is in order changes nothing."""


def answer_questions(ctx: Context, file: IncomingFile, first: int, last: int) -> None:
    """A line of the network answers a question."""
    answers.fill(ctx, file, first, last)


def no_changes(_ctx: Context, _file: IncomingFile, _line: int, _person_id: int) -> list[tuple[str, str, str]]:
    """No field is changed by itself."""
    return []


def _told(source: str, name: str) -> Any:
    return value_column(sources()[source].place(name))


def _insured(*more: ColumnElement[bool]) -> ColumnElement[bool]:
    """Insured here by a period without an end."""
    return exists().where(
        Enrolment.person_id == Person.id,
        Enrolment.superseded_at.is_(None),
        Enrolment.cancelled.is_(False),
        Enrolment.lost_on.is_(None),
        *more,
    )


def _same_name(told: Any) -> ColumnElement[bool]:
    """The same name, however wide its blank."""
    return func.replace(PersonRecord.name, WIDE_BLANK, " ") == func.replace(told, WIDE_BLANK, " ")


def _another(source: str) -> ColumnElement[bool]:
    return or_(
        PersonRecord.birth_date != _told(source, "birth_date"), PersonRecord.sex != _told(source, "sex")
    )


def _resident_change(_file: IncomingFile) -> Any:
    """Only who is insured here concerns the office; everybody else of the city is in order."""
    kind, name = _told("resident_change", "change_kind"), _told("resident_change", "name")
    return case(
        (Person.id.is_(None), UNCHANGED),
        (Person.merged_into_id.is_not(None), "merged"),
        (~_insured(), UNCHANGED),
        (_another("resident_change"), "another_person"),
        (kind == MOVED, "moved"),
        (kind == MOVED_OUT, "moved_out"),
        (kind == DIED, "died"),
        (name.contains(GETA), "rare_sign"),
        (~_same_name(name), "renamed"),
        else_=UNCHANGED,
    )


def _address_answer(_file: IncomingFile) -> Any:
    name = _told("address_answer", "name")
    return case(
        (Person.id.is_(None), "no_person"),
        (Person.merged_into_id.is_not(None), "merged"),
        (_another("address_answer"), "another_person"),
        (name.contains(GETA), "rare_sign"),
        (~_same_name(name), "renamed"),
        else_=UNCHANGED,
    )


def _network_answer(file: IncomingFile) -> Any:
    """A question may be answered by another file between the check and the deed: then it is a difference."""
    none = _told("network_answer", "insurance_kind") == NO_COVER
    lost_on = _told("network_answer", "lost_on")
    before = cast(Enrolment.acquired_on, String) < lost_on
    return case(
        (Person.id.is_(None), "no_person"),
        (Person.merged_into_id.is_not(None), "merged"),
        (~answers.is_asked(file), "unasked"),
        (none, UNCHANGED),
        (and_(lost_on.is_(None), _insured()), "covered_elsewhere"),
        (and_(lost_on.is_not(None), _insured(before)), "covered_before"),
        else_=UNCHANGED,
    )


_OUTCOMES: dict[str, Callable[[IncomingFile], Any]] = {
    "resident_change": _resident_change,
    "address_answer": _address_answer,
    "network_answer": _network_answer,
}
