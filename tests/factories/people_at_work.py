"""Roles of accounts as Flask-AppBuilder keeps them, for tests that ask who could do a task."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.staff import Role, User
from services.context import Actor


def give_role(session: Session, person: Actor, name: str) -> Actor:
    """Let an account have a role beside those it has; the role is added when it is not there."""
    role = session.scalars(select(Role).where(Role.name == name)).one_or_none() or Role(name=name)
    user = session.get_one(User, person.staff_id)
    user.roles = [*user.roles, role]
    session.flush()
    return person


def at_work(session: Session, *people: Actor) -> None:
    """Give each of these people the roles that he acts with."""
    for person in people:
        for name in person.roles:
            give_role(session, person, name)
