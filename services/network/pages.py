"""What the page of questions about a person shows; the answer is kept from whoever may not know the place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from models import person
from models.audit.tags import Tag
from models.case import Case
from models.data_use import DataTransferRefusal
from models.masters import OtherInsurer
from models.network_question import ASKED, NetworkQuestion
from models.person import Person, PersonRecord
from models.staff import names_of
from services import audit, case_persons, protection, transfers
from services.context import Context
from services.errors import PersonUnknown
from services.network import questions


@dataclass(frozen=True)
class Page:
    """A person with the questions about him, the newest first. `cases` are those for which one may ask.

    `missing` says in both languages what the gate misses of the question that waits. `insurers` are names by
    number. Under a protective measure `hides_answers`: an insurer tells where somebody works.
    """

    person: Person
    record: PersonRecord
    questions: Sequence[NetworkQuestion]
    cases: Sequence[Case]
    names: Mapping[int, str]
    insurers: Mapping[str, str]
    missing: tuple[str, str] | None
    hides_answers: bool
    is_open: bool
    may_withdraw: bool

    @property
    def waiting(self) -> NetworkQuestion | None:
        """The question that waits to be sent or answered."""
        return next((one for one in self.questions if one.is_open), None)


def read(ctx: Context, person_id: int) -> Page:
    """The questions about a person; looking is recorded.

    Raises:
        PersonUnknown: there is no such person.
    """
    found = ctx.session.get(Person, person_id)
    if found is None:
        raise PersonUnknown(
            "この方は登録されていません。検索し直してください。",
            "This person is not on record. Search again.",
        )
    statement = select(NetworkQuestion).where(NetworkQuestion.person_id == person_id)
    rows = ctx.session.scalars(statement.order_by(NetworkQuestion.id.desc())).all()
    audit.record(ctx, Tag.NETWORK_READ, f"person:{person_id}", detail={"found": len(rows)})
    numbers = {cover["insurer_number"] for row in rows for cover in row.covers}
    insurers = select(OtherInsurer.insurer_number, OtherInsurer.name)
    return Page(
        person=found,
        record=person.get_current(ctx.session, person_id),
        questions=rows,
        cases=case_persons.list_open(ctx, person_id),
        names=names_of(ctx.session, {row.asked_by_id for row in rows}),
        insurers=dict(ctx.session.execute(insurers.where(OtherInsurer.insurer_number.in_(numbers))).all()),
        missing=_missing(ctx, rows),
        hides_answers=protection.hides_places(ctx, person_id),
        is_open=questions.lookup().is_open,
        may_withdraw=any(row.is_open and questions.is_ours(ctx, row) for row in rows),
    )


def person_of(ctx: Context, question_id: int) -> int:
    """Whom a question is about.

    Raises:
        NotFound: there is no such question.
    """
    return questions.get(ctx, question_id).person_id


def _missing(ctx: Context, rows: Sequence[NetworkQuestion]) -> tuple[str, str] | None:
    """What the gate missed last of the question that waits to be sent."""
    waiting = next((row for row in rows if row.state == ASKED), None)
    if waiting is None:
        return None
    statement = (
        select(DataTransferRefusal)
        .where(
            DataTransferRefusal.transfer == questions.TRANSFER,
            DataTransferRefusal.period == questions.period_of(waiting),
        )
        .order_by(DataTransferRefusal.id.desc())
        .limit(1)
    )
    refused = ctx.session.scalars(statement).one_or_none()
    return transfers.refusal_words(refused.missing, refused.told) if refused is not None else None
