"""Being away from one day to another, with a deputy: one's own absence, or set by the section chief (N2).

The deputy does the tasks of whoever is away, with his roles, and with no other right of his. He never does
what he or the other one is kept from. What cannot be is refused with the reason: a circle of deputies, duties
that check one another in one hand (M18), a deputy who is away himself, tasks that nobody could do meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, delete, or_, select

from models.absence import Absence, StandIn
from models.audit.tags import Tag
from models.masters import Office
from models.staff import names_of
from services import absence_rules, audit, coverage, deputies, notices, role_tables, staffing
from services.absence_rules import Wish
from services.context import Context
from services.deputies import Away
from services.duties import RightsBook
from services.errors import NotAllowed, NotFound, SomebodyElseWasFaster
from services.notices import About
from services.staffing import CHIEF, Colleague

PAGE = 200


@dataclass(frozen=True)
class Line:
    """An absence as it is listed."""

    absence: Absence
    name: str
    deputy: str
    set_by: str
    may_call_off: bool


def record(ctx: Context, book: RightsBook, wish: Wish) -> Absence:
    """Put an absence on record: one's own, or as the section chief of anybody in the office.

    Raises:
        NotAllowed: it is somebody else's, and the actor is no section chief.
        DeputyRefused: the days or the deputy cannot be; the message says why.
    """
    office_id = _office(ctx)
    _must_be_ones_own_or_chief(ctx, wish.user_id)
    absence_rules.check_days(ctx.today, wish)
    one_at_a_time = select(Office.id).where(Office.id == office_id)
    ctx.session.execute(one_at_a_time.with_for_update(key_share=True))  # deeds that name the office go on
    people = {one.user_id: one for one in staffing.posted_in(ctx.session, office_id, wish.from_on)}
    before = _on_record(ctx, office_id)
    absence_rules.check_person(wish, people, before)
    new = Away(0, wish.user_id, wish.deputy_id, wish.from_on, wish.until_on)
    grants = role_tables.grants(ctx.session)
    absence_rules.check_deputy(book, grants, wish, people, [*before, new])
    absence_rules.must_leave_somebody(ctx, office_id, before, new)
    row = Absence(
        user_id=wish.user_id,
        office_id=office_id,
        deputy_id=wish.deputy_id,
        from_on=wish.from_on,
        until_on=wish.until_on,
        set_at=ctx.at,
        set_by_id=ctx.actor.staff_id,
    )
    ctx.session.add(row)
    ctx.session.flush()
    audit.record(ctx, Tag.ABSENCE_SET, f"account:{wish.user_id}", detail=_told(row))
    _work_out(ctx, office_id)
    told = [one for one in (wish.deputy_id, wish.user_id) if one is not None]
    notices.tell(ctx, told, About(notices.DEPUTY, f"absence:{row.id}"))
    coverage.settle(ctx, office_id)
    return row


def call_off(ctx: Context, absence_id: int) -> Absence:
    """Take an absence back, or end it today: whoever was away is here again, and his deputy no deputy.

    Raises:
        NotFound: there is none in the actor's office.
        NotAllowed: it is somebody else's, and the actor is no section chief.
        SomebodyElseWasFaster: it is over, or was taken back.
    """
    office_id = _office(ctx)
    statement = select(Absence).where(Absence.id == absence_id, Absence.office_id == office_id)
    row = ctx.session.scalars(statement.with_for_update()).one_or_none()
    if row is None:
        raise NotFound("この不在の登録は見つかりません。", "There is no such absence.")
    _must_be_ones_own_or_chief(ctx, row.user_id)
    if row.called_off_at is not None or row.until_on < ctx.today:
        raise SomebodyElseWasFaster(
            "この不在はすでに終わっているか、取り消されています。", "This absence is over already."
        )
    row.called_off_at, row.called_off_by_id = ctx.at, ctx.actor.staff_id
    audit.record(ctx, Tag.ABSENCE_CALLED_OFF, f"account:{row.user_id}", detail=_told(row))
    ctx.session.flush()
    _work_out(ctx, office_id)
    coverage.settle(ctx, office_id)
    return row


def read(ctx: Context) -> Sequence[Line]:
    """The absences of the office that are not over, the soonest first; for others than the chief his own."""
    statement = _not_over(ctx, _office(ctx))
    if CHIEF not in ctx.actor.own_roles:
        me = ctx.actor.staff_id
        statement = statement.where(or_(Absence.user_id == me, Absence.deputy_id == me))
    rows = ctx.session.scalars(statement.order_by(Absence.from_on, Absence.id).limit(PAGE)).all()
    names = names_of(
        ctx.session, {one for row in rows for one in (row.user_id, row.deputy_id, row.set_by_id)}
    )
    return [
        Line(
            row,
            names.get(row.user_id, ""),
            names.get(row.deputy_id, "") if row.deputy_id else "",
            names.get(row.set_by_id, ""),
            CHIEF in ctx.actor.own_roles or row.user_id == ctx.actor.staff_id,
        )
        for row in rows
    ]


def candidates(
    ctx: Context, book: RightsBook, colleagues: Sequence[Colleague], user_id: int
) -> list[Colleague]:
    """Those of the office who may stand in for somebody, as far as roles and duties say."""
    principal = next((one for one in colleagues if one.user_id == user_id), None)
    if principal is None:
        return []
    grants = role_tables.grants(ctx.session)
    return [
        one
        for one in colleagues
        if not one.names & principal.names
        and absence_rules.why_no_deputy(book, grants, one, principal.roles) is None
    ]


def _office(ctx: Context) -> int:
    if ctx.actor.office_id is None:
        raise NotAllowed("所属のない人は不在を登録できません。", "Without an office nobody is away.")
    return ctx.actor.office_id


def _must_be_ones_own_or_chief(ctx: Context, user_id: int) -> None:
    if user_id != ctx.actor.staff_id and CHIEF not in ctx.actor.own_roles:
        raise NotAllowed(
            "ほかの人の不在を登録・取消できるのは、本人と課長だけです。",
            "Only the person himself or the section chief sets or ends an absence.",
        )


def _not_over(ctx: Context, office_id: int) -> Select[Any]:
    return select(Absence).where(
        Absence.office_id == office_id, Absence.called_off_at.is_(None), Absence.until_on >= ctx.today
    )


def _on_record(ctx: Context, office_id: int) -> list[Away]:
    rows = ctx.session.scalars(_not_over(ctx, office_id).order_by(Absence.id))
    return [Away(row.id, row.user_id, row.deputy_id, row.from_on, row.until_on) for row in rows]


def _work_out(ctx: Context, office_id: int) -> None:
    """Put on record who stands in for whom from today on; what is past stays."""
    of_office = select(Absence.id).where(Absence.office_id == office_id)
    ctx.session.execute(
        delete(StandIn)
        .where(StandIn.absence_id.in_(of_office), StandIn.until_on >= ctx.today)
        .execution_options(synchronize_session=False)
    )
    ctx.session.add_all(StandIn(**vars(link)) for link in deputies.links_of(_on_record(ctx, office_id)))
    ctx.session.flush()


def _told(row: Absence) -> dict[str, object]:
    return {
        "absence": row.id,
        "from": row.from_on.isoformat(),
        "until": row.until_on.isoformat(),
        "deputy": row.deputy_id,
    }
