"""What the pages of data use show: what waits, what stands, what ends soon, what was refused (J3).

A section sees its own; the data protection manager, the section chief and the auditor see all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session, undefer

from models.audit.tags import Tag
from models.data_use import (
    SUBMITTED,
    DataTransfer,
    DataTransferFetch,
    DataTransferRefusal,
    DataUseApplication,
    DataUseApproval,
    DataUseDecision,
    list_decisions,
)
from models.masters import Office
from models.person import find_by_addressee_number
from models.staff import names_of
from services import audit, data_use, data_use_endings, outside_register, person_bits
from services.context import Actor, Context
from services.counts import Wanted
from services.data_use import APPLICANT, CHIEF, MANAGER, REVIEWERS
from services.errors import NotAllowed, NotFound
from services.network import questions

PAGE = 100


@dataclass(frozen=True)
class Standing:
    """An approval with its application, as a list shows it."""

    approval: DataUseApproval
    application: DataUseApplication

    def is_in_force(self, today: date) -> bool:
        """Whether it carries a run today."""
        return self.approval.ended_at is None and self.approval.from_on <= today <= self.approval.until_on

    def ends_soon(self, today: date) -> bool:
        """Whether it is in force and ends within a month."""
        return self.is_in_force(today) and self.approval.until_on <= today + data_use_endings.SOON


@dataclass(frozen=True)
class Overview:
    """The first page: what waits, what stands, what was sent and what was refused."""

    applications: Sequence[DataUseApplication]
    standing: Sequence[Standing]
    sent: Sequence[DataTransfer]
    refused: Sequence[DataTransferRefusal]
    ending: Sequence[Standing]
    offices: Mapping[str, str]
    over: frozenset[tuple[str, str]]

    def is_over(self, refused: DataTransferRefusal) -> bool:
        """Whether it waits for no approval any more: the person is registered by now, or nobody asks."""
        return (refused.transfer, refused.period) in self.over

    def is_made_up(self, refused: DataTransferRefusal) -> bool:
        """Whether what was refused was sent afterwards, as far as the page shows it."""
        wanted = (refused.transfer, refused.recipient, refused.period)
        return any((one.transfer, one.recipient, one.period) == wanted for one in self.sent)


@dataclass(frozen=True)
class ApplicationPage:
    """An application with its judgements, approvals and what was sent under them."""

    application: DataUseApplication
    decisions: Sequence[DataUseDecision]
    approvals: Sequence[DataUseApproval]
    sent: Sequence[DataTransfer]
    names: Mapping[int, str]
    offices: Mapping[str, str]
    is_own: bool


@dataclass(frozen=True)
class TransferPage:
    """A file that left: under which approval, and who fetched it."""

    transfer: DataTransfer
    standing: Standing
    fetches: Sequence[DataTransferFetch]
    names: Mapping[int, str]
    offices: Mapping[str, str]
    is_own: bool


def overview(ctx: Context) -> Overview:
    """What the actor may see of all of it, the newest first."""
    own = _own_code(ctx)
    audit.record(ctx, Tag.DATA_USE_READ, "data_use:list")
    applications = select(DataUseApplication).order_by(DataUseApplication.id.desc()).limit(PAGE)
    standing = (
        select(DataUseApproval, DataUseApplication)
        .join(DataUseApplication, DataUseApplication.id == DataUseApproval.application_id)
        .order_by(DataUseApproval.id.desc())
        .limit(PAGE)
    )
    soon = standing.where(*data_use_endings.ending(ctx))
    sent = select(DataTransfer).order_by(DataTransfer.id.desc()).limit(PAGE)
    refused = select(DataTransferRefusal).order_by(DataTransferRefusal.id.desc()).limit(PAGE)
    if own is not None:
        applications = applications.where(DataUseApplication.recipient == own)
        standing = standing.where(DataUseApplication.recipient == own)
        soon = soon.where(DataUseApplication.recipient == own)
        sent = sent.where(DataTransfer.recipient == own)
        refused = refused.where(DataTransferRefusal.recipient == own)
    stopped = ctx.session.scalars(refused).all()
    return Overview(
        ctx.session.scalars(applications).all(),
        [Standing(*row) for row in ctx.session.execute(standing)],
        ctx.session.scalars(sent).all(),
        stopped,
        [Standing(*row) for row in ctx.session.execute(soon)],
        offices(ctx.session),
        _over(ctx, stopped),
    )


def _over(ctx: Context, refused: Sequence[DataTransferRefusal]) -> frozenset[tuple[str, str]]:
    """Refused events that nothing will be sent of: transfer and period."""
    events = {(one.transfer, one.period) for one in refused if ":" in one.period}
    asked = {period for transfer, period in events if transfer == questions.TRANSFER}
    told = {transfer: {p for t, p in events if t == transfer} for transfer, _ in events}
    told.pop(questions.TRANSFER, None)
    found = {(questions.TRANSFER, one) for one in questions.list_over(ctx.session, asked)}
    for transfer, periods in told.items():
        found |= {(transfer, one) for one in outside_register.list_over(ctx.session, periods)}
    return frozenset(found)


def read_application(ctx: Context, application_id: int) -> ApplicationPage:
    """An application; looking is recorded.

    Raises:
        NotFound: there is none, or it is another section's.
    """
    application = data_use.get(ctx, application_id)
    audit.record(ctx, Tag.DATA_USE_READ, f"data_use:{application_id}", application.case_id)
    decisions = list_decisions(ctx.session, application_id)
    approvals = ctx.session.scalars(
        select(DataUseApproval)
        .where(DataUseApproval.application_id == application_id)
        .order_by(DataUseApproval.id)
    ).all()
    sent = ctx.session.scalars(
        select(DataTransfer)
        .where(DataTransfer.approval_id.in_([one.id for one in approvals]))
        .order_by(DataTransfer.id.desc())
    ).all()
    people = (
        {one.by_id for one in decisions} | {application.made_by_id} | {one.ended_by_id for one in approvals}
    )
    return ApplicationPage(
        application,
        decisions,
        approvals,
        sent,
        names_of(ctx.session, people),
        offices(ctx.session),
        APPLICANT in ctx.actor.own_roles and application.office_id == ctx.actor.office_id,
    )


def find_of_case(ctx: Context, case_id: int) -> DataUseApplication | None:
    """The application that a case judges."""
    statement = select(DataUseApplication).where(DataUseApplication.case_id == case_id)
    return ctx.session.scalars(statement).one_or_none()


def read_transfer(ctx: Context, transfer_id: int) -> TransferPage:
    """A file that left; looking is recorded.

    Raises:
        NotFound: there is none, or it is another section's.
    """
    row, own = ctx.session.get(DataTransfer, transfer_id), _own_code(ctx)
    if row is None or (own is not None and row.recipient != own):
        raise NotFound("この移転は見つかりません。一覧から開き直してください。", "There is no such transfer.")
    approval = ctx.session.get_one(DataUseApproval, row.approval_id)
    fetches = ctx.session.scalars(
        select(DataTransferFetch)
        .where(DataTransferFetch.transfer_id == transfer_id)
        .order_by(DataTransferFetch.id.desc())
    ).all()
    audit.record(ctx, Tag.TRANSFER_READ, f"transfer:{transfer_id}")
    application = ctx.session.get_one(DataUseApplication, approval.application_id)
    people = {one.by_id for one in fetches}
    return TransferPage(
        row,
        Standing(approval, application),
        fetches,
        names_of(ctx.session, people),
        offices(ctx.session),
        APPLICANT in ctx.actor.own_roles and row.recipient == own,
    )


def trace(ctx: Context, addressee_number: str) -> Sequence[DataTransfer]:
    """Every file that held a person, by his address number; for the auditor.

    Raises:
        NotFound: nobody has this number.
    """
    person_id = find_by_addressee_number(ctx.session, addressee_number)
    if person_id is None:
        raise NotFound("この宛名番号の人はいません。番号を確かめてください。", "Nobody has this number.")
    statement = select(DataTransfer).options(undefer(DataTransfer.persons)).order_by(DataTransfer.id.desc())
    found = [
        row
        for row in ctx.session.scalars(statement.execution_options(yield_per=PAGE))
        if person_bits.holds(row.persons, person_id)
    ]
    audit.record(ctx, Tag.TRANSFER_TRACED, f"person:{person_id}", detail={"found": len(found)})
    return found


def offices(session: Session) -> Mapping[str, str]:
    """The names of the offices by code."""
    return dict(session.execute(select(Office.code, Office.name)).all())


def own_office(ctx: Context) -> Office:
    """The section of somebody who applies.

    Raises:
        NotAllowed: he is of none.
    """
    office = ctx.session.get(Office, ctx.actor.office_id) if ctx.actor.office_id is not None else None
    if office is None:
        raise NotAllowed("配属がありません。", "You are posted to no office.")
    return office


def to_count(actor: Actor, _today: date) -> Wanted:
    """How many applications wait, for those who judge."""
    if not actor.own_roles & {MANAGER, CHIEF}:
        return {}
    return {
        "data_use": select(func.count(DataUseApplication.id)).where(DataUseApplication.state == SUBMITTED)
    }


def _own_code(ctx: Context) -> str | None:
    """The code of the actor's section where he sees only his own; None where he sees all.

    Raises:
        NotAllowed: he may see nothing of it.
    """
    if ctx.actor.own_roles & REVIEWERS:
        return None
    if APPLICANT not in ctx.actor.own_roles:
        raise NotAllowed("データ移転を見る権限がありません。", "Your role does not see transfers.")
    return own_office(ctx).code
