"""Bringing Flask-AppBuilder's tables of roles and permissions to what the portal declares (N4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from models.audit.tags import Tag
from models.staff import Permission, PermissionView, Role, ViewMenu
from services import audit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy.orm import Session

    from services.context import Context

Pair = tuple[str, str]  # permission, view: ("can_read", "masters")


def sync(ctx: Context, permissions: Iterable[Pair], roles: Mapping[str, frozenset[Pair]]) -> list[str]:
    """Make the tables hold these permissions and give each role its own and no other.

    Returns the roles that changed. A role that is not declared keeps its row but loses every permission,
    so that nothing is allowed that is written nowhere.
    """
    known = {pair: _pair(ctx.session, pair) for pair in sorted(set(permissions))}
    held = {role.name: role for role in ctx.session.scalars(select(Role))}
    changed = []
    for name in sorted(set(roles) | set(held)):
        role = held.get(name)
        if role is None:
            role = Role(name=name)
            ctx.session.add(role)
        wanted = roles.get(name, frozenset())
        if {(p.permission.name, p.view_menu.name) for p in role.permissions} != wanted or name not in held:
            role.permissions = [known[pair] for pair in sorted(wanted)]
            changed.append(name)
    ctx.session.flush()
    if changed:
        audit.record(ctx, Tag.ROLE_CHANGED, detail={"roles": changed})
    return changed


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
