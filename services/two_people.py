"""Deeds of two people: who decides is never who entered, by account and by staff number (B4, K4, M07)."""

from __future__ import annotations

from collections.abc import Iterable, MutableMapping
from datetime import datetime
from typing import Protocol

from sqlalchemy import select

from forms.characters import holds_individual_number
from models.circumstance_entry import APPROVED, REFUSED, WITHDRAWN
from models.masters import Posting
from services.context import Context
from services.errors import NotAllowed, RuleBroken

LONGEST_REASON = 400
LONGEST_EVIDENCE = 400


class Entered(Protocol):
    """What one person entered and another decides, whatever it is about."""

    state: str
    entered_at: datetime
    entered_by_id: int
    entered_by_number: str
    decided_at: datetime | None
    decided_by_id: int | None
    decided_by_number: str | None


def is_one_of(ctx: Context, user_ids: Iterable[int | None]) -> bool:
    """Whether the actor is one of these accounts, has the number of one, or stands in for one."""
    wanted = {one for one in user_ids if one is not None}
    if ctx.actor.staff_id in wanted or ctx.actor.stands_in_for & wanted:
        return True
    same = select(Posting.id).where(
        Posting.user_id.in_(wanted), Posting.staff_number == ctx.actor.staff_number
    )
    return bool(wanted) and ctx.session.scalars(same.limit(1)).first() is not None


def must_be_somebody_else(ctx: Context, user_ids: Iterable[int | None]) -> None:
    """Refuse whoever had a part in it before.

    Raises:
        NotAllowed: the actor is one of them.
    """
    if is_one_of(ctx, user_ids):
        raise NotAllowed(
            "入力した本人や申し出た本人は決定できません。別の職員が決定してください。",
            "Who entered or proposed it must not decide it. Leave it to somebody else.",
        )


def must_have_any(ctx: Context, roles: frozenset[str], ja: str, en: str) -> None:
    """Refuse whoever has none of the roles, or has them in an emergency only (T14).

    Raises:
        NotAllowed: he has none of them as his own.
    """
    held = roles & ctx.actor.own_roles
    if not held:
        raise NotAllowed(ja, en)
    if held <= ctx.actor.borrowed:
        must_not_be_borrowed(ctx, min(held))


def must_not_be_borrowed(ctx: Context, role: str) -> None:
    """Refuse a role taken in an emergency: it helps with cases, decides no money, lets no data out (T14).

    Raises:
        NotAllowed: the actor has the role only so.
    """
    if role in ctx.actor.borrowed:
        raise NotAllowed(
            "緊急時の権限では、この決定はできません。ふだんその権限を持つ職員が決定してください。",
            "A role taken in an emergency does not decide this. Leave it to who always holds the role.",
        )


def sign_entered(ctx: Context, entry: Entered) -> None:
    """Put on an entry who made it and when.

    Raises:
        NotAllowed: the actor is none of the staff.
    """
    if ctx.actor.staff_id is None:
        raise NotAllowed("担当者としてサインインしてください。", "Sign in as one of the staff.")
    entry.entered_at, entry.entered_by_id = ctx.at, ctx.actor.staff_id
    entry.entered_by_number = ctx.actor.staff_number


def sign_decided(ctx: Context, entry: Entered, *, approve: bool) -> None:
    """Put on an entry what was decided of it, by whom and when."""
    entry.state, entry.decided_at = (APPROVED if approve else REFUSED), ctx.at
    entry.decided_by_id, entry.decided_by_number = ctx.actor.staff_id, ctx.actor.staff_number


def sign_withdrawn(ctx: Context, entry: Entered) -> None:
    """Take an entry back.

    Raises:
        NotAllowed: another one made it.
    """
    if entry.entered_by_id != ctx.actor.staff_id:
        raise NotAllowed("取り下げられるのは入力した本人だけです。", "Only who entered it can take it back.")
    entry.state, entry.decided_at = WITHDRAWN, ctx.at


def reason_of(text: str) -> str:
    """A reason as it goes on record.

    Raises:
        RuleBroken: it is missing or too long, or an Individual Number stands in it.
    """
    reason = " ".join(text.split())
    if not reason:
        raise RuleBroken(
            "理由が入力されていません。確かめた書類と判断を1行で入力してください。",
            "The reason is missing. Say in one line which papers you saw and what you concluded.",
        )
    if len(reason) > LONGEST_REASON:
        raise RuleBroken(
            f"理由は{LONGEST_REASON}字までです。短くしてください。",
            f"The reason may have {LONGEST_REASON} characters. Make it shorter.",
        )
    if holds_individual_number(reason):
        raise RuleBroken(
            "理由に個人番号が入っています。番号は書かずに、書類の名前で書いてください。",
            "An Individual Number stands in the reason. Name the paper, never the number.",
        )
    return reason


def evidence_of(typed: str, example: str, errors: MutableMapping[str, tuple[str, str]]) -> str:
    """The paper seen as it goes on record; what is wrong with it is added to `errors` as `evidence`."""
    evidence = " ".join(typed.split())
    if not evidence:
        errors["evidence"] = (
            f"確かめた書類を入力してください(例 {example})。確認する人が同じ書類を見ます。",
            "Name the paper that you saw: who checks it looks at the same.",
        )
    elif len(evidence) > LONGEST_EVIDENCE:
        errors["evidence"] = (f"{LONGEST_EVIDENCE}字までです。", f"At most {LONGEST_EVIDENCE} characters.")
    elif holds_individual_number(evidence):
        errors["evidence"] = (
            "個人番号のような番号が入っています。書類の名前だけを書いてください。",
            "This looks like an Individual Number. Name the paper only.",
        )
    return evidence
