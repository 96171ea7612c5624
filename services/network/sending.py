"""Sending questions to the network as files, under the gate, each once (M03, J1; docs/transfers.md)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from models import network_question
from models.audit.tags import Tag
from models.data_use import DataTransfer
from models.network_question import ASKED, SENT, NetworkQuestion
from models.person import Person
from services import audit, transfers
from services.context import Context
from services.job_kinds import Progress, Skipped, Work
from services.network import questions
from services.transfers import Outcome

AT_ONCE = 20


class FileLookup:
    """Questions leave as files; the section of the address system hands them to the network."""

    is_open = True

    def send(self, ctx: Context, question: NetworkQuestion) -> Outcome:
        """Make the file of a question under the gate; the recipient is the one of the definition."""
        definition = transfers.get_definition(questions.TRANSFER)
        (recipient,) = definition.recipients
        period = questions.period_of(question)
        return transfers.send_event(ctx, definition.id, recipient, question.person_id, period)


def send_one(ctx: Context, work: Work) -> Progress:
    """Send the question of a job, unless it was sent or taken back meanwhile."""
    question = network_question.lock(ctx.session, int(work.payload["question"]))
    if question is None or question.state != ASKED:
        said = ("照会は送付済みか、取り下げられています。", "It was sent or taken back before.")
        return Progress({"at": 1}, 1, 1, finished=True, message_ja=said[0], message_en=said[1])
    left = _send(ctx, question)
    ja, en = (left.told.reason_ja, left.told.reason_en) if left else ("照会を送付しました。", "Sent.")
    skipped = (left.told,) if left else ()
    return Progress({"at": 1}, 1, 1, finished=True, skipped=skipped, message_ja=ja, message_en=en)


def send_again(ctx: Context, work: Work) -> Progress:
    """Send what waits, a part at a time; what stops one alone is told, and those behind it are sent."""
    after, sent = int(work.checkpoint.get("after", 0)), int(work.checkpoint.get("sent", 0))
    waiting = network_question.list_waiting(ctx.session, after, AT_ONCE)
    skipped, stopped = list[Skipped](), False
    for question in waiting:
        held = network_question.lock(ctx.session, question.id)
        if held is None or held.state != ASKED:
            continue
        left = _send(ctx, held)
        if left is None:
            sent += 1
            continue
        skipped.append(left.told)
        if stopped := left.stops_all:
            break
    return Progress(
        {"after": waiting[-1].id if waiting else after, "sent": sent},
        sent,
        finished=stopped or len(waiting) < AT_ONCE,
        skipped=tuple(skipped),
        message_ja=f"承認を待っていた照会{sent}件を送付しました。",
        message_en=f"{sent} questions that waited for an approval were sent.",
    )


@dataclass(frozen=True)
class _Left:
    """A question that was not sent, and why; `stops_all` where it is the same for every other one."""

    told: Skipped
    stops_all: bool = False


def _send(ctx: Context, question: NetworkQuestion) -> _Left | None:
    """Send a question and note it; None where it was sent."""
    subject = f"network_question:{question.id}"
    if ctx.session.scalar(select(Person.merged_into_id).where(Person.id == question.person_id)) is not None:
        return _Left(Skipped(subject, *questions.MERGED))
    try:
        outcome = questions.lookup().send(ctx, question)
    except questions.NetworkOff as off:
        return _Left(Skipped(subject, off.message_ja, off.message_en), stops_all=True)
    except transfers.LayoutRefused as broken:
        return _Left(Skipped(subject, broken.message_ja, broken.message_en))
    if (refused := outcome.refused) is not None:
        words = transfers.refusal_words(refused.missing, refused.told)
        return _Left(Skipped(f"transfer_refusal:{refused.id}", *words), stops_all=True)
    if outcome.sent is not None:
        _note(ctx, question, outcome.sent)
    return None


def _note(ctx: Context, question: NetworkQuestion, sent: DataTransfer) -> None:
    question.state, question.sent_at, question.transfer_id = SENT, ctx.at, sent.id
    detail = {"question": question.id, "transfer": sent.id}
    audit.record(ctx, Tag.NETWORK_SENT, f"person:{question.person_id}", question.case_id, detail=detail)
