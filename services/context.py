"""Who does it, when, and in which transaction: handed to every service."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

JST = timezone(timedelta(hours=9), "JST")


def account_name(user_id: int | None) -> str:
    """How an account stands among the excluded, beside staff numbers, which a posting may change."""
    return f"account:{user_id}" if user_id is not None else ""


def names_of(staff_number: str, user_id: int | None) -> frozenset[str]:
    """The names by which somebody may be kept from a task: his staff number and his account (B4, T13)."""
    return frozenset(name for name in (staff_number, account_name(user_id)) if name)


@dataclass(frozen=True)
class Principal:
    """Somebody who is away and for whom the actor stands in: by whose names and roles he works (N2)."""

    user_id: int
    roles: frozenset[str]
    names: frozenset[str]


@dataclass(frozen=True)
class Actor:
    """A person of the staff, with the office and the roles he has today; or the system itself."""

    staff_id: int | None
    staff_number: str
    name: str
    office_id: int | None
    roles: frozenset[str]
    terminal: str = ""  # the address from which he works; empty for the system itself
    borrowed: frozenset[str] = frozenset()  # those of his roles that he took in an emergency
    emergency_id: int | None = None  # the emergency right that is in use (services/emergency.py)
    is_abroad: bool = False  # he works on a case of another office by it

    lent: frozenset[str] = frozenset()  # those of his roles that he has only for the tasks of who is away
    principals: tuple[Principal, ...] = ()  # those for whom he stands in today

    @property
    def own_roles(self) -> frozenset[str]:
        """The roles by which he does what is no task of a case: those that are lent open nothing else."""
        return self.roles - self.lent

    @property
    def names(self) -> frozenset[str]:
        """The names by which he may be kept from a task: his own, and of those for whom he stands in."""
        own = names_of(self.staff_number, self.staff_id)
        return own.union(*(one.names for one in self.principals))

    @property
    def stands_in_for(self) -> frozenset[int]:
        """The accounts of those whose tasks are his as well."""
        return frozenset(one.user_id for one in self.principals)

    def in_place_of(self, role: str) -> Principal | None:
        """In whose place he does a task of a role; None where the role is his own."""
        lenders = (one for one in self.principals if role in one.roles)
        return next(lenders, None) if role in self.lent else None

    def doer_names(self, role: str) -> frozenset[str]:
        """The names under which he does a task: his own, and of the one in whose place he does it."""
        principal = self.in_place_of(role)
        return names_of(self.staff_number, self.staff_id) | (principal.names if principal else frozenset())


SYSTEM = Actor(staff_id=None, staff_number="system", name="システム", office_id=None, roles=frozenset())


@dataclass(frozen=True)
class Context:
    """The session of the one transaction, the actor, and the moment (aware, UTC)."""

    session: Session
    actor: Actor
    at: datetime

    @property
    def today(self) -> date:
        """The day in Japan."""
        return self.at.astimezone(JST).date()
