"""For whom somebody stands in on a day, with the roles that this lends him, in one value (N2).

Every page asks this with the session, so it is one column of that statement: parts that no name can hold
stand between the values.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, case, cast, func, literal, or_, select
from sqlalchemy.orm import aliased

from models.absence import StandIn
from models.masters import Posting
from models.staff import Role, User

BETWEEN_VALUES, BETWEEN_ROWS = "\x1f", "\x1e"
Lender = tuple[int, str, frozenset[str]]  # account, staff number, roles


def lent_to(deputy_id: Any, office_id: Any, day: Any) -> Select[Any]:
    """The principals of somebody: those who work in his office lend him their roles, the others nothing."""
    there, principal = aliased(Posting), aliased(User)
    posted = and_(
        there.user_id == StandIn.principal_id,
        there.office_id == office_id,
        there.from_on <= day,
        or_(there.until_on.is_(None), there.until_on >= day),
    )
    working = and_(principal.id == StandIn.principal_id, principal.active.is_(True))
    between = literal(BETWEEN_VALUES)
    row = (
        cast(StandIn.principal_id, String)
        + between
        + func.coalesce(there.staff_number, "")
        + between
        + _role_where(there, principal)
    )
    return (
        select(func.aggregate_strings(row, BETWEEN_ROWS))
        .select_from(StandIn)
        .outerjoin(there, posted)
        .outerjoin(principal, working)
        .outerjoin(principal.roles)
        .where(StandIn.deputy_id == deputy_id, StandIn.from_on <= day, StandIn.until_on >= day)
    )


def read(told: str | None) -> list[Lender]:
    """What `lent_to` has told, one entry a principal."""
    numbers: dict[int, str] = {}
    roles: dict[int, set[str]] = {}
    for row in (told or "").split(BETWEEN_ROWS):
        if row:
            user_id, number, role = row.split(BETWEEN_VALUES)
            numbers[int(user_id)] = number
            roles.setdefault(int(user_id), set()).update({role} - {""})
    return [(user_id, number, frozenset(roles[user_id])) for user_id, number in numbers.items()]


def _role_where(there: Any, principal: Any) -> ColumnElement[str]:
    """The role, where the principal works here today."""
    is_here = and_(there.id.is_not(None), principal.id.is_not(None))
    return case((is_here, func.coalesce(Role.name, "")), else_="")
