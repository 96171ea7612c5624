"""The proof of loss (資格喪失証明書) from the periods that a notification ended (C1; letters, section 3)."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from models.base import known
from models.enrolment import Enrolment
from models.household import BranchNumber, CardNumber, get_head
from models.masters import ReasonCode
from models.notification import Notification
from models.person import PersonRecord, list_current
from printing.certificates.proof_of_loss import LostEligibility, ProofOfLoss
from printing.letter import Issuer, MailingAddress
from services import city
from services.context import Context
from services.errors import RuleBroken

ONE_DAY = timedelta(days=1)


class NothingLost(RuleBroken):
    """No period that this notification ended is still on record as ended: there is nothing to prove."""

    code = "nothing_lost"


def proof_of_loss(
    ctx: Context, notification: Notification, number: str, issuer: Issuer, recipient: MailingAddress
) -> ProofOfLoss:
    """What the register says today of the persons who lost the insurance by this notification.

    Raises:
        NothingLost: a later notification changed or cancelled it.
    """
    periods = _ended(ctx, notification.id)
    if not periods:
        raise NothingLost(
            "この届出で喪失した資格は、あとの届出で変更又は取消になっています。いまの資格を個人の画面で確かめてください。",
            "What this notification ended was changed or cancelled later. Look at the person's page.",
        )
    ids = [row.person_id for row in periods]
    records = list_current(ctx.session, ids)
    branches = _branches(ctx, periods)
    reasons = _reasons(ctx)
    first = periods[0]
    card = branches[first.person_id][0]
    head = get_head(ctx.session, first.household_id, (first.lost_on or ctx.today) - ONE_DAY)
    head_name = list_current(ctx.session, [head.person_id])[head.person_id].name if head else recipient.name
    insurer = city.settings_on(ctx.session, ctx.today).insurer
    return ProofOfLoss(
        document_number=number,
        dated=ctx.today,
        recipient=recipient,
        issuer=issuer,
        insurer_number=insurer.number,
        insurer_name=insurer.name,
        symbol=card.symbol,
        number=card.number,
        head_name=head_name,
        persons=tuple(_person(row, records, branches[row.person_id][1], reasons) for row in periods),
    )


def _ended(ctx: Context, notification_id: int) -> list[Enrolment]:
    statement = known(select(Enrolment).where(Enrolment.notification_id == notification_id), Enrolment)
    statement = statement.where(Enrolment.lost_on.is_not(None), Enrolment.cancelled.is_(False))
    return list(ctx.session.scalars(statement.order_by(Enrolment.person_id)))


def _branches(ctx: Context, periods: list[Enrolment]) -> dict[int, tuple[CardNumber, str]]:
    """The newest number of the household under which each person had a branch."""
    statement = (
        select(BranchNumber.person_id, CardNumber, BranchNumber.branch)
        .join(CardNumber, CardNumber.id == BranchNumber.card_number_id)
        .where(
            BranchNumber.person_id.in_([row.person_id for row in periods]),
            CardNumber.household_id.in_({row.household_id for row in periods}),
        )
        .order_by(CardNumber.id)
    )
    return {person_id: (card, branch) for person_id, card, branch in ctx.session.execute(statement)}


def _reasons(ctx: Context) -> dict[str, str]:
    rows = ctx.session.scalars(select(ReasonCode).where(ReasonCode.procedure == "loss"))
    return {row.code: row.name for row in rows}


def _person(
    row: Enrolment, records: dict[int, PersonRecord], branch: str, reasons: dict[str, str]
) -> LostEligibility:
    record = records[row.person_id]
    if row.lost_on is None:
        raise AssertionError("only ended periods were chosen")
    return LostEligibility(
        name=record.name,
        kana=record.name_kana,
        birth=record.birth,
        branch=branch,
        acquired_on=row.acquired_on,
        lost_on=row.lost_on,
        reason=reasons.get(row.loss_reason or "", row.loss_reason or ""),
    )
