"""Persons outside the resident register: each registration or update goes to the address system (J1).

What is asked for stands in the transaction of the deed that registers; the worker sends afterwards, under the
gate, once for a person and deed. A refusal is on record and leaves the registration as it is; it is made up
for when an approval is granted, from the first day of that approval on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.orm import Session

from interchange.transfers.definitions import Transfer, transfers
from models.data_use import DataTransfer, DataTransferRefusal, DataUseApplication, DataUseApproval
from models.job import Job
from models.person import list_current
from services import jobs
from services.context import JST, Context

KIND, AGAIN, OUTSIDE = "transfer_event", "transfer_again", "3"


@dataclass(frozen=True)
class Event:
    """A registration or update that the gate stopped; `period` tells it from all others."""

    refusal_id: int
    period: str
    person_id: int


def tells_of_persons_outside(transfer: Transfer) -> bool:
    """Whether each registration or update of a person outside goes to its recipients."""
    return transfer.person_range == "outside_register"


def ask(ctx: Context, person_id: int) -> None:
    """Ask for the transfer of a person whom this deed registered or changed; the second wish is the first."""
    key = f"{KIND}:{person_id}:{ctx.at.isoformat()}"
    jobs.ask(ctx, KIND, key, {"person_id": person_id, "asked_on": ctx.today.isoformat()})


def ask_where(ctx: Context, kinds: Iterable[tuple[int, str]]) -> None:
    """Ask for each of these persons, told with the kind of his registration, who stands outside of it."""
    for person_id, kind in kinds:
        if kind == OUTSIDE:
            ask(ctx, person_id)


def ask_again(ctx: Context, application: DataUseApplication, approval: DataUseApproval) -> None:
    """Ask for what was refused for want of this approval, as soon as it is in force."""
    transfer = transfers().get(application.transfer)
    if transfer is None or not tells_of_persons_outside(transfer):
        return
    begins = datetime.combine(approval.from_on, time(), JST)
    wanted = {"transfer": application.transfer, "recipient": application.recipient}
    jobs.ask(ctx, AGAIN, f"{AGAIN}:{approval.id}", wanted, run_at=max(ctx.at, begins))


def period_of(asked_on: str, job_id: int) -> str:
    """The period of an event: the day on which it was asked for, and the job that asks."""
    return f"{asked_on}:{job_id}"


def list_refused(session: Session, transfer: str, recipient: str, after: int, limit: int) -> Sequence[Event]:
    """Events that the gate stopped and that were not sent since, in the order of their last refusals."""
    last = func.max(DataTransferRefusal.id)
    statement = (
        select(last, DataTransferRefusal.period)
        .where(DataTransferRefusal.transfer == transfer, DataTransferRefusal.recipient == recipient)
        .where(~exists().where(_is_sent()))
        .group_by(DataTransferRefusal.period)
        .having(last > after)
        .order_by(last)
        .limit(limit)
    )
    found = session.execute(statement).all()
    asked_by = {period: int(period.rpartition(":")[2]) for _, period in found}
    asked = select(Job.id, Job.payload).where(Job.id.in_(asked_by.values()), Job.kind == KIND)
    whom = {job_id: int(payload["person_id"]) for job_id, payload in session.execute(asked)}
    return [Event(refusal_id, period, whom[asked_by[period]]) for refusal_id, period in found]


def list_over(session: Session, periods: Iterable[str]) -> set[str]:
    """Events of these whose person is registered by now: they are not sent any more, whoever approves."""
    asked_by = {int(period.rpartition(":")[2]): period for period in periods}
    if not asked_by:
        return set()
    asked = select(Job.id, Job.payload).where(Job.id.in_(asked_by), Job.kind == KIND)
    whom = {job_id: int(payload["person_id"]) for job_id, payload in session.execute(asked)}
    records = list_current(session, set(whom.values()))
    return {
        asked_by[job_id] for job_id, person_id in whom.items() if records[person_id].resident_kind != OUTSIDE
    }


def _is_sent() -> ColumnElement[bool]:
    return and_(
        DataTransfer.transfer == DataTransferRefusal.transfer,
        DataTransfer.recipient == DataTransferRefusal.recipient,
        DataTransfer.period == DataTransferRefusal.period,
    )
