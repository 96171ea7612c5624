"""Who is before the screen: Flask-Login's user with today's posting, as the services know him."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from flask import g, has_request_context, request
from flask_limiter.util import get_remote_address
from flask_login import current_user

from models import stand_ins
from models.rights import ROLE_FOR_A_WHILE
from models.staff import find_posting
from portal import clock
from portal.extensions import db
from portal.security.roles import TASK_ROLES
from services.context import SYSTEM, Actor, Principal, names_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask_appbuilder.security.sqla.models import User

    from models.masters import Posting
    from models.rights import EmergencyRight
    from models.stand_ins import Lender
    from portal.security.sessions import Bound

TERMINAL_LENGTH = 60


class NobodySignedIn(Exception):
    """A deed was asked for without a person; whoever asked is sent to sign in."""


def current_actor() -> Actor:
    """The person of this request.

    Raises:
        NobodySignedIn: there is none.
    """
    actor = signed_in_actor()
    if actor is None:
        raise NobodySignedIn
    return actor


def signed_in_actor() -> Actor | None:
    """The person of this request, None before signing in."""
    is_known = current_user.is_authenticated  # first: whoever loads the account settles the actor as well
    if "actor" not in g:
        g.actor = actor_of(current_user) if is_known else None
    found: Actor | None = g.actor
    return found


def actor_of(user: User | Any) -> Actor | None:
    """An account as an actor; None when it is switched off or posted nowhere today."""
    if not user.is_active:
        return None
    return posted(user, find_posting(db.session, user.id, clock.today()))


def actor_of_session(bound: Bound) -> Actor | None:
    """Whoever a session belongs to, as an actor; None when he is switched off or posted nowhere today."""
    actor = posted(bound.user, bound.posting) if bound.user.is_active else None
    if actor is not None and bound.lent:
        actor = standing_in(actor, stand_ins.read(bound.lent))
    return in_emergency(actor, bound.emergency) if actor and bound.emergency else actor


def standing_in(actor: Actor, lenders: Sequence[Lender]) -> Actor:
    """Somebody with the roles of those for whom he stands in, for the tasks of cases only."""
    principals = tuple(
        Principal(user_id, roles & TASK_ROLES, names_of(number, user_id))
        for user_id, number, roles in lenders
    )
    lent = frozenset().union(*(one.roles for one in principals)) - actor.roles
    return replace(actor, roles=actor.roles | lent, lent=lent, principals=principals)


def in_emergency(actor: Actor, right: EmergencyRight) -> Actor:
    """Somebody with what he took for a while: one more role, or another office at one case's addresses."""
    if right.kind == ROLE_FOR_A_WHILE:
        borrowed = frozenset({right.role}) - (actor.roles - actor.lent)
        return replace(
            actor,
            roles=actor.roles | borrowed,
            borrowed=borrowed,
            lent=actor.lent - borrowed,
            emergency_id=right.id,
        )
    named = (request.view_args or {}).get("case_id") if has_request_context() else None
    if named is None or named != right.case_id:
        return actor
    return replace(actor, office_id=right.case_office_id, emergency_id=right.id, is_abroad=True)


def posted(user: User | Any, posting: Posting | None) -> Actor | None:
    """An account at its posting; None where there is none."""
    if posting is None:
        return None
    return Actor(
        staff_id=user.id,
        staff_number=posting.staff_number,
        name=f"{user.last_name} {user.first_name}",
        office_id=posting.office_id,
        roles=frozenset(role.name for role in user.roles),
        terminal=terminal(),
    )


def somebody() -> Actor:
    """Whoever is at the door and is not known yet: the system's own name, and the address he comes from."""
    return replace(SYSTEM, terminal=terminal())


def terminal() -> str:
    """The address of the terminal of this request; empty in a command."""
    return (get_remote_address() or "")[:TERMINAL_LENGTH] if has_request_context() else ""


def person_or_address() -> str:
    """What tries are counted by behind the door: the person, or the address of who is not signed in."""
    actor = signed_in_actor()
    return f"staff:{actor.staff_id}" if actor is not None else get_remote_address()
