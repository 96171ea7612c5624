"""Who of an office could do a task: posted there that day, with its role, and not kept from it (N2).

A task is done by people, never by a list of roles: whoever is to get one must have its role, or stand in for
somebody who has it, and must not be one of those who must not do it, by account and by staff number (B4,
T13). Who stands in for another is kept from whatever that other one is kept from.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

from sqlalchemy import ScalarSelect, func, or_, select
from sqlalchemy.orm import Session, aliased

from models.absence import Absence, StandIn
from models.case import WorkItem
from models.masters import Posting
from models.staff import Permission, PermissionView, Role, User, ViewMenu
from rules.eras import format_short
from services import role_tables
from services.context import names_of
from services.errors import NotAllowed

Words = tuple[str, str]
CHIEF = "section_chief"
NO_ROLE: Words = (
    "この仕事をする担当(権限)がありません",
    "has not the role that does this task",
)
KEPT_APART: Words = (
    "この届出を入力した本人か、先の手順をした本人(またはその代理)なので、この仕事はできません",
    "entered it or did an earlier step, or stands in for who did, and must not do this one",
)


class Waiting(Protocol):
    """What of a task says who could do it."""

    @property
    def role(self) -> str:
        """The role that does it."""

    @property
    def excluded_staff(self) -> Sequence[str]:
        """The names of those who must not."""


@dataclass(frozen=True)
class Colleague:
    """Somebody who is posted in the office that day.

    `waiting` is how many open tasks he has; `principals` those for whom he stands in, with whose roles
    (`lent`) and whose names he works; `away_until` the last day of his absence.
    """

    user_id: int
    staff_number: str
    name: str
    roles: frozenset[str]
    waiting: int = 0
    lent: frozenset[str] = frozenset()
    principals: frozenset[int] = frozenset()
    names: frozenset[str] = frozenset()
    away_until: date | None = None

    @property
    def lanes(self) -> frozenset[str]:
        """The roles whose tasks he may do."""
        return self.roles | self.lent

    @property
    def is_here(self) -> bool:
        return self.away_until is None


@dataclass(frozen=True)
class Chain:
    """That somebody stands in for another, as it stands on record or as it would."""

    deputy_id: int
    principal_id: int


def of_office(session: Session, office_id: int | None, day: date) -> list[Colleague]:
    """Everybody with a role who is posted in the office that day, by name: three statements."""
    away = select(Absence.user_id, Absence.until_on).where(
        Absence.office_id == office_id,
        Absence.called_off_at.is_(None),
        Absence.from_on <= day,
        Absence.until_on >= day,
    )
    chains = (
        select(StandIn.deputy_id, StandIn.principal_id)
        .join(Absence, Absence.id == StandIn.absence_id)
        .where(Absence.office_id == office_id, StandIn.from_on <= day, StandIn.until_on >= day)
    )
    return with_absences(
        posted_in(session, office_id, day),
        {user_id: until_on for user_id, until_on in session.execute(away)},  # noqa: C416 - rows are no pairs
        [Chain(*row) for row in session.execute(chains)],
    )


def posted_in(session: Session, office_id: int | None, day: date) -> list[Colleague]:
    """Everybody with a role who is posted in the office that day, whether he is away or not."""
    waiting = (
        select(WorkItem.assignee_id, func.count().label("number"))
        .where(WorkItem.state == "open", WorkItem.office_id == office_id)
        .group_by(WorkItem.assignee_id)
        .subquery()
    )
    number = func.coalesce(waiting.c.number, 0)
    statement = (
        select(User.id, User.last_name, User.first_name, Posting.staff_number, Role.name, number)
        .select_from(User)
        .join(Posting, Posting.id == _posting_of(User.id, day))
        .join(User.roles)
        .outerjoin(waiting, waiting.c.assignee_id == User.id)
        .where(Posting.office_id == office_id, User.active.is_(True))
        .order_by(User.last_name, User.first_name, User.id)
    )
    found: dict[int, Colleague] = {}
    for user_id, last, first, staff_number, role, waits in session.execute(statement):
        known = found.get(user_id)
        roles = (known.roles if known else frozenset()) | {role}
        names = names_of(staff_number, user_id)
        found[user_id] = Colleague(user_id, staff_number, f"{last} {first}", roles, waits, names=names)
    return list(found.values())


def roles_held(session: Session, day: date) -> frozenset[str]:
    """The roles that somebody has who is posted in any office that day."""
    statement = (
        select(Role.name)
        .select_from(User)
        .join(User.roles)
        .where(User.active.is_(True), _posting_of(User.id, day).is_not(None))
        .distinct()
    )
    return frozenset(session.scalars(statement))


def holders(session: Session, slug: str, day: date) -> list[tuple[int, str]]:
    """Account and staff number of everybody, in any office, whose own role has a permission that day."""
    verb, noun = role_tables.pair_of(slug)
    statement = (
        select(User.id, Posting.staff_number)
        .join(Posting, Posting.id == _posting_of(User.id, day))
        .join(User.roles)
        .join(Role.permissions)
        .join(PermissionView.permission)
        .join(PermissionView.view_menu)
        .where(User.active.is_(True), Permission.name == verb, ViewMenu.name == noun)
        .order_by(User.id)
        .distinct()
    )
    return [(user_id, number) for user_id, number in session.execute(statement)]


def with_absences(
    people: Sequence[Colleague], away: dict[int, date], chains: Iterable[Chain]
) -> list[Colleague]:
    """The same people where some are away and others stand in for them."""
    known = {one.user_id: one for one in people}
    principals: dict[int, set[int]] = {}
    for chain in chains:
        principals.setdefault(chain.deputy_id, set()).add(chain.principal_id)
    return [_on_duty(one, principals.get(one.user_id, set()), known, away) for one in people]


def _on_duty(
    one: Colleague, principals: set[int], known: dict[int, Colleague], away: dict[int, date]
) -> Colleague:
    others = [known[each] for each in principals if each in known]
    return replace(
        one,
        principals=frozenset(principals),
        lent=frozenset().union(*(other.roles for other in others)) - one.roles,
        names=one.names.union(*(other.names for other in others)),
        away_until=away.get(one.user_id),
    )


def why_not(item: Waiting, colleague: Colleague) -> Words | None:
    """Why somebody could not do a task; None where he could, when he is here."""
    if item.role not in colleague.lanes:
        return NO_ROLE
    return KEPT_APART if colleague.names & set(item.excluded_staff) else None


def why_not_now(item: Waiting, colleague: Colleague, colleagues: Iterable[Colleague]) -> Words | None:
    """Why a task is not handed to somebody today; None where it may be."""
    if why_not(item, colleague) is None and colleague.away_until is not None:
        return away(colleague, colleagues)
    return why_not(item, colleague)


def away(colleague: Colleague, colleagues: Iterable[Colleague]) -> Words:
    """Until when somebody is away, and who stands in for him."""
    deputies = [one.name for one in colleagues if colleague.user_id in one.principals and one.is_here]
    until = colleague.away_until
    ja, en = ("、代理は" + "・".join(deputies), "; deputy: " + ", ".join(deputies)) if deputies else ("", "")
    return f"{format_short(until)}まで不在です{ja}", f"is away until {until}{en}"


def could_do(item: Waiting, colleagues: Iterable[Colleague]) -> list[Colleague]:
    """Those who are here and could do a task."""
    return [one for one in colleagues if one.is_here and why_not(item, one) is None]


def chiefs(colleagues: Iterable[Colleague]) -> list[Colleague]:
    """The section chiefs who are here and whoever stands in for one; where none is, those who are away."""
    found = [one for one in colleagues if CHIEF in one.lanes]
    return [one for one in found if one.is_here] or found


def get_able(item: Waiting, colleagues: Sequence[Colleague], user_id: int) -> Colleague:
    """The colleague to whom a task is to go.

    Raises:
        NotAllowed: he is not of the office today, is away, has not the role, or must not do this task.
    """
    found = next((one for one in colleagues if one.user_id == user_id), None)
    if found is None:
        raise NotAllowed(
            "この職員は、きょうこの課・窓口に配属されていません。一覧から別の職員を選んでください。",
            "This person does not work in this office today. Choose another one from the list.",
        )
    refused = why_not_now(item, found, colleagues)
    if refused is not None:
        raise NotAllowed(
            f"{found.name}さんには回せません。{refused[0]}。別の職員を選んでください。",
            f"{found.name} {refused[1]}. Choose somebody else.",
        )
    return found


def _posting_of(user_id: object, day: date) -> ScalarSelect[int]:
    """The posting of an account that counts on a day, as `models.staff.find_posting` finds it."""
    here = aliased(Posting)
    return (
        select(func.max(here.id))
        .where(
            here.user_id == user_id,
            here.from_on <= day,
            or_(here.until_on.is_(None), here.until_on >= day),
        )
        .scalar_subquery()
    )
