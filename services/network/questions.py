"""Asking the information network about a person: the question, taken back, asked for again (M03, J5).

The deed keeps the question and asks for the job that sends it; what leaves, leaves under the gate
(`sending.py`). Where the gate refuses, the question waits and is sent by the approval that lets it through.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time
from typing import TYPE_CHECKING, Protocol

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from models import network_question
from models.audit.tags import Tag
from models.case import Case
from models.network_question import ASKED, PURPOSES, WITHDRAWN, NetworkQuestion
from models.person import Person
from services import audit, jobs
from services.context import JST, Context
from services.errors import NotFound, PersonUnknown, RuleBroken, SomebodyElseWasFaster

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from models.data_use import DataUseApplication, DataUseApproval
    from services.transfers import Outcome

TRANSFER = "network_question"
KIND, AGAIN = "network_question", "network_question_again"


class NetworkOff(RuleBroken):
    """This installation has no way to the information network; nothing was asked."""

    code = "network_off"


class Lookup(Protocol):
    """A way to the network. Whatever it is, what it sends has passed the gate and has its manifest."""

    @property
    def is_open(self) -> bool:
        """Whether questions can be asked."""
        ...

    def send(self, ctx: Context, question: NetworkQuestion) -> Outcome:
        """Send a question, or say what the gate misses.

        Raises:
            NetworkOff: there is no way.
        """
        ...


class NoLookup:
    """An office without a way to the network."""

    is_open = False

    def send(self, ctx: Context, question: NetworkQuestion) -> Outcome:
        """Refuse.

        Raises:
            NetworkOff: always.
        """
        del ctx, question
        raise _off()


_STATE: dict[str, Lookup] = {"lookup": NoLookup()}


def configure(lookup: Lookup) -> None:
    """Choose the way of this installation; done once at the start."""
    _STATE["lookup"] = lookup


def lookup() -> Lookup:
    """The way of this installation."""
    return _STATE["lookup"]


def ask(ctx: Context, person_id: int, purpose: str, case_id: int | None) -> NetworkQuestion:
    """Ask about a person, for a purpose and, where there is one, a case; the worker sends it.

    Raises:
        NetworkOff: there is no way to the network.
        PersonUnknown, NotFound: there is no such person, or no such case in the actor's office.
        RuleBroken: no purpose is given, or the record was made part of another one.
        SomebodyElseWasFaster: a question about him waits already.
    """
    if not lookup().is_open:
        raise _off()
    _must_be_askable(ctx, person_id, purpose, case_id)
    question = NetworkQuestion(
        person_id=person_id,
        purpose=purpose,
        case_id=case_id,
        asked_at=ctx.at,
        asked_by_id=ctx.actor.staff_id,
        asked_by_number=ctx.actor.staff_number,
    )
    if network_question.find_open(ctx.session, person_id) is not None:
        raise _asked_before()
    try:
        with ctx.session.begin_nested():
            ctx.session.add(question)
    except IntegrityError as error:
        raise _asked_before() from error
    jobs.ask(ctx, KIND, f"{KIND}:{question.id}", {"question": question.id})
    detail = {"question": question.id, "purpose": purpose}
    audit.record(ctx, Tag.NETWORK_ASKED, f"person:{person_id}", case_id, detail=detail)
    return question


def withdraw(ctx: Context, question_id: int) -> NetworkQuestion:
    """Take a question back that was not sent.

    Raises:
        NotFound: there is none.
        SomebodyElseWasFaster: it was sent, or taken back before.
    """
    question = get(ctx, question_id)
    if question.state != ASKED:
        raise SomebodyElseWasFaster(
            "この照会はもう送付されたか、取り下げられています。画面を開き直してください。",
            "It was sent or taken back before. Open the page again.",
        )
    question.state = WITHDRAWN
    audit.record(ctx, Tag.NETWORK_WITHDRAWN, f"person:{question.person_id}", detail={"question": question.id})
    return question


def get(ctx: Context, question_id: int) -> NetworkQuestion:
    """A question as it is now, held for this transaction.

    Raises:
        NotFound: there is none.
    """
    question = network_question.lock(ctx.session, question_id)
    if question is None:
        raise NotFound(
            "この照会は見つかりません。個人の画面から開き直してください。", "There is no such question."
        )
    return question


def ask_again(ctx: Context, application: DataUseApplication, approval: DataUseApproval) -> None:
    """Ask for the sending of what waits for this approval, as soon as it is in force."""
    if application.transfer == TRANSFER:
        begins = datetime.combine(approval.from_on, time(), JST)
        jobs.ask(ctx, AGAIN, f"{AGAIN}:{approval.id}", {}, run_at=max(ctx.at, begins))


def period_of(question: NetworkQuestion) -> str:
    """The period of a question among transfers: the day on which it was asked, and its number."""
    return f"{question.asked_at.astimezone(JST):%Y-%m-%d}:{question.id}"


def list_over(session: Session, periods: Iterable[str]) -> set[str]:
    """Questions of these that were taken back: they are not sent any more, whoever approves."""
    named = {int(period.rpartition(":")[2]): period for period in periods}
    taken = select(NetworkQuestion.id).where(
        NetworkQuestion.id.in_(named), NetworkQuestion.state == WITHDRAWN
    )
    return {named[one] for one in session.scalars(taken)} if named else set()


def _must_be_askable(ctx: Context, person_id: int, purpose: str, case_id: int | None) -> None:
    person = ctx.session.get(Person, person_id)
    if person is None:
        raise PersonUnknown(
            "この方は登録されていません。検索し直してください。",
            "This person is not on record. Search again.",
        )
    if person.merged_into_id is not None:
        raise RuleBroken(
            "この記録は別の記録に統合されています。統合先の方について照会してください。",
            "This record was made part of another one. Ask about that one.",
        )
    if purpose not in PURPOSES:
        raise RuleBroken("照会の目的を選んでください。", "Choose why you ask.")
    if case_id is not None:
        case = ctx.session.get(Case, case_id)
        if case is None or case.office_id != ctx.actor.office_id:
            raise NotFound("この案件は見つかりません。選び直してください。", "There is no such case.")


def _asked_before() -> SomebodyElseWasFaster:
    return SomebodyElseWasFaster(
        "この方についての照会が、すでに送付か回答を待っています。その回答を待ってください。",
        "A question about this person waits already. Wait for its answer.",
    )


def _off() -> NetworkOff:
    return NetworkOff(
        "情報提供ネットワークへの照会は、この環境では使えません。書類で確かめるか、運用担当に相談してください。",
        "This installation has no way to the information network. See papers, or ask the operator.",
    )
