"""At the end of a contract or a permission: data go back or are disposed of, with a certificate (M28).

Where no certificate came in time, the section chiefs are told, once.
"""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select

from models.audit.tags import Tag
from models.contractor import ChainLink, Contract
from models.medium import OUT, MediumUse
from services import audit, notices, staffing, two_people
from services.context import Context
from services.contracting import chain
from services.contracting.register import locked
from services.errors import RuleBroken, SomebodyElseWasFaster
from services.notices import About
from services.statute import law_on

DAYS = "municipal/contracting/hand_back_days"
WAYS = {"returned": ("返却", "Returned"), "destroyed": ("廃棄・消去", "Destroyed")}


def ended_on(link: ChainLink) -> date | None:
    """The day from which the data are due; None where the link has none."""
    last = link.until_on
    return min(link.ended_on, last or link.ended_on) if link.ended_on is not None else last


def due_on(ctx: Context, link: ChainLink) -> date | None:
    """The day until which a certificate is due."""
    end = ended_on(link)
    return end + timedelta(days=law_on(ctx.today).integer(DAYS)) if end is not None else None


def certify(ctx: Context, contract_id: int, link_id: int, way: str, on: date, words: str) -> ChainLink:
    """Put the certificate of return or disposal on record: what, where, by which device or method.

    Raises:
        NotFound: no such contract in the actor's office, or the firm is not in its chain.
        SomebodyElseWasFaster: there is one already.
        RuleBroken: it has not ended, a medium is still out, no way, a day that lies ahead, or no words.
    """
    link = locked(ctx, contract_id, link_id)
    if link.handed_back_on is not None:
        raise SomebodyElseWasFaster("証明は、すでに記録されています。", "It is on record already.")
    if not chain.read(ctx, link.contract_id).node(link_id).ended:
        raise RuleBroken("この委託は、まだ終わっていません。", "This has not ended yet.")
    _refuse_with_medium(ctx, link)
    if way not in WAYS or on > ctx.today:
        raise RuleBroken(
            "返却か廃棄かを選び、証明書の日(今日まで)を入力してください。",
            "Choose return or disposal, and a day that does not lie ahead.",
        )
    link.handed_back_words = two_people.reason_of(words)
    link.handed_back_on, link.handed_back_way, link.handed_back_by_id = on, way, ctx.actor.staff_id
    detail = {"deed": "handed_back", "link": link.id, "way": way}
    audit.record(ctx, Tag.CONTRACT_CHANGED, f"contract:{link.contract_id}", detail=detail)
    return link


def _refuse_with_medium(ctx: Context, link: ChainLink) -> None:
    statement = select(MediumUse).where(MediumUse.link_id == link.id, MediumUse.state.in_(OUT))
    out = ctx.session.scalars(statement.limit(1)).first()
    if out is not None:
        raise RuleBroken(
            f"この事業者へ渡した媒体 {out.medium.number} がまだ戻っていません。"
            "返却を確かめてから証明を記録してください。",
            f"The medium {out.medium.number} went to this firm and is not back. Take it back first.",
        )


def escalate(ctx: Context) -> int:
    """Tell the chiefs of each link that is over its day without a certificate, once; how many there were."""
    statement = (
        select(ChainLink)
        .where(
            ChainLink.handed_back_on.is_(None),
            ChainLink.escalated_at.is_(None),
            ChainLink.until_on.is_not(None),
            ChainLink.state.in_(("granted", "revoked")),
        )
        .order_by(ChainLink.id)
    )
    late = [one for one in ctx.session.scalars(statement) if (due_on(ctx, one) or ctx.today) < ctx.today]
    for link in late:
        office_id = ctx.session.get_one(Contract, link.contract_id).office_id
        chiefs = staffing.chiefs(staffing.of_office(ctx.session, office_id, ctx.today))
        key = f"{notices.HAND_BACK}:{link.id}"
        about = About(notices.HAND_BACK, key, number=link.contract_id)
        notices.tell(ctx, {one.user_id for one in chiefs}, about)
        link.escalated_at = ctx.at
        detail = {"deed": "hand_back_late", "link": link.id}
        audit.record(ctx, Tag.CONTRACT_CHANGED, f"contract:{link.contract_id}", detail=detail)
    return len(late)
