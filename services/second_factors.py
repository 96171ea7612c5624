"""Second factors of people: enrolled under supervision, used once each, removed by recovery (L1, M17).

An administrator who sees the person gives a ticket: a short code, good once, for a few minutes. A recovery
takes all factors and the password away and needs two administrators.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import or_, select, update

from models import sign_in as rows
from models.audit.tags import Tag
from models.sign_in import PASSKEY, EnrolmentTicket, SecondFactor, digest
from models.staff import User, is_person
from services import audit
from services.errors import NotAllowed, NotFound, RuleBroken, SomebodyElseWasFaster
from services.sign_in import end_all

if TYPE_CHECKING:
    from services.context import Context

FACTOR, RECOVERY = "factor", "recovery"
TICKET_FOR = timedelta(minutes=30)
WAITS_FOR_APPROVAL = timedelta(hours=24)
MOST_TRIES = 5
MOST_FACTORS = 6
SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # nothing that is read for another: 0 O 1 I
CODE_SIGNS = 10


def accept_step(ctx: Context, factor: SecondFactor, step: int) -> bool:
    """Take a one-time code's time step once: never the same or an older one again."""
    taken = ctx.session.execute(
        update(SecondFactor)
        .where(
            SecondFactor.id == factor.id,
            or_(SecondFactor.last_step.is_(None), SecondFactor.last_step < step),
        )
        .values(last_step=step, used_at=ctx.at)
        .returning(SecondFactor.id)
    )
    return taken.first() is not None


def accept_passkey(ctx: Context, factor: SecondFactor, sign_count: int) -> None:
    """Keep the counter of a passkey that was verified."""
    factor.sign_count, factor.used_at = sign_count, ctx.at


def enrol_totp(ctx: Context, user_id: int, secret: str, name: str, ticket: EnrolmentTicket) -> SecondFactor:
    """Keep a one-time code whose first code was shown.

    Raises:
        RuleBroken: the person has too many factors.
    """
    row = rows.totp_factor(user_id, name, secret, ctx.at, ticket.id)
    return _enrol(ctx, row, ticket)


def enrol_passkey(
    ctx: Context, user_id: int, name: str, credential: tuple[bytes, bytes, int], ticket: EnrolmentTicket
) -> SecondFactor:
    """Keep a passkey (id, public key, counter) that the terminal has made.

    Raises:
        RuleBroken: the passkey is on record already, or the person has too many factors.
    """
    credential_id, public_key, sign_count = credential
    taken = select(SecondFactor.id).where(SecondFactor.credential_id == credential_id)
    if ctx.session.scalars(taken).first() is not None:
        raise RuleBroken(
            "この端末のパスキーはすでに登録されています。別の端末で登録してください。",
            "This passkey is on record already. Enrol another terminal.",
        )
    row = SecondFactor(
        user_id=user_id,
        kind=PASSKEY,
        name=name,
        place="",
        credential_id=credential_id,
        public_key=public_key,
        sign_count=sign_count,
        enrolled_at=ctx.at,
        ticket_id=ticket.id,
    )
    return _enrol(ctx, row, ticket)


def remove(ctx: Context, factor_id: int) -> None:
    """Take one of one's own factors away, but never the last.

    Raises:
        NotFound: it is not the actor's.
        RuleBroken: it is the last one.
    """
    own = rows.list_factors(ctx.session, ctx.actor.staff_id or 0)
    factor = next((row for row in own if row.id == factor_id), None)
    if factor is None:
        raise NotFound("この認証は登録されていません。", "There is no such factor.")
    if len(own) == 1:
        raise RuleBroken(
            "最後の一つは外せません。先に別の認証を登録してください。",
            "The last factor stays. Enrol another one first.",
        )
    factor.removed_at = ctx.at
    audit.record(ctx, Tag.FACTOR_REMOVED, f"account:{factor.user_id}", detail={"kind": factor.kind})


def give_ticket(ctx: Context, user_id: int) -> str:
    """Let somebody whom the actor sees enrol a factor; the code is shown once.

    Raises:
        NotFound: no such account.
        NotAllowed: for oneself.
    """
    user = _other(ctx, user_id)
    code = _code()
    ctx.session.add(
        EnrolmentTicket(
            user_id=user.id,
            kind=FACTOR,
            code_hash=digest(code),
            asked_at=ctx.at,
            asked_by_id=ctx.actor.staff_id,
            expires_at=ctx.at + TICKET_FOR,
        )
    )
    audit.record(ctx, Tag.TICKET_GIVEN, f"account:{user.id}", detail={"kind": FACTOR})
    return code


def ask_recovery(ctx: Context, user_id: int, reason: str) -> EnrolmentTicket:
    """Ask that somebody who has lost password or factors begins anew; a second administrator decides.

    Raises:
        NotFound, NotAllowed: as for `give_ticket`.
        RuleBroken: no reason was given, or one is being decided.
    """
    user = _other(ctx, user_id)
    if not reason.strip():
        raise RuleBroken(
            "理由を入力してください。承認する人と監査担当が読みます。",
            "Give a reason; who approves and who audits will read it.",
        )
    if open_recovery(ctx, user_id) is not None:
        raise RuleBroken(
            "この職員の再登録はすでに申請され、承認を待っています。",
            "A recovery of this account waits for its approval already.",
        )
    ticket = EnrolmentTicket(
        user_id=user.id,
        kind=RECOVERY,
        reason=reason.strip()[:200],
        asked_at=ctx.at,
        asked_by_id=ctx.actor.staff_id,
        expires_at=ctx.at + WAITS_FOR_APPROVAL,
    )
    ctx.session.add(ticket)
    audit.record(ctx, Tag.RECOVERY_ASKED, f"account:{user.id}")
    return ticket


