"""資格喪失証明: asked for with a loss that leads to another insurer or city (letters-and-certificates, 3)."""

from __future__ import annotations

from collections.abc import Sequence

from models.enrolment import Enrolment
from models.household import CardNumber
from models.notification import Notification
from models.person import list_current
from printing.certificates.proof_of_loss import LostEligibility, ProofOfLoss
from rules.eligibility.loss import LossReason
from services import city, households, print_requests
from services.context import Context
from services.numbering import document_numbers

REASONS = {
    LossReason.MOVED_OUT: "転出",
    LossReason.JOINED_EMPLOYEE_INSURANCE: "社会保険加入",
    LossReason.PUBLIC_ASSISTANCE: "生活保護開始",
    LossReason.DEATH: "死亡",
    LossReason.LATE_ELDERLY: "後期高齢者医療加入",
    LossReason.JOINED_NHI_SOCIETY: "国民健康保険組合加入",
    LossReason.RESIDENCE: "在留資格の終了・出国",
    LossReason.OTHER: "その他",
}
GIVEN_WITH = frozenset(
    {LossReason.MOVED_OUT, LossReason.JOINED_EMPLOYEE_INSURANCE, LossReason.JOINED_NHI_SOCIETY}
)


def ask(
    ctx: Context,
    periods: Sequence[Enrolment],
    card: CardNumber | None,
    head_id: int,
    notification: Notification,
    delivery: str,
) -> tuple[int, ...]:
    """Ask for one letter for those who go to another insurer; a move in the prefecture needs none."""
    lost = [row for row in periods if row.lost_on is not None and row.loss_reason in GIVEN_WITH]
    if not lost or card is None:
        return ()
    records = list_current(ctx.session, [head_id, *(row.person_id for row in lost)])
    branches = households.give_branches(ctx, card, [row.person_id for row in lost])
    settings = city.settings_on(ctx.session, ctx.today)
    recipient = print_requests.recipients_of(ctx, [head_id])[head_id]
    content = ProofOfLoss(
        document_number=document_numbers(ctx.session, 1, settings)[0],
        dated=ctx.today,
        recipient=recipient.address,
        issuer=settings.issuer,
        insurer_number=settings.insurer.number,
        insurer_name=settings.insurer.name,
        symbol=card.symbol,
        number=card.number,
        head_name=records[head_id].name,
        persons=tuple(
            LostEligibility(
                name=records[row.person_id].name,
                kana=records[row.person_id].name_kana,
                birth=records[row.person_id].birth,
                branch=branches[row.person_id],
                acquired_on=row.acquired_on,
                lost_on=row.lost_on,
                reason=REASONS[LossReason(row.loss_reason or LossReason.OTHER)],
            )
            for row in lost
            if row.lost_on is not None
        ),
    )
    title = f"資格喪失証明書 {records[lost[0].person_id].name}"
    request = print_requests.ask_for(
        ctx, "proof_of_loss", content, title, notification, recipient, delivery, lost[0].person_id
    )
    return (request.id,)
