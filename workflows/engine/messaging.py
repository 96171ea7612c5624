"""Messages and signals between cases: looked up by their rows, each taken in a transaction of one case.

What a case throws goes out after its commit, once, as a job: a message to the one case that waits for its
name and key, a signal to all. Nobody waiting for a message is a failure that is told, never silence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from SpiffWorkflow.bpmn.util.event import BpmnEvent
from sqlalchemy import select

from models.audit.tags import Tag
from models.case import Case
from models.job import Job
from models.waiting import Waiting, list_awaiting
from services import audit, incidents, jobs
from services.causes import UNEXPECTED
from services.context import Context
from services.errors import NotFound, RuleBroken
from services.incidents import Failure
from services.job_kinds import Progress, Work
from workflows.engine.elements.events import LONGEST_KEY, Message, Signal
from workflows.engine.running import find_open, run_on, save
from workflows.engine.waits import SIGNAL

DELIVER = "case.deliver"
AT_ONCE = 200


class MessageNotAwaited(NotFound):
    """No case waits for a message of this name and key."""

    code = "message_not_awaited"


class MessageAmbiguous(RuleBroken):
    """More than one case waits for a message of this name and key; it is given to none."""

    code = "message_ambiguous"


def send_message(ctx: Context, name: str, correlation: str, payload: Any, key: str) -> int:
    """Send a message to the case that waits for it; it is taken after the commit. Answers the case.

    `payload` are ids and plain values; `key` makes the second sending the first one.

    Raises:
        MessageNotAwaited: no case waits for it.
        MessageAmbiguous: more than one does.
    """
    found = receiver(ctx, name, correlation)
    told = {"name": name, "key": correlation[:LONGEST_KEY], "payload": payload, "case": found.case_id}
    jobs.ask(ctx, DELIVER, f"message:{key}", told)
    audit.record(ctx, Tag.MESSAGE_SENT, f"case:{found.case_id}", found.case_id, {"name": name})
    return found.case_id


def broadcast(ctx: Context, signal: str, payload: Any, key: str) -> None:
    """Send a signal to every case that waits for it after the commit; `key` as for a message."""
    jobs.ask(ctx, SIGNAL, f"signal:{key}", {"name": signal, "payload": payload})
    audit.record(ctx, Tag.MESSAGE_SENT, detail={"name": signal})


def receiver(ctx: Context, name: str, correlation: str) -> Waiting:
    """The row of the one case that takes a message; who waits for its key comes before who takes any.

    Raises:
        MessageNotAwaited: no case waits for it.
        MessageAmbiguous: more than one does.
    """
    rows = list_awaiting(ctx.session, "message", name, correlation)
    exact = [row for row in rows if row.correlation_key == correlation] if correlation else []
    wanted: Sequence[Waiting] = exact or rows
    if not wanted:
        raise MessageNotAwaited(
            "この電文を待つ案件はありません。名前と相関キーを確かめてください。",
            "No case waits for this message. Check its name and correlation key.",
        )
    if len({row.case_id for row in wanted}) > 1:
        raise MessageAmbiguous(
            "この電文を待つ案件が複数あります。相関キーで一つに決めてください。",
            "More than one case waits for this message. Say by its correlation key which one.",
        )
    return wanted[0]


def message_step(ctx: Context, work: Work) -> None:
    """Give a message that a case has thrown to the case that waits for it."""
    told = work.payload
    deliver(ctx, receiver(ctx, told["name"], told["key"]).case_id, told)


def deliver_step(ctx: Context, work: Work) -> None:
    """Give a message or signal to the case that the job names."""
    deliver(ctx, int(work.payload["case"]), work.payload)


def signal_step(ctx: Context, work: Work) -> Progress:
    """Ask for one delivery for each case that waits for a signal, so many at once."""
    after = int(work.checkpoint.get("after", 0))
    statement = select(Waiting.id, Waiting.case_id).where(
        Waiting.kind == "signal", Waiting.name == work.payload["name"], Waiting.id > after
    )
    rows = ctx.session.execute(statement.order_by(Waiting.id).limit(AT_ONCE)).all()
    for case_id in dict.fromkeys(case_id for _, case_id in rows):
        if case_id != work.payload.get("from_case"):
            told = {
                "name": work.payload["name"],
                "payload": work.payload["payload"],
                "case": case_id,
                "signal": True,
            }
            jobs.ask(ctx, DELIVER, f"{DELIVER}:{work.job_id}:{case_id}", told)
    last = rows[-1][0] if rows else after
    return Progress({"after": last}, work.done + len(rows), finished=len(rows) < AT_ONCE)


def deliver(ctx: Context, case_id: int, told: Mapping[str, Any]) -> None:
    """Let one case take a message or signal, run on and save it.

    Raises:
        MessageNotAwaited: the case does not wait for the message (any more).
        CaseSuspended: the case is suspended; the message waits.
    """
    running = find_open(ctx, case_id)
    is_signal = bool(told.get("signal"))
    taken = running is not None and running.workflow.event_manager.catch(_event(told, is_signal))
    if running is None or not taken:
        if is_signal:
            return
        raise MessageNotAwaited(
            "案件はこの電文をもう待っていません。", "The case does not wait for this message any more."
        )
    run_on(ctx, running)
    save(ctx, running)
    audit.record(ctx, Tag.MESSAGE_DELIVERED, f"case:{case_id}", case_id, {"name": told["name"]})


def given_up(ctx: Context, job: Job) -> None:
    """Write the incident of a message that could not be given: at the case it was for, or that sent it."""
    told = job.payload
    case_id = told.get("case") or told.get("from_case")
    if case_id is None or ctx.session.get(Case, int(case_id)) is None:
        return
    is_signal = job.kind == SIGNAL or bool(told.get("signal"))
    incidents.note(
        ctx,
        Failure(
            kind="signal" if is_signal else "message",
            code=(job.last_error_en or UNEXPECTED).partition(": ")[0][:60],
            case_id=int(case_id),
            job_id=job.id,
            title_ja=told["name"],
            title_en=told["name"],
            task_guid=str(told.get("from_task", "")),
            attempts=job.attempts,
        ),
    )


def _event(told: Mapping[str, Any], is_signal: bool) -> BpmnEvent:
    name = str(told["name"])
    if is_signal:
        return BpmnEvent(Signal(name), payload=told["payload"])
    return BpmnEvent(Message(name), payload=told["payload"], correlations={"key": str(told.get("key", ""))})