def open_recovery(ctx: Context, user_id: int) -> EnrolmentTicket | None:
    """The recovery of an account that waits for its approval."""
    statement = select(EnrolmentTicket).where(
        EnrolmentTicket.user_id == user_id,
        EnrolmentTicket.kind == RECOVERY,
        EnrolmentTicket.approved_at.is_(None),
        EnrolmentTicket.used_at.is_(None),
        EnrolmentTicket.expires_at > ctx.at,
    )
    return ctx.session.scalars(statement.with_for_update()).first()


def approve_recovery(ctx: Context, user_id: int) -> str:
    """Approve what another administrator asked: sessions end, factors and password go; the code, once.

    Raises:
        NotFound: nothing waits.
        NotAllowed: the actor asked for it himself, or it is his own account.
    """
    _other(ctx, user_id)
    ticket = open_recovery(ctx, user_id)
    if ticket is None:
        raise NotFound("承認を待つ再登録はありません。", "No recovery waits for an approval.")
    if is_person(ctx.session, ticket.asked_by_id, ctx.actor.staff_id, ctx.actor.staff_number):
        raise NotAllowed(
            "申請した本人は承認できません。別の管理者に頼んでください。",
            "Who asked for it cannot approve it. Ask another administrator.",
        )
    code = _code()
    ticket.approved_at, ticket.approved_by_id = ctx.at, ctx.actor.staff_id
    ticket.code_hash, ticket.expires_at = digest(code), ctx.at + TICKET_FOR
    end_all(ctx, user_id)
    ctx.session.execute(
        update(SecondFactor)
        .where(SecondFactor.user_id == user_id, SecondFactor.removed_at.is_(None))
        .values(removed_at=ctx.at)
    )
    ctx.session.get_one(User, user_id).password = None
    audit.record(ctx, Tag.RECOVERY_APPROVED, f"account:{user_id}")
    return code


def find_ticket(ctx: Context, user_id: int, code: str) -> EnrolmentTicket | None:
    """The ticket of a code; a wrong code counts against every open ticket of the account."""
    statement = select(EnrolmentTicket).where(
        EnrolmentTicket.user_id == user_id,
        EnrolmentTicket.code_hash.is_not(None),
        EnrolmentTicket.used_at.is_(None),
        EnrolmentTicket.expires_at > ctx.at,
        EnrolmentTicket.tries < MOST_TRIES,
    )
    wanted, found = digest(plain_code(code)), None
    for ticket in ctx.session.scalars(statement.with_for_update()):
        if ticket.code_hash == wanted:
            found = ticket
    if found is None:
        for ticket in ctx.session.scalars(statement):
            ticket.tries += 1
        audit.record(ctx, Tag.LOGIN_REFUSED, f"account:{user_id}", detail={"door": "ticket"})
    return found


def use_ticket(ctx: Context, ticket_id: int) -> EnrolmentTicket:
    """Take a ticket whose code was shown, once.

    Raises:
        SomebodyElseWasFaster: it was used or has run out.
    """
    statement = select(EnrolmentTicket).where(
        EnrolmentTicket.id == ticket_id,
        EnrolmentTicket.used_at.is_(None),
        EnrolmentTicket.expires_at > ctx.at,
    )
    ticket = ctx.session.scalars(
        statement.with_for_update().execution_options(populate_existing=True)
    ).one_or_none()
    if ticket is None:
        raise SomebodyElseWasFaster(
            "この登録コードはもう使えません。管理者に新しいコードを出してもらってください。",
            "This code is used or has run out. Ask an administrator for a new one.",
        )
    ticket.used_at = ctx.at
    return ticket


def plain_code(typed: str) -> str:
    """A typed code without its dashes and spaces, in capitals."""
    return "".join(sign for sign in typed.upper() if sign in SIGNS)


def _enrol(ctx: Context, row: SecondFactor, ticket: EnrolmentTicket) -> SecondFactor:
    if len(rows.list_factors(ctx.session, row.user_id)) >= MOST_FACTORS:
        raise RuleBroken(
            f"登録できる認証は{MOST_FACTORS}個までです。使わないものを外してください。",
            f"There may be {MOST_FACTORS} factors. Remove one that is not used.",
        )
    use_ticket(ctx, ticket.id)
    ctx.session.add(row)
    ctx.session.flush()
    audit.record(ctx, Tag.FACTOR_ENROLLED, f"account:{row.user_id}", detail={"kind": row.kind})
    return row


def _other(ctx: Context, user_id: int) -> User:
    user = ctx.session.get(User, user_id)
    if user is None:
        raise NotFound("この職員は登録されていません。", "There is no such account.")
    if is_person(ctx.session, user.id, ctx.actor.staff_id, ctx.actor.staff_number):
        raise NotAllowed(
            "自分の登録コードは出せません。ほかの管理者に頼んでください。",
            "Nobody gives himself a code. Ask another administrator.",
        )
    return user


def _code() -> str:
    signs = [secrets.choice(SIGNS) for _ in range(CODE_SIGNS)]
    return "".join(signs)
