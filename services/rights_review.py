"""Who holds which right, since when and by whose decision; confirmed once a year by another (棚卸, M11, M18).

A chief confirms the people of his own office, an auditor everybody; nobody himself. What is found needless is
then taken away by a request of the administrators (right_requests.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import or_, select
from sqlalchemy.orm import selectinload

from models.audit.tags import Tag
from models.masters import Office, Posting
from models.rights import APPROVED, RightConfirmation, RightRequest
from models.staff import User, is_person, names_of
from rules.calendar_months import add_months
from services import audit, city
from services.context import JST
from services.errors import NotAllowed, NotFound, RuleBroken

if TYPE_CHECKING:
    from services.context import Context

MONTHS = "rights/confirmation_months"
NEEDED, NEEDLESS = "needed", "needless"
EVERY_OFFICE = frozenset({"administrator", "auditor"})
LONGEST = 400


@dataclass(frozen=True)
class Held:
    """The rights of one account, as they are confirmed. `since` is None as long as nobody has decided."""

    user_id: int
    name: str
    account: str
    staff_number: str
    office: str
    roles: tuple[str, ...]
    since: datetime | None
    asked_by: str
    decided_by: str
    last_login: datetime | None
    confirmed: RightConfirmation | None
    is_due: bool
    is_own: bool


def read(ctx: Context) -> list[Held]:
    """Everybody who works today in the actor's office (administrators and auditors: in every office)."""
    audit.record(ctx, Tag.RIGHTS_READ)
    people = _people(ctx)
    ids = [user.id for user, _, _ in people]
    decided, confirmed = _decided(ctx, ids), _confirmed(ctx, ids)
    names = names_of(
        ctx.session, [one for row in decided.values() for one in (row.asked_by_id, row.decided_by_id)]
    )
    return [
        Held(
            user_id=user.id,
            name=f"{user.last_name} {user.first_name}",
            account=user.username,
            staff_number=posting.staff_number,
            office=office,
            roles=tuple(sorted(role.name for role in user.roles)),
            since=row.decided_at if (row := decided.get(user.id)) else None,
            asked_by=names.get(row.asked_by_id, "") if row else "",
            decided_by=names.get(row.decided_by_id or 0, "") if row else "",
            last_login=user.last_login,
            confirmed=confirmed.get(user.id),
            is_due=_is_due(ctx, confirmed.get(user.id), row),
            is_own=is_person(ctx.session, user.id, ctx.actor.staff_id, ctx.actor.staff_number),
        )
        for user, posting, office in people
    ]


def confirm(ctx: Context, user_id: int, verdict: str, words: str) -> RightConfirmation:
    """Say that somebody needs what he holds, or not.

    Raises:
        NotFound: nobody of this number works in the actor's reach.
        NotAllowed: it is the actor himself.
        RuleBroken: the verdict is missing, or a needless right has no reason.
    """
    found = next((one for one in _people(ctx) if one[0].id == user_id), None)
    if found is None:
        raise NotFound("この職員は、確認できる範囲にいません。", "This person is not within your reach.")
    user, posting, _ = found
    if is_person(ctx.session, user.id, ctx.actor.staff_id, ctx.actor.staff_number):
        raise NotAllowed("自分の権限は、ほかの人が確認します。", "Another person confirms your rights.")
    if verdict not in {NEEDED, NEEDLESS} or (verdict == NEEDLESS and not words.strip()):
        raise RuleBroken(
            "判定を選んでください。不要とするときは、理由も入力してください。",
            "Choose a verdict; where a right is needless, give the reason.",
        )
    row = RightConfirmation(
        user_id=user.id,
        staff_number=posting.staff_number,
        roles=sorted(role.name for role in user.roles),
        verdict=verdict,
        words=words.strip()[:LONGEST],
        at=ctx.at,
        by_id=ctx.actor.staff_id,
        by_number=ctx.actor.staff_number,
    )
    ctx.session.add(row)
    ctx.session.flush()
    audit.record(ctx, Tag.RIGHTS_CONFIRMED, f"account:{user.id}", detail={"verdict": verdict})
    return row


def _people(ctx: Context) -> Sequence[tuple[User, Posting, str]]:
    statement = (
        select(User, Posting, Office.name)
        .join(Posting, Posting.user_id == User.id)
        .join(Office, Office.id == Posting.office_id)
        .where(
            User.active.is_(True),
            Posting.from_on <= ctx.today,
            or_(Posting.until_on.is_(None), Posting.until_on >= ctx.today),
        )
        .options(selectinload(User.roles))
        .order_by(Office.code, Posting.staff_number)
    )
    if not ctx.actor.own_roles & EVERY_OFFICE:
        statement = statement.where(Posting.office_id == ctx.actor.office_id)
    return [(row[0], row[1], row[2]) for row in ctx.session.execute(statement)]


def _decided(ctx: Context, ids: Sequence[int]) -> dict[int, RightRequest]:
    """The last approved request of each account."""
    statement = select(RightRequest).where(RightRequest.user_id.in_(ids), RightRequest.state == APPROVED)
    return {
        row.user_id: row for row in ctx.session.scalars(statement.order_by(RightRequest.id)) if row.user_id
    }


def _confirmed(ctx: Context, ids: Sequence[int]) -> dict[int, RightConfirmation]:
    """The last confirmation of each account."""
    statement = select(RightConfirmation).where(RightConfirmation.user_id.in_(ids))
    return {row.user_id: row for row in ctx.session.scalars(statement.order_by(RightConfirmation.id))}


def _is_due(ctx: Context, last: RightConfirmation | None, changed: RightRequest | None) -> bool:
    """Nobody confirmed these rights within the months that the city has settled, or since they changed."""
    if last is None or (
        changed is not None and changed.decided_at is not None and changed.decided_at > last.at
    ):
        return True
    months = int(city.setting(ctx.session, MONTHS, ctx.today))
    return add_months(last.at.astimezone(JST).date(), months) <= ctx.today
