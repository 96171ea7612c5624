"""Who of an office could do a task: posted there today, with its role, and none of those kept from it (N2).

A task is done by people, never by a list of roles: whoever is to get one must have its role today and must
not be one of those who must not do it, by account and by staff number (B4, T13).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ScalarSelect, func, or_, select
from sqlalchemy.orm import Session, aliased

from models.case import WorkItem
from models.masters import Posting
from models.staff import Role, User
from services.context import names_of
from services.errors import NotAllowed

Words = tuple[str, str]
NO_ROLE: Words = (
    "この仕事をする担当(権限)がありません",
    "has not the role that does this task",
)
KEPT_APART: Words = (
    "この届出を入力した本人か、先の手順をした本人なので、この仕事はできません",
    "entered it or did an earlier step, and must not do this one",
)


@dataclass(frozen=True)
class Colleague:
    """Somebody who is posted in the office today; `waiting` is how many open tasks he has."""

    user_id: int
    staff_number: str
    name: str
    roles: frozenset[str]
    waiting: int = 0

    @property
    def names(self) -> frozenset[str]:
        """The names by which he may be kept from a task."""
        return names_of(self.staff_number, self.user_id)


def of_office(session: Session, office_id: int | None, day: date) -> list[Colleague]:
    """Everybody with a role who is posted in the office that day, by name: one statement."""
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
    roles: dict[int, set[str]] = {}
    people: dict[int, tuple[str, str, int]] = {}
    for user_id, last, first, staff_number, role, waits in session.execute(statement):
        roles.setdefault(user_id, set()).add(role)
        people[user_id] = (staff_number, f"{last} {first}", waits)
    return [
        Colleague(user_id, staff_number, name, frozenset(roles[user_id]), waits)
        for user_id, (staff_number, name, waits) in people.items()
    ]


def why_not(item: WorkItem, colleague: Colleague) -> Words | None:
    """Why somebody could not do a task; None where he could."""
    if item.role not in colleague.roles:
        return NO_ROLE
    return KEPT_APART if colleague.names & set(item.excluded_staff) else None


def able(item: WorkItem, colleagues: Iterable[Colleague]) -> list[Colleague]:
    """Those who could do a task."""
    return [one for one in colleagues if why_not(item, one) is None]


def get_able(item: WorkItem, colleagues: Iterable[Colleague], user_id: int) -> Colleague:
    """The colleague to whom a task is to go.

    Raises:
        NotAllowed: he is not of the office today, has not the role, or must not do this task.
    """
    found = next((one for one in colleagues if one.user_id == user_id), None)
    if found is None:
        raise NotAllowed(
            "この職員は、きょうこの課・窓口に配属されていません。一覧から別の職員を選んでください。",
            "This person does not work in this office today. Choose another one from the list.",
        )
    refused = why_not(item, found)
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
