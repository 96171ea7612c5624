"""Bringing Flask-AppBuilder's tables of roles and permissions to what the portal declares (N4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from models.audit.tags import Tag
from models.rights import RoleChange
from models.staff import Permission, PermissionView, Role, ViewMenu
from services import audit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy.orm import Session

    from services.context import Context

Pair = tuple[str, str]  # permission, view: ("can_read", "masters")


def sync(ctx: Context, permissions: Iterable[Pair], roles: Mapping[str, frozenset[Pair]]) -> list[str]:
    """Make the tables hold these permissions and give each role its own and no other.

    What the office has decided for a role otherwise than as shipped (`role_change`, by two persons) stays so.
    Returns the roles that changed. A role that is not declared keeps its row but loses every permission,
    so that nothing is allowed that is written nowhere.
    """
    known = {pair: _pair(ctx.session, pair) for pair in sorted(set(permissions))}
    held = {role.name: role for role in ctx.session.scalars(select(Role))}
    decided = _decided(ctx.session)
    changed = []
    for name in sorted(set(roles) | set(held)):
        role = held.get(name)
        if role is None:
            role = Role(name=name)
            ctx.session.add(role)
        given, taken = decided.get(name, (frozenset(), frozenset()))
        wanted = ((roles[name] | given) - taken) & set(known) if name in roles else frozenset()
        if {(p.permission.name, p.view_menu.name) for p in role.permissions} != wanted or name not in held:
            role.permissions = [known[pair] for pair in sorted(wanted)]
            changed.append(name)
    ctx.session.flush()
    if changed:
        audit.record(ctx, Tag.ROLE_CHANGED, detail={"roles": changed})
    return changed


def pair_of(slug: str) -> Pair:
    """The names under which Flask-AppBuilder keeps a permission: (`can_<verb>`, `<noun>`)."""
    noun, verb = slug.split(".")
    return f"can_{verb}", noun


def slug_of(pair: Pair) -> str:
    """The slug of a permission of Flask-AppBuilder."""
    return f"{pair[1]}.{pair[0].removeprefix('can_')}"


def grants(session: Session) -> dict[str, frozenset[str]]:
    """What every role may do now, as slugs."""
    statement = (
        select(Role.name, Permission.name, ViewMenu.name)
        .select_from(Role)
        .outerjoin(Role.permissions)
        .outerjoin(PermissionView.permission)
        .outerjoin(PermissionView.view_menu)
    )
    found: dict[str, set[str]] = {}
    for role, verb, noun in session.execute(statement):
        found.setdefault(role, set()).update([slug_of((verb, noun))] if verb else [])
    return {role: frozenset(slugs) for role, slugs in found.items()}


def put(session: Session, name: str, slugs: Iterable[str]) -> None:
    """Let a role have these permissions and no other."""
    role = session.scalars(select(Role).where(Role.name == name)).one()
    role.permissions = [_pair(session, pair_of(slug)) for slug in sorted(slugs)]
    session.flush()


def _decided(session: Session) -> dict[str, tuple[frozenset[Pair], frozenset[Pair]]]:
    """What the office gave each role and took from it beside what was shipped."""
    found: dict[str, tuple[set[Pair], set[Pair]]] = {}
    for row in session.scalars(select(RoleChange)):
        given, taken = found.setdefault(row.role, (set(), set()))
        (given if row.given else taken).add(pair_of(row.slug))
    return {name: (frozenset(given), frozenset(taken)) for name, (given, taken) in found.items()}


def _pair(session: Session, pair: Pair) -> PermissionView:
    permission_name, view_name = pair
    found = session.scalars(
        select(PermissionView)
        .join(PermissionView.permission)
        .join(PermissionView.view_menu)
        .where(Permission.name == permission_name, ViewMenu.name == view_name)
    ).first()
    if found is not None:
        return found
    permission = session.scalars(select(Permission).where(Permission.name == permission_name)).first()
    view = session.scalars(select(ViewMenu).where(ViewMenu.name == view_name)).first()
    made = PermissionView(
        permission=permission or Permission(name=permission_name), view_menu=view or ViewMenu(name=view_name)
    )
    session.add(made)
    session.flush()
    return made
