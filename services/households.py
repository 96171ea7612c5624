"""Households: members and head by date, symbol and number, branches (A2, A4, ADR 0003).

A day of an end (`until_on`) is the last day inside. Who is still living in the household stays its member
when he loses his insurance; when nobody insured is left, the household has ended.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.audit.tags import Tag
from models.base import known
from models.household import BranchNumber, CardNumber, Household, HouseholdHead, HouseholdMember
from models.notification import Notification
from services import audit, city
from services.context import Context
from services.errors import BranchNumbersUsedUp, HouseholdUnknown, NotAMember
from services.numbering import card_number, household_number
from services.recorded import origin

ONE_DAY = timedelta(days=1)
LAST_BRANCH = 99
HEAD_RELATIONSHIP = "head"


def create(ctx: Context, from_on: date, notification: Notification | None) -> Household:
    """A new household with a number of its own, and a card number from `from_on` on; no members yet."""
    household = begin(ctx, from_on, city.read(ctx.session))
    ctx.session.flush()
    _say(ctx, household.id, "created", notification)
    return household


def begin(ctx: Context, from_on: date, settled: city.City) -> Household:
    """A new household with both its numbers, which the next flush writes; `found` says who is in it."""
    number = household_number(ctx.session)
    household = Household(household_number=number, created_at=ctx.at, cards=[_card(ctx, from_on, settled)])
    ctx.session.add(household)
    return household


def found(
    ctx: Context,
    household: Household,
    relationships: Mapping[int, str],
    head_id: int,
    from_on: date,
    notification: Notification | None,
) -> None:
    """Put members and head into a household that was begun by this deed; asks nothing of the record."""
    ctx.session.add_all(
        _member(ctx, household.id, person_id, relationship, from_on, None, notification)
        for person_id, relationship in relationships.items()
    )
    ctx.session.add(_head(ctx, household.id, head_id, from_on, None, notification, nhi_only=False))
    for deed in ("created", "members_added", "head_set"):
        _say(ctx, household.id, deed, notification)


def get(ctx: Context, household_id: int) -> Household:
    """The household of an id.

    Raises:
        HouseholdUnknown: there is none.
    """
    row = ctx.session.get(Household, household_id)
    if row is None:
        raise HouseholdUnknown(
            "この世帯は登録されていません。検索し直して、正しい世帯を選んでください。",
            "There is no such household. Search again and choose the right one.",
        )
    return row


def add_members(
    ctx: Context,
    household_id: int,
    relationships: Mapping[int, str],
    from_on: date,
    notification: Notification | None,
) -> None:
    """Let persons belong to the household from `from_on` on; somebody who already does stays as he is."""
    inside = {
        row.person_id
        for row in _memberships(ctx.session, household_id)
        if row.from_on <= from_on and (row.until_on is None or row.until_on >= from_on)
    }
    for person_id, relationship in relationships.items():
        if person_id not in inside:
            ctx.session.add(_member(ctx, household_id, person_id, relationship, from_on, None, notification))
    _say(ctx, household_id, "members_added", notification)


def remove_members(
    ctx: Context, household_id: int, last_days: Mapping[int, date], notification: Notification | None
) -> None:
    """End memberships with the last day of each person; what began later is not believed any more.

    Raises:
        NotAMember: somebody does not belong to the household then or later.
    """
    rows = [
        row
        for row in _memberships(ctx.session, household_id)
        if row.person_id in last_days and (row.until_on is None or row.until_on > last_days[row.person_id])
    ]
    if set(last_days) - {row.person_id for row in rows}:
        raise NotAMember(
            "この方は、その日にこの世帯の世帯員ではありません。世帯と日付を確かめてください。",
            "The person does not belong to this household on that day. Check household and date.",
        )
    for row in rows:
        _cut_member(ctx, row, last_days[row.person_id], notification)
    for _ in last_days:
        _say(ctx, household_id, "member_removed", notification)


def set_relationships(
    ctx: Context,
    household_id: int,
    relationships: dict[int, str],
    from_on: date,
    notification: Notification | None,
) -> None:
    """Write how members are related to the head from a day on (the head has changed)."""
    for row in _memberships(ctx.session, household_id):
        wanted = relationships.get(row.person_id)
        ongoing = row.until_on is None or row.until_on >= from_on
        if wanted is None or wanted == row.relationship_code or not ongoing:
            continue
        until_on = row.until_on
        _cut_member(ctx, row, from_on - ONE_DAY, notification)
        begins = max(row.from_on, from_on)
        ctx.session.add(_member(ctx, household_id, row.person_id, wanted, begins, until_on, notification))


def set_head(
    ctx: Context,
    household_id: int,
    person_id: int,
    from_on: date,
    notification: Notification | None,
    *,
    nhi_only: bool = False,
) -> None:
    """Put a head in place from `from_on` until the next change on record; the former ends the day before."""
    until_on = None
    for row in _heads(ctx.session, household_id):
        if row.from_on <= from_on and (row.until_on is None or row.until_on >= from_on):
            until_on = row.until_on
            _cut_head(ctx, row, from_on - ONE_DAY, notification)
        elif row.from_on > from_on and until_on is None:
            until_on = row.from_on - ONE_DAY
    ctx.session.add(_head(ctx, household_id, person_id, from_on, until_on, notification, nhi_only=nhi_only))
    _say(ctx, household_id, "head_set", notification)


def end(ctx: Context, household_id: int, last_day: date, notification: Notification | None) -> None:
    """End the household: no members and no head after `last_day`. Its numbers stay its own for ever."""
    for member in _memberships(ctx.session, household_id):
        if member.until_on is None or member.until_on > last_day:
            _cut_member(ctx, member, last_day, notification)
    for head in _heads(ctx.session, household_id):
        if head.until_on is None or head.until_on > last_day:
            _cut_head(ctx, head, last_day, notification)
    _say(ctx, household_id, "ended", notification)


def give_number(ctx: Context, household_id: int, from_on: date) -> CardNumber:
    """A new symbol and number for the household. The newest number without an end is the one in force."""
    given = _card(ctx, from_on, city.read(ctx.session))
    given.household_id = household_id
    ctx.session.add(given)
    ctx.session.flush()
    return given


def _card(ctx: Context, from_on: date, settled: city.City) -> CardNumber:
    settings = settled.on(from_on)
    number = card_number(ctx.session, settings)
    return CardNumber(symbol=settings.text("numbering/card_symbol"), number=number, from_on=from_on)


def give_branches(
    ctx: Context, card: CardNumber, person_ids: list[int], *, is_new: bool = False
) -> dict[int, str]:
    """The branches of persons within a number: the one given before, else the next ones in this order (H06).

    `is_new`: the number was given in this very deed, so that nobody has a branch yet.

    Raises:
        BranchNumbersUsedUp: the number has no free branch any more.
    """
    session = ctx.session
    given: dict[int, str] = {}
    if not is_new:
        session.execute(select(CardNumber.id).where(CardNumber.id == card.id).with_for_update())
        branches = select(BranchNumber).where(BranchNumber.card_number_id == card.id)
        given = {row.person_id: row.branch for row in session.scalars(branches)}
    highest = max((int(branch) for branch in given.values()), default=0)
    for person_id in person_ids:
        if person_id in given:
            continue
        highest += 1
        if highest > LAST_BRANCH:
            raise BranchNumbersUsedUp(
                "この被保険者番号の枝番(01から99)をすべて使い終えました。枝番は再び使えません。"
                "世帯に新しい被保険者番号を付けてから登録してください。",
                "All branch numbers of this card number were used. Give the household a new number first.",
            )
        given[person_id] = f"{highest:02}"
        session.add(BranchNumber(card_number_id=card.id, person_id=person_id, branch=given[person_id]))
    return {person_id: given[person_id] for person_id in person_ids}


def since(session: Session, household_id: int) -> date | None:
    """The first day of the household, as known today."""
    statement = select(func.min(HouseholdHead.from_on)).where(
        HouseholdHead.household_id == household_id, HouseholdHead.superseded_at.is_(None)
    )
    return session.scalar(statement)


def _memberships(session: Session, household_id: int) -> list[HouseholdMember]:
    statement = select(HouseholdMember).where(HouseholdMember.household_id == household_id)
    return list(session.scalars(known(statement, HouseholdMember).order_by(HouseholdMember.id)))


def _heads(session: Session, household_id: int) -> list[HouseholdHead]:
    statement = select(HouseholdHead).where(HouseholdHead.household_id == household_id)
    return list(session.scalars(known(statement, HouseholdHead).order_by(HouseholdHead.from_on)))


def _cut_member(
    ctx: Context, row: HouseholdMember, last_day: date, notification: Notification | None
) -> None:
    row.supersede(ctx.at, notification.id if notification else None)
    if row.from_on <= last_day:
        ctx.session.add(
            _member(
                ctx,
                row.household_id,
                row.person_id,
                row.relationship_code,
                row.from_on,
                last_day,
                notification,
            )
        )


def _cut_head(ctx: Context, row: HouseholdHead, last_day: date, notification: Notification | None) -> None:
    row.supersede(ctx.at, notification.id if notification else None)
    if row.from_on <= last_day:
        ctx.session.add(
            _head(
                ctx,
                row.household_id,
                row.person_id,
                row.from_on,
                last_day,
                notification,
                nhi_only=row.nhi_only,
            )
        )


def _member(
    ctx: Context,
    household_id: int,
    person_id: int,
    relationship: str,
    from_on: date,
    until_on: date | None,
    notification: Notification | None,
) -> HouseholdMember:
    return HouseholdMember(
        household_id=household_id,
        person_id=person_id,
        relationship_code=relationship,
        from_on=from_on,
        until_on=until_on,
        **origin(ctx, notification),
    )


def _head(
    ctx: Context,
    household_id: int,
    person_id: int,
    from_on: date,
    until_on: date | None,
    notification: Notification | None,
    *,
    nhi_only: bool,
) -> HouseholdHead:
    return HouseholdHead(
        household_id=household_id,
        person_id=person_id,
        nhi_only=nhi_only,
        from_on=from_on,
        until_on=until_on,
        **origin(ctx, notification),
    )


def _say(ctx: Context, household_id: int, deed: str, notification: Notification | None) -> None:
    detail = {"deed": deed, "notification": notification.id if notification else None}
    audit.record(ctx, Tag.REGISTER_CHANGED, f"household:{household_id}", detail=detail)
