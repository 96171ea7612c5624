"""People of the staff with account, office and posting, as services expect them."""

from datetime import date

from flask_appbuilder.security.sqla.models import Role, User
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.masters import Office, Posting
from services.context import Actor

NAMES = {
    "counter": ("窓口", "花子"),
    "verifier": ("照合", "一郎"),
    "certificate_clerk": ("交付", "恵"),
    "contract_clerk": ("契約", "直子"),
    "section_chief": ("課長", "誠"),
    "auditor": ("監査", "正"),
    "administrator": ("管理", "修"),
}


def an_office(session: Session, code: str = "01") -> Office:
    """The office of this code, added when it is not there."""
    office = session.scalars(select(Office).where(Office.code == code)).one_or_none()
    if office is None:
        office = Office(code=code, name=f"第{code}課")
        session.add(office)
        session.flush()
    return office


def a_role(session: Session, name: str) -> Role:
    """The role of this name, added when it is not there."""
    found = session.scalars(select(Role).where(Role.name == name)).one_or_none()
    return found or Role(name=name)


def employ(session: Session, role: str, staff_number: str = "", office_code: str = "01") -> Actor:
    """Add a person with this role, posted since 2020, and return him as the actor of a deed."""
    number = staff_number or f"s-{role}"
    family, given = NAMES.get(role, ("職員", role))
    office = an_office(session, office_code)
    user = User(
        username=number, first_name=given, last_name=family, email=f"{number}@example.invalid", active=True
    )
    user.roles = [a_role(session, role)]
    session.add(user)
    session.flush()
    session.add(Posting(user_id=user.id, staff_number=number, office_id=office.id, from_on=date(2020, 4, 1)))
    session.commit()
    return Actor(
        staff_id=user.id,
        staff_number=number,
        name=f"{family} {given}",
        office_id=office.id,
        roles=frozenset({role}),
    )
