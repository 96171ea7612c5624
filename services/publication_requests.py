"""Asking that a draft be put in force: whoever may do it is told, once for each state of it (issue 5; B4).

Of procedures and of letters' texts alike. What was asked is read off the notices; no row of its own is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import select

from models.absence import StandIn
from models.masters import Posting
from models.notice import Notice
from models.staff import names_of
from services import notices, staffing
from services.context import Context
from services.errors import RuleBroken
from services.notices import About

PUBLISH = "definition.publish"


class Drafted(Protocol):
    """What of a draft says which state of it is meant, and whose it is."""

    @property
    def id(self) -> int:
        """Which draft."""

    @property
    def author_id(self) -> int:
        """The account of its author."""

    @property
    def lock_version(self) -> int:
        """How often it was changed."""

    @property
    def saved_at(self) -> datetime:
        """When it was changed last."""


@dataclass(frozen=True)
class Asked:
    """That the author asked for a draft as it stands: who was told, when, and whether others came since."""

    at: datetime
    told: tuple[str, ...]
    others_came: bool = False


def ask(ctx: Context, kind: str, draft: Drafted) -> int:
    """Tell everybody who may put a draft in force and was not told of this state of it; answers how many.

    What was told of earlier states is over by it. The row of the draft is locked by the caller, so that two
    presses at once tell nobody twice.

    Raises:
        RuleBroken: nobody but the author may put it in force.
    """
    others = _who_may(ctx, draft.author_id)
    if not others:
        raise RuleBroken(
            "公開を頼めませんでした。公開できるのは作成者とは別の管理者(職員番号も別の人)だけで、いまはほかに一人も"
            "いません。下書きはそのまま残っています。「職員と権限」で別の職員を管理者にしてから(管理者が一人だけのときは、"
            "運用担当に二人目の登録を頼んでから)、もう一度頼んでください。",
            "Nobody was asked: only another administrator, of another staff number, may put it in force, and "
            "today there is none. The draft is kept. Make somebody else an administrator under Staff "
            "and roles (the operator does where there is one alone), then ask again.",
        )
    told = _told(ctx, kind, draft, others)
    if not told:
        over(ctx, kind, draft.id)
    notices.tell(ctx, others, About(kind, _key(kind, draft), number=draft.id))
    return len(others - told.keys())


def asked(ctx: Context, kind: str, draft: Drafted) -> Asked | None:
    """Whether its author asked for this state of a draft, of those who may put it in force now."""
    who_may = _who_may(ctx, draft.author_id)
    told = _told(ctx, kind, draft, who_may)
    if not told:
        return None
    names = names_of(ctx.session, told)
    return Asked(min(told.values()), tuple(names[one] for one in sorted(told)), bool(who_may - told.keys()))


def over(ctx: Context, kind: str, draft_id: int) -> None:
    """Count what was told of a draft no more: it is in force, dropped, or asked for anew."""
    notices.settle(ctx, kind, draft_id)


def _who_may(ctx: Context, author_id: int) -> set[int]:
    """Who may put a draft of this author in force: none of whom `two_people.is_one_of` would refuse."""
    own_numbers = select(Posting.staff_number).where(Posting.user_id == author_id)
    numbers = set(ctx.session.scalars(own_numbers))
    stands_in = select(StandIn.deputy_id).where(
        StandIn.principal_id == author_id, StandIn.from_on <= ctx.today, StandIn.until_on >= ctx.today
    )
    kept_apart = {author_id, *ctx.session.scalars(stands_in)}
    return {
        user_id
        for user_id, number in staffing.holders(ctx.session, PUBLISH, ctx.today)
        if user_id not in kept_apart and number not in numbers
    }


def _told(ctx: Context, kind: str, draft: Drafted, user_ids: set[int]) -> dict[int, datetime]:
    """Who of these was told of this state, and when."""
    statement = select(Notice.user_id, Notice.at).where(
        Notice.user_id.in_(user_ids), Notice.key == _key(kind, draft)
    )
    return {user_id: at for user_id, at in ctx.session.execute(statement)}  # noqa: C416 - rows are no pairs


def _key(kind: str, draft: Drafted) -> str:
    """The state of a draft. The moment is in it, since a database may give the id of a dropped one anew."""
    return f"{kind}:{draft.id}:{draft.lock_version}:{draft.saved_at:%Y%m%d%H%M%S%f}"
