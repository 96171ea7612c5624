"""A right taken in an emergency (break-glass, T14): by the person himself, with a reason, for a limited time.

It gives one more role for cases, or one case of another office. It never gives the keeping of accounts, the
audit record or the reveal of numbers, and no deed that asks for another person: that is asked of the person,
not of his roles. It is told at once to who oversees rights, ends by itself, and another person reviews it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, or_, select

from models.audit.tags import Tag
from models.case import Case
from models.notification import Notification
from models.rights import CASE_FOR_A_WHILE, ROLE_FOR_A_WHILE, EmergencyRight
from models.staff import is_person
from services import audit, city
from services.duties import Duty, RightsBook
from services.errors import NotAllowed, NotFound, RuleBroken, SomebodyElseWasFaster

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sqlalchemy.orm import Session

    from services.counts import Wanted
from services.context import Actor, Context

MINUTES = "rights/emergency_minutes"
WITHHELD = frozenset(
    {
        "number.reveal",  # L3
        # What lets data, or somebody outside, in or out is decided by who holds the role (J3, K3, L6).
        *("data_use.decide", "transfer.run", "contract.decide", "media.decide"),
        *("incoming.decide", "protection.decide"),
        # So is who is who.
        *("merge.decide", "confirmation.decide"),
        # Money is computed, decided and put in force by who holds the role (D3, T14).
        *("assessment.run", "assessment.decide", "pension.decide"),
        *("circumstance.decide", "parameter.decide", "share.decide"),
    }
)  # what no emergency gives
NEVER = frozenset({Duty.KEEP_ACCOUNTS, Duty.READ_AUDIT})
JUSTIFIED, NOT_JUSTIFIED = "justified", "unjustified"
VERDICTS = frozenset({JUSTIFIED, NOT_JUSTIFIED})
PAGE = 100
LONGEST = 400
SHORTEST_REASON = 10


def minutes(session: Session, day: date) -> int:
    """For how long an emergency right holds.

    Raises:
        SettingMissing: the city has not settled it.
    """
    return int(city.setting(session, MINUTES, day))


def roles_for(book: RightsBook, held: frozenset[str]) -> list[str]:
    """The roles that somebody may take for a while: those that work on cases, other than his own."""
    duties = {role: book.duties([role], book.shipped) for role in book.shipped}
    return [
        role for role, of in duties.items() if Duty.SEE_PERSONS in of and not of & NEVER and role not in held
    ]


def take_role(ctx: Context, book: RightsBook, role: str, reason: str) -> EmergencyRight:
    """Take one more role for a while.

    Raises:
        NotAllowed: it is none of the roles that may be taken.
        RuleBroken: the reason says nothing, or another emergency right is in force.
    """
    if role not in roles_for(book, ctx.actor.roles):
        raise NotAllowed(
            "この担当は、緊急の権限では使えません。管理者に担当の変更を申請してもらってください。",
            "This role is not taken in an emergency. Ask an administrator for it.",
        )
    return _take(ctx, EmergencyRight(kind=ROLE_FOR_A_WHILE, role=role), reason)


def take_case(ctx: Context, number: str, reason: str) -> EmergencyRight:
    """Take one case of another office, by its reception number, for a while.

    Raises:
        NotFound: there is no such case in another office.
        RuleBroken: as for `take_role`.
    """
    statement = (
        select(Case)
        .join(Notification, Notification.id == Case.notification_id)
        .where(Notification.number == number.strip(), Case.office_id != ctx.actor.office_id)
    )
    case = ctx.session.scalars(statement).first()
    if case is None:
        raise NotFound(
            "この受付番号の届出は、ほかの課・窓口にありません。番号を確かめてください(例: R8-001234)。",
            "No other office has a case of this number.",
        )
    row = EmergencyRight(kind=CASE_FOR_A_WHILE, role="", case_id=case.id, case_office_id=case.office_id)
    return _take(ctx, row, reason)


def end_own(ctx: Context) -> None:
    """End one's own emergency right before its time."""
    for row in _live(ctx, EmergencyRight.user_id == ctx.actor.staff_id):
        _end(ctx, row, "by_hand")


def stop(ctx: Context, right_id: int) -> EmergencyRight:
    """End another one's emergency right at once.

    Raises:
        NotFound: there is none of this number.
        SomebodyElseWasFaster: it has ended.
    """
    row = get(ctx, right_id)
    if not is_in_force(ctx, row):
        raise SomebodyElseWasFaster("この緊急の権限はすでに終わっています。", "It has ended already.")
    _end(ctx, row, "stopped")
    return row


