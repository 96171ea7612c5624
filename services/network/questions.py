"""Asking the information network about a person: the question, taken back, asked for again (M03, J5).

The deed keeps the question and asks for the job that sends it; what leaves, leaves under the gate
(`sending.py`). Where the gate refuses, the question waits and is sent by the approval that lets it through.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time
from typing import TYPE_CHECKING, Protocol

from sqlalchemy import exists, or_, select
from sqlalchemy.exc import IntegrityError

from models import network_question
from models.audit.tags import Tag
from models.masters import Posting
from models.network_question import PURPOSES, SENT, WITHDRAWN, NetworkQuestion
from models.person import Person
from services import audit, case_persons, jobs
from services.context import JST, Context
from services.errors import NotAllowed, NotFound, PersonUnknown, RuleBroken, SomebodyElseWasFaster
from services.two_people import is_one_of

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from models.data_use import DataUseApplication, DataUseApproval
    from services.transfers import Outcome

TRANSFER = "network_question"
KIND, AGAIN = "network_question", "network_question_again"
WITHDRAWALS = {
    "no_answer": ("回答が届かない", "No answer came"),
    "not_needed": ("確認の必要がなくなった", "It is not needed any more"),
    "wrong_person": ("別の方の照会だった", "It was about the wrong person"),
}
MERGED = (
    "この記録は別の記録に統合されたため、照会を送付しません。取り下げて、統合先の方について照会してください。",
    "The record was made part of another one, so nothing is sent. Take it back, and ask about that one.",
)


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
    """Ask about a person, for a purpose and an open case of the actor's office that names him (M04).

    The worker sends it.

    Raises:
        NetworkOff: there is no way to the network.
        PersonUnknown: there is no such person.
        RuleBroken: no purpose is given, or the record was made part of another one.
        NotAllowed: no case is given, or it is closed, of another office, or about somebody else.
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


def withdraw(ctx: Context, question_id: int, why: str = "") -> NetworkQuestion:
    """Take a question back; one that was sent only for a reason, since its answer is then one to nothing.

    Raises:
        NotFound: there is none.
        NotAllowed: neither the actor nor anybody of his office asked it.
        SomebodyElseWasFaster: it was answered, or taken back before.
        RuleBroken: it was sent, and no reason is given.
    """
    question = get(ctx, question_id)
    _must_be_ours(ctx, question)
    if not question.is_open:
        raise SomebodyElseWasFaster(
            "この照会はもう回答が届いたか、取り下げられています。画面を開き直してください。",
            "It was answered or taken back before. Open the page again.",
        )
    if question.state == SENT and why not in WITHDRAWALS:
        raise RuleBroken(
            "この照会は送付済みです。取り下げる理由を選んでください。",
            "It was sent. Choose why you take it back.",
        )
    detail = {"question": question.id, "state": question.state}
    if question.state == SENT:
        detail["why"] = why
    question.state = WITHDRAWN
    audit.record(ctx, Tag.NETWORK_WITHDRAWN, f"person:{question.person_id}", question.case_id, detail=detail)
    return question


def is_ours(ctx: Context, question: NetworkQuestion) -> bool:
    """Whether the actor asked it, or somebody of his office as it was on the day of the question."""
    day = question.asked_at.astimezone(JST).date()
    office = exists().where(
        Posting.user_id == question.asked_by_id,
        Posting.office_id == ctx.actor.office_id,
        Posting.from_on <= day,
        or_(Posting.until_on.is_(None), Posting.until_on >= day),
    )
    return is_one_of(ctx, [question.asked_by_id]) or bool(ctx.session.scalar(select(office)))


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
    if case_id not in {case.id for case in case_persons.list_open(ctx, person_id)}:
        raise NotAllowed(
            "照会は、この方についての進行中の届出のためにだけできます。届出の案件を選び直してください。",
            "The network is asked only for an open case of your office that names this person. Choose it.",
        )


def _must_be_ours(ctx: Context, question: NetworkQuestion) -> None:
    if not is_ours(ctx, question):
        raise NotAllowed(
            "この照会を取り下げられるのは、照会した人とその所属の職員だけです。照会した人に頼んでください。",
            "Only who asked, or his office, takes it back. Ask them.",
        )


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
