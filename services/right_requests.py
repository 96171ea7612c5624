"""Changing rights takes two: one administrator asks with a reason, another decides (T13, T14, L1).

What can be asked: the roles of an account and that it may be used again, or what a role may do. Nobody asks
or decides for himself; persons are compared by staff number as well as by account. A request that nobody
decides in time has run out. Taking access away at once needs no second person: an account is switched off.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from models.audit.tags import Tag
from models.rights import (
    ACCOUNT,
    APPROVED,
    EXPIRED,
    OPEN,
    REFUSED,
    ROLE,
    WITHDRAWN,
    RightRequest,
    RoleChange,
)
from models.staff import Role, User, find_posting, is_person
from services import absence_rules, accounts, audit, role_tables
from services.contracting import access
from services.duties import RightsBook, refuse_collisions
from services.errors import NotAllowed, NotFound, RuleBroken, SomebodyElseWasFaster
from services.sign_in import end_all

if TYPE_CHECKING:
    from services.context import Context

OPEN_FOR = timedelta(days=7)
PAGE = 100
LONGEST = 400
NO_REASON = (
    "理由を入力してください。決定する人と監査担当が読みます。",
    "Give a reason; who decides and who audits will read it.",
)


@dataclass(frozen=True)
class Difference:
    """What a request adds and takes away: roles of an account, or permissions; `of` says which."""

    added: tuple[str, ...]
    taken: tuple[str, ...]
    abilities_added: tuple[str, ...] = ()
    abilities_taken: tuple[str, ...] = ()
    opens: bool = False

    @property
    def is_empty(self) -> bool:
        return not (self.added or self.taken or self.opens)


def account_difference(ctx: Context, user_id: int, roles: Sequence[str]) -> Difference:
    """What an account would gain and lose with these roles.

    Raises:
        NotFound: no such account.
    """
    user = _account(ctx, user_id)
    return _account_change(
        role_tables.grants(ctx.session), accounts.shown(user), {"roles": sorted(set(roles)), "active": True}
    )


def role_difference(ctx: Context, role: str, slugs: Sequence[str]) -> Difference:
    """What a role would gain and lose with these permissions.

    Raises:
        NotFound: no such role.
    """
    return _split(_grants_of(ctx, role), set(slugs))


def difference_of(ctx: Context, request: RightRequest) -> Difference:
    """What a request adds and takes away, against what was there when it was asked."""
    if request.kind == ROLE:
        return _split(set(request.before["grants"]), set(request.wanted["grants"]))
    return _account_change(role_tables.grants(ctx.session), request.before, request.wanted)


def ask_for_account(
    ctx: Context, book: RightsBook, user_id: int, roles: Sequence[str], reason: str
) -> RightRequest:
    """Ask that an account has these roles and may be used.

    Raises:
        NotFound: no such account or role.
        NotAllowed: it is the actor's own account.
        RuleBroken: no reason, nothing changes, the roles collide, or a request is open already.
    """
    user = _account(ctx, user_id)
    wanted: dict[str, Any] = {"roles": sorted(set(roles)), "active": True}
    _must_know(set(roles) - set(role_tables.grants(ctx.session)))
    before = {name: accounts.shown(user)[name] for name in wanted}
    if before["roles"] == wanted["roles"] and before["active"]:
        raise RuleBroken("いまと同じ内容です。変える担当を選んでください。", "Nothing would change.")
    _refuse_roles(ctx, book, wanted["roles"])
    access.refuse_roles(ctx, user.id, wanted["roles"])
    posting = find_posting(ctx.session, user.id, ctx.today)
    concerned = posting.staff_number if posting is not None else ""
    _must_be_another(ctx, user.id, concerned)
    return _ask(ctx, ACCOUNT, f"account:{user.id}", before, wanted, reason, user.id, concerned)


def ask_for_role(
    ctx: Context, book: RightsBook, role: str, slugs: Sequence[str], reason: str
) -> RightRequest:
    """Ask that a role may do this and nothing else.

    Raises:
        NotFound: no such role or permission.
        NotAllowed: the actor has the role himself.
        RuleBroken: no reason, nothing changes, duties collide for the role or for somebody who has it, or a
            request is open already.
    """
    before, wanted = _grants_of(ctx, role), set(slugs)
    _must_know(wanted - set(book.permissions))
    if before == wanted:
        raise RuleBroken("いまと同じ内容です。変える権限を選んでください。", "Nothing would change.")
    _refuse_role(ctx, book, role, wanted)
    told = ({"grants": sorted(before)}, {"grants": sorted(wanted)})
    return _ask(ctx, ROLE, f"role:{role}", *told, reason, None, "")


def decide(ctx: Context, book: RightsBook, request_id: int, *, approve: bool, words: str) -> RightRequest:
    """Approve or refuse what another one asked; an approved change holds at once and ends sessions.

    Raises:
        NotFound: no such request.
        NotAllowed: the actor asked for it, or it concerns himself.
        SomebodyElseWasFaster: it was decided, has run out, or what it changes was changed meanwhile.
        RuleBroken: no reason was given, or the roles collide by now.
    """
    request = get(ctx, request_id, lock=True)
    if not _is_open(ctx, request):
        raise SomebodyElseWasFaster(
            "この申請はすでに決定されたか、期限が切れています。必要なら申請し直してもらってください。",
            "This request was decided already or has run out. Let it be asked again if it is needed.",
        )
    _must_be_another(ctx, request.asked_by_id, request.asked_by_number)
    _must_be_another(ctx, request.user_id, request.concerned_number)
    if not words.strip():
        raise RuleBroken(*NO_REASON)
    request.state = APPROVED if approve else REFUSED
    request.decided_at, request.words = ctx.at, words.strip()[:LONGEST]
    request.decided_by_id, request.decided_by_number = ctx.actor.staff_id, ctx.actor.staff_number
    if approve and request.kind == ACCOUNT:
        _apply_to_account(ctx, book, request)
    elif approve:
        _apply_to_role(ctx, book, request)
    tag = Tag.RIGHTS_APPROVED if approve else Tag.RIGHTS_REFUSED
    audit.record(ctx, tag, _subject(request), detail={"request": request.id} | _told(ctx, request))
    return request


def withdraw(ctx: Context, request_id: int) -> RightRequest:
    """Take one's own request back.

    Raises:
        NotFound: no such request.
        NotAllowed: another one asked for it.
        SomebodyElseWasFaster: it was decided already.
    """
    request = get(ctx, request_id, lock=True)
    if request.asked_by_id != ctx.actor.staff_id:
        raise NotAllowed("取り下げられるのは申請した本人だけです。", "Only who asked can take it back.")
    if not _is_open(ctx, request):
        raise SomebodyElseWasFaster("この申請はすでに決定されています。", "It was decided already.")
    request.state, request.decided_at = WITHDRAWN, ctx.at
    audit.record(ctx, Tag.RIGHTS_WITHDRAWN, _subject(request), detail={"request": request.id})
    return request


def get(ctx: Context, request_id: int, *, lock: bool = False) -> RightRequest:
    """One request.

    Raises:
        NotFound: there is none.
    """
    found = ctx.session.get(RightRequest, request_id, with_for_update=lock, populate_existing=lock)
    if found is None:
        raise NotFound("この申請はありません。一覧から開き直してください。", "There is no such request.")
    return found


def state_of(ctx: Context, request: RightRequest) -> str:
    """How a request stands now; one that nobody decided in time has run out."""
    return EXPIRED if request.state == OPEN and not _is_open(ctx, request) else request.state


def list_requests(ctx: Context, *, only_open: bool) -> list[RightRequest]:
    """The requests, the newest first; the open ones, or all."""
    statement = select(RightRequest).order_by(RightRequest.id.desc()).limit(PAGE)
    if only_open:
        statement = statement.where(RightRequest.state == OPEN, RightRequest.expires_at > ctx.at)
    return list(ctx.session.scalars(statement))


def open_for(ctx: Context, target: str) -> RightRequest | None:
    """The request that is open for an account or a role."""
    statement = select(RightRequest).where(RightRequest.target == target, RightRequest.state == OPEN)
    found = ctx.session.scalars(statement).one_or_none()
    return found if found is not None and _is_open(ctx, found) else None


def _ask(
    ctx: Context,
    kind: str,
    target: str,
    before: dict[str, Any],
    wanted: dict[str, Any],
    reason: str,
    user_id: int | None,
    concerned: str,
) -> RightRequest:
    if not reason.strip():
        raise RuleBroken(*NO_REASON)
    if ctx.actor.staff_id is None:
        raise NotAllowed("権限の変更は職員が申請します。", "A person asks for a change of rights.")
    ctx.session.execute(
        update(RightRequest)
        .where(RightRequest.target == target, RightRequest.state == OPEN, RightRequest.expires_at <= ctx.at)
        .values(state=EXPIRED)
    )
    if open_for(ctx, target) is not None:
        raise RuleBroken(
            "これについての申請がすでに決定を待っています。先にその申請を決定するか取り下げてください。",
            "A request for this waits for its decision already. Decide it or take it back first.",
        )
    request = RightRequest(
        kind=kind,
        target=target,
        user_id=user_id,
        before=before,
        wanted=wanted,
        reason=reason.strip()[:LONGEST],
        concerned_number=concerned,
        asked_at=ctx.at,
        asked_by_id=ctx.actor.staff_id,
        asked_by_number=ctx.actor.staff_number,
        expires_at=ctx.at + OPEN_FOR,
        state=OPEN,
    )
    ctx.session.add(request)
    ctx.session.flush()
    audit.record(
        ctx, Tag.RIGHTS_ASKED, _subject(request), detail={"request": request.id} | _told(ctx, request)
    )
    return request


def _apply_to_account(ctx: Context, book: RightsBook, request: RightRequest) -> None:
    user = _account(ctx, request.user_id or 0)
    now = {name: accounts.shown(user)[name] for name in request.before}
    if now != request.before:
        raise SomebodyElseWasFaster(
            "申請のあとでこの職員の担当が変わりました。いまの内容で申請し直してもらってください。",
            "The roles of this account changed after the request. Let it be asked again.",
        )
    _refuse_roles(ctx, book, request.wanted["roles"])
    absence_rules.must_fit_stand_ins(ctx, book, user.id, request.wanted["roles"])
    access.refuse_roles(ctx, user.id, request.wanted["roles"])
    accounts.put_rights(ctx, user, request.wanted["roles"])


def _apply_to_role(ctx: Context, book: RightsBook, request: RightRequest) -> None:
    role = request.target.removeprefix("role:")
    wanted = set(request.wanted["grants"])
    if _grants_of(ctx, role) != set(request.before["grants"]):
        raise SomebodyElseWasFaster(
            "申請のあとでこの担当の権限が変わりました。いまの内容で申請し直してもらってください。",
            "What this role may do changed after the request. Let it be asked again.",
        )
    _refuse_role(ctx, book, role, wanted)
    role_tables.put(ctx.session, role, wanted)
    shipped = book.shipped.get(role, frozenset())
    for row in ctx.session.scalars(select(RoleChange).where(RoleChange.role == role)):
        ctx.session.delete(row)
    ctx.session.flush()
    for slug in sorted(wanted ^ shipped):
        ctx.session.add(RoleChange(role=role, slug=slug, given=slug in wanted, request_id=request.id))
    for user in _holders(ctx, role):
        end_all(ctx, user.id)
    audit.record(ctx, Tag.ROLE_CHANGED, f"role:{role}", detail={"roles": [role]})


def _refuse_roles(ctx: Context, book: RightsBook, roles: Sequence[str]) -> None:
    refuse_collisions(book.duties(roles, role_tables.grants(ctx.session)))


def _refuse_role(ctx: Context, book: RightsBook, role: str, wanted: set[str]) -> None:
    """Neither the role itself nor anybody who has it with others gets two duties that check one another."""
    if role in ctx.actor.roles:
        raise NotAllowed(
            "自分の担当の権限は、本人では変えられません。その担当でない管理者に頼んでください。",
            "Nobody changes what his own role may do.",
        )
    grants = role_tables.grants(ctx.session) | {role: frozenset(wanted)}
    refuse_collisions(book.duties([role], grants))
    for user in _holders(ctx, role):
        refuse_collisions(book.duties([held.name for held in user.roles], grants))


def _holders(ctx: Context, role: str) -> Sequence[User]:
    return ctx.session.scalars(select(User).where(User.roles.any(Role.name == role))).all()


def _must_be_another(ctx: Context, user_id: int | None, staff_number: str) -> None:
    """The actor is not the person of this account, nor of this staff number under another account."""
    own = is_person(ctx.session, user_id, ctx.actor.staff_id, ctx.actor.staff_number)
    if own or (staff_number and ctx.actor.staff_number == staff_number):
        raise NotAllowed(
            "自分についての申請や、自分が出した申請は、本人では扱えません。ほかの管理者に頼んでください。",
            "Nobody asks for himself or decides what he asked for. Another administrator does it.",
        )


def _is_open(ctx: Context, request: RightRequest) -> bool:
    return request.state == OPEN and request.expires_at > ctx.at


def _account(ctx: Context, user_id: int) -> User:
    user = ctx.session.get(User, user_id)
    if user is None:
        raise NotFound("この職員は登録されていません。", "There is no such account.")
    return user


def _grants_of(ctx: Context, role: str) -> set[str]:
    found = role_tables.grants(ctx.session).get(role)
    if found is None:
        raise NotFound("この担当はありません。", "There is no such role.")
    return set(found)


def _must_know(unknown: set[str]) -> None:
    if unknown:
        raise NotFound(
            "この担当又は権限はありません。一覧から選び直してください。", "There is no such right."
        )


def _account_change(
    grants: Mapping[str, frozenset[str]], before: Mapping[str, Any], wanted: Mapping[str, Any]
) -> Difference:
    had, has = set(before["roles"]), set(wanted["roles"])
    could = set().union(*(grants.get(role, frozenset()) for role in had)) if before["active"] else set()
    can = set().union(*(grants.get(role, frozenset()) for role in has))
    return Difference(
        tuple(sorted(has - had)),
        tuple(sorted(had - has)),
        tuple(sorted(can - could)),
        tuple(sorted(could - can)),
        opens=not before["active"],
    )


def _split(before: set[str], after: set[str]) -> Difference:
    return Difference(tuple(sorted(after - before)), tuple(sorted(before - after)))


def _subject(request: RightRequest) -> str:
    return request.target


def _told(ctx: Context, request: RightRequest) -> dict[str, Any]:
    change = difference_of(ctx, request)
    return {"given": list(change.added), "taken": list(change.taken)}