def review(ctx: Context, right_id: int, verdict: str, words: str) -> EmergencyRight:
    """Say afterwards whether it was justified.

    Raises:
        NotFound: there is none of this number.
        NotAllowed: the actor took it himself.
        RuleBroken: it has not ended yet, or the verdict or its reason is missing.
        SomebodyElseWasFaster: it was reviewed already.
    """
    row = get(ctx, right_id)
    own = is_person(ctx.session, row.user_id, ctx.actor.staff_id, ctx.actor.staff_number)
    if own or ctx.actor.staff_number == row.staff_number:
        raise NotAllowed("自分が使った権限は、ほかの人が確認します。", "Another person reviews yours.")
    if row.reviewed_at is not None:
        raise SomebodyElseWasFaster("すでに確認されています。", "It was reviewed already.")
    if is_in_force(ctx, row):
        raise RuleBroken(
            "まだ終わっていません。終わってから確認してください(すぐ終わらせることもできます)。",
            "It is still in force. Review it when it has ended, or end it now.",
        )
    if verdict not in VERDICTS or not words.strip():
        raise RuleBroken("判定を選び、理由を入力してください。", "Choose a verdict and give its reason.")
    row.reviewed_at, row.verdict, row.words = ctx.at, verdict, words.strip()[:LONGEST]
    row.reviewed_by_id, row.reviewed_by_number = ctx.actor.staff_id, ctx.actor.staff_number
    audit.record(
        ctx, Tag.EMERGENCY_REVIEWED, f"account:{row.user_id}", detail={"right": row.id, "verdict": verdict}
    )
    return row


def sweep(ctx: Context) -> int:
    """Write down the end of those whose time is over; how many they were."""
    over = ctx.session.scalars(
        select(EmergencyRight).where(EmergencyRight.ended_at.is_(None), EmergencyRight.until <= ctx.at)
    ).all()
    for row in over:
        _end(ctx, row, "time_over")
    return len(over)


def list_rights(ctx: Context, *, every_office: bool) -> list[EmergencyRight]:
    """The emergency rights, the newest first: of every office, or of the actor's."""
    statement = select(EmergencyRight).order_by(EmergencyRight.id.desc()).limit(PAGE)
    if not every_office:
        here = EmergencyRight.office_id == ctx.actor.office_id
        statement = statement.where(or_(here, EmergencyRight.case_office_id == ctx.actor.office_id))
    return list(ctx.session.scalars(statement))


def to_count(actor: Actor, at: datetime, *, every_office: bool) -> Wanted:
    """What an overseer is told on every page: how many are in force, and with those that wait for review."""
    live = (EmergencyRight.ended_at.is_(None)) & (EmergencyRight.until > at)
    here = or_(EmergencyRight.office_id == actor.office_id, EmergencyRight.case_office_id == actor.office_id)
    counted = select(func.count(EmergencyRight.id)).where(*(() if every_office else (here,)))
    return {
        "emergency.in_force": counted.where(live),
        "emergency": counted.where(live | EmergencyRight.reviewed_at.is_(None)),
    }


def get(ctx: Context, right_id: int) -> EmergencyRight:
    """One emergency right, held for this transaction.

    Raises:
        NotFound: there is none.
    """
    row = ctx.session.get(EmergencyRight, right_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound("この緊急の権限はありません。一覧から開き直してください。", "There is none.")
    return row


def is_in_force(ctx: Context, row: EmergencyRight) -> bool:
    """Whether it still holds."""
    return row.ended_at is None and row.until > ctx.at


def _take(ctx: Context, row: EmergencyRight, reason: str) -> EmergencyRight:
    told = reason.strip()
    if len(told) < SHORTEST_REASON:
        raise RuleBroken(
            f"理由を{SHORTEST_REASON}文字以上で具体的に入力してください。あとで別の人が確認します。",
            f"Give the reason in {SHORTEST_REASON} characters or more; another person will review it.",
        )
    mine = EmergencyRight.user_id == ctx.actor.staff_id
    for old in _live(ctx, mine):
        if is_in_force(ctx, old):
            raise RuleBroken(
                "緊急の権限を使っている間は、もう一つ使えません。先に終えてください。",
                "Another emergency right is in force. End it first.",
            )
        _end(ctx, old, "time_over")
    row.user_id, row.staff_number = ctx.actor.staff_id or 0, ctx.actor.staff_number
    row.office_id, row.reason = ctx.actor.office_id, told[:LONGEST]
    row.taken_at = ctx.at
    row.until = ctx.at + timedelta(minutes=minutes(ctx.session, ctx.today))
    ctx.session.add(row)
    ctx.session.flush()
    detail = {"right": row.id, "kind": row.kind, "roles": [row.role] if row.role else []}
    audit.record(ctx, Tag.EMERGENCY_TAKEN, f"account:{row.user_id}", row.case_id, detail)
    return row


def _live(ctx: Context, which: Any) -> Sequence[EmergencyRight]:
    return ctx.session.scalars(
        select(EmergencyRight).where(which, EmergencyRight.ended_at.is_(None)).with_for_update()
    ).all()


def _end(ctx: Context, row: EmergencyRight, because: str) -> None:
    row.ended_at, row.ended_by_id = min(ctx.at, row.until), ctx.actor.staff_id
    audit.record(
        ctx, Tag.EMERGENCY_ENDED, f"account:{row.user_id}", detail={"right": row.id, "because": because}
    )
    ctx.session.flush()
