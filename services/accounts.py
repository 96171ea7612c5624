"""Accounts of the staff: signing in and out, adding and changing people, passwords, postings.

An account is Flask-AppBuilder's `ab_user`; where somebody works is a `posting`, and without one for today
the account opens nothing (N4, M19). A role is given by two persons, not here (right_requests.py, T14).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select
from werkzeug.security import generate_password_hash

from models.audit.tags import Tag
from models.masters import MasterHistory, UserPreference
from models.staff import Role, User
from services import audit, coverage, passwords
from services.account_names import normal_name, refuse_shared, refuse_unseen
from services.errors import NotAllowed, NotFound, RuleBroken
from services.sign_in import end_all

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session

    from services.context import Context

TAKES_TWO = (
    "担当(権限)を変えること、担当のある利用を再開することは、一人ではできません。申請し、別の管理者が決定します。",
    "Nobody changes roles, or opens an account with roles again, alone: ask, and another one decides.",
)
SHOWN = ("username", "last_name", "first_name", "email", "active")


def count_failed_sign_in(user: User | None) -> None:
    """Count a wrong password where Flask-AppBuilder shows it; what stops an account is services.sign_in."""
    if user is not None:
        user.fail_login_count = (user.fail_login_count or 0) + 1


def note_sign_out(ctx: Context, user_id: int) -> None:
    """Write down that somebody left."""
    audit.record(ctx, Tag.LOGOUT, f"account:{user_id}")


def add_account(ctx: Context, values: dict[str, Any]) -> User:
    """Add a person: unique name of account after NFKC; with roles only where the system itself sets up.

    Raises:
        NotAllowed: a person would give roles along.
        RuleBroken: the name or the address is taken, or the password is easy to guess.
    """
    username = normal_name(values["username"])
    if values.get("roles") and ctx.actor.staff_id is not None:
        raise NotAllowed(*TAKES_TWO)
    _refuse_taken(ctx, username, values["email"], None)
    refuse_unseen(username)
    refuse_shared(username)
    if values.get("password"):
        passwords.check(ctx, values["password"], username)
    user = User(
        username=username,
        last_name=values["last_name"],
        first_name=values["first_name"],
        email=values["email"],
        active=values.get("active", True),
        password=generate_password_hash(values["password"]) if values.get("password") else None,
        created_on=ctx.at.replace(tzinfo=None),
        changed_on=ctx.at.replace(tzinfo=None),
        created_by_fk=ctx.actor.staff_id,
        changed_by_fk=ctx.actor.staff_id,
    )
    user.roles = _roles(ctx, values.get("roles", ()))
    user.groups = []
    ctx.session.add(user)
    ctx.session.flush()
    _remember(ctx, user, "added", {})
    return user


def change_account(ctx: Context, user_id: int, values: dict[str, Any]) -> User:
    """Change a person's names, or switch his account off, which ends his sessions at once.

    Raises:
        NotFound: no such account.
        NotAllowed: the actor would change roles, open an account with roles again, or switch himself off.
        RuleBroken: the address is taken.
    """
    user = ctx.session.get(User, user_id)
    if user is None:
        raise NotFound("この職員は登録されていません。", "There is no such account.")
    before = shown(user)
    _refuse_by_one(ctx, before, values)
    if user.id == ctx.actor.staff_id and not values.get("active", True):
        raise NotAllowed(
            "自分の権限や自分の利用停止は、本人では変えられません。ほかの管理者に頼んでください。",
            "Nobody changes his own roles or switches himself off. Ask another administrator.",
        )
    _refuse_taken(ctx, user.username, values["email"], user.id)
    for name in ("last_name", "first_name", "email", "active"):
        setattr(user, name, values.get(name, getattr(user, name)))
    _settle(ctx, user, values.get("roles", before["roles"]), before)
    return user


def put_rights(ctx: Context, user: User, roles: Iterable[str]) -> None:
    """Let an account be used with these roles, as two have decided; its sessions end at once."""
    before = shown(user)
    user.active = True
    _settle(ctx, user, roles, before)


def _settle(ctx: Context, user: User, roles: Iterable[str], before: dict[str, Any]) -> None:
    user.roles = _roles(ctx, roles)
    if sorted(role.name for role in user.roles) != before["roles"] or user.active != before["active"]:
        end_all(ctx, user.id)
        coverage.settle_person(ctx, user.id)
    user.changed_on = ctx.at.replace(tzinfo=None)
    user.changed_by_fk = ctx.actor.staff_id
    ctx.session.flush()
    _remember(ctx, user, "changed", before)


def _refuse_by_one(ctx: Context, before: dict[str, Any], values: dict[str, Any]) -> None:
    """What only two may do: give or take roles, switch an account with roles on again."""
    if ctx.actor.staff_id is None:
        return
    on_again = values.get("active", before["active"]) and not before["active"] and before["roles"]
    if sorted(values.get("roles", before["roles"])) != before["roles"] or on_again:
        raise NotAllowed(*TAKES_TWO)


def change_own_password(ctx: Context, new: str) -> None:
    """Give oneself a new password; the view has checked the old one. All of one's sessions end.

    Raises:
        RuleBroken: it is easy to guess, or one had it before.
    """
    passwords.take(ctx, ctx.session.get_one(User, ctx.actor.staff_id), new)


def set_preference(ctx: Context, key: str, value: str) -> None:
    """Keep a wish of the actor about his own screen; nothing of it is audited."""
    row = ctx.session.scalars(
        select(UserPreference).where(UserPreference.user_id == ctx.actor.staff_id, UserPreference.key == key)
    ).one_or_none()
    if row is None:
        ctx.session.add(UserPreference(user_id=ctx.actor.staff_id, key=key, value=value))
    else:
        row.value = value


def preference_of(session: Session, user_id: int, key: str) -> str | None:
    """What somebody has wished for his own screen."""
    return session.scalars(
        select(UserPreference.value).where(UserPreference.user_id == user_id, UserPreference.key == key)
    ).one_or_none()


def shown(user: User) -> dict[str, Any]:
    """What of an account may stand in a history: never the password."""
    return {name: getattr(user, name) for name in SHOWN} | {"roles": sorted(r.name for r in user.roles)}


def _roles(ctx: Context, slugs: Iterable[str]) -> list[Role]:
    return list(ctx.session.scalars(select(Role).where(Role.name.in_(list(slugs)))))


def _refuse_taken(ctx: Context, username: str, email: str, own_id: int | None) -> None:
    taken = ctx.session.scalars(
        select(User.id).where(
            (func.lower(User.username) == username) | (func.lower(User.email) == email.casefold())
        )
    )
    if any(user_id != own_id for user_id in taken):
        raise RuleBroken(
            "この利用者名かメールアドレスは、ほかの職員が使っています。共用の利用者名は作れません。",
            "This account name or address belongs to somebody else; accounts are never shared.",
        )


def _remember(ctx: Context, user: User, kind: str, before: dict[str, Any]) -> None:
    after = shown(user)
    changed = sorted(name for name in after if before.get(name) != after[name])
    ctx.session.add(
        MasterHistory(
            table_name="ab_user",
            row_id=user.id,
            at=ctx.at,
            by_id=ctx.actor.staff_id,
            kind=kind,
            before=before,
            after=after,
        )
    )
    audit.record(ctx, Tag.ACCOUNT_CHANGED, f"account:{user.id}", detail={"kind": kind, "fields": changed})
    if "roles" in changed:
        audit.record(ctx, Tag.ROLE_CHANGED, f"account:{user.id}", detail={"roles": after["roles"]})
