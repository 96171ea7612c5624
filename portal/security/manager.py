"""Flask-AppBuilder's security manager, narrowed to what the office needs (security.md 0 and c, Ruling 11).

It never commits: what Flask-AppBuilder would write by itself goes through a service inside the one
`unit_of_work`. It opens no account without a posting for today. Tokens, API keys, registration, the user
statistics and Flask-AppBuilder's own screens for users and groups are not there.
"""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Any, NoReturn

from flask import current_app, g
from flask_appbuilder.api import expose
from flask_appbuilder.security.api import SecurityApi
from flask_appbuilder.security.sqla.manager import SecurityManager
from flask_appbuilder.security.sqla.models import (
    Permission,
    PermissionView,
    User,
    ViewMenu,
    assoc_permissionview_role,
)
from flask_login import current_user
from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from models.audit.tags import Tag
from portal import clock
from portal.extensions import db
from portal.security import hashing, sessions
from portal.security.access import open_to_everybody
from portal.security.actor import actor_of, actor_of_session, signed_in_actor, somebody
from portal.security.proving import guard_rule
from portal.security.sign_in import SignInView
from services import accounts, audit, emergency, role_tables, sign_in
from services.account_names import normal_name
from services.unit_of_work import unit_of_work

if TYPE_CHECKING:
    from collections.abc import Iterable

    from services.context import Actor

MEMO_SECONDS = 30.0
WITHHELD = frozenset(role_tables.pair_of(slug) for slug in emergency.WITHHELD)


def user_of_session() -> User | None:
    """The account of this request's session: signed in whole, not locked, active and posted today."""
    bound = sessions.full()
    actor = actor_of_session(bound) if bound is not None else None
    if bound is None or actor is None:
        return None
    g.actor = actor
    return bound.user


class WritesElsewhere(Exception):
    """Flask-AppBuilder wanted to write by itself; accounts and roles change through services only."""


class ClosedSecurityApi(SecurityApi):
    """The token sign-in of Flask-AppBuilder, closed: it would go past every later factor (stack.md 1.3)."""

    @expose("/login", methods=["POST"])
    @open_to_everybody
    def login(self) -> Any:
        """Refuse: there are no tokens."""
        return self.response_403()

    @expose("/refresh", methods=["POST"])
    @open_to_everybody
    def refresh(self) -> Any:
        """Refuse: there are no tokens."""
        return self.response_403()


class PortalSecurityManager(SecurityManager):
    """Password sign-in, roles from the tables, permissions remembered for half a minute per process."""

    authdbview = SignInView
    security_api = ClosedSecurityApi
    userstatschartview = None

    def __init__(self, appbuilder: Any) -> None:
        """Begin with an empty memo of who may do what."""
        self._memo: dict[frozenset[str], tuple[float, frozenset[tuple[str, str]]]] = {}
        super().__init__(appbuilder)

    def create_login_manager(self, app: Any) -> Any:
        """Let Flask-Login ask our sessions who is there; it keeps nothing in the browser itself."""
        manager = super().create_login_manager(app)
        manager.login_view = "SignInView.login"
        manager.session_protection = None  # ours are bound to the terminal
        manager.request_loader(lambda _request: user_of_session())
        return manager

    def register_views(self) -> None:
        """Only the sign-in; people, postings and roles have views of ours."""
        self.appbuilder.add_api(self.security_api)
        self.auth_view = self.appbuilder.add_view_no_menu(self.authdbview())

    def load_user(self, pk: int) -> Any | None:
        """The person of this request's session, whatever id a cookie names."""
        del pk
        return user_of_session()

    def get_user_roles(self, user: Any) -> list[Any]:
        """Roles given to the person himself; groups are not used."""
        return list(user.roles)

    def has_access(self, permission_name: str, view_name: str) -> bool:
        """Whether the person before the screen has the permission; nothing is open to the public."""
        if not current_user.is_authenticated:
            return False
        actor = signed_in_actor()
        return actor is not None and (permission_name, view_name) in self.grants_of(actor)

    def grants_of(self, actor: Actor) -> frozenset[tuple[str, str]]:
        """All permissions of an actor's own roles; what he took in an emergency gives less than the role.

        The roles of somebody for whom he stands in give him that one's tasks and no permission.
        """
        grants = self._grants_of(actor.roles - actor.borrowed - actor.lent)
        if actor.borrowed:
            grants |= self._grants_of(actor.borrowed) - WITHHELD
        return grants - WITHHELD if actor.is_abroad else grants

    def _grants_of(self, roles: frozenset[str]) -> frozenset[tuple[str, str]]:
        """What roles may do; it is read again after half a minute."""
        found = self._memo.get(roles)
        if found is not None and found[0] > monotonic():
            return found[1]
        grants = self._read_grants(roles)
        self._memo[roles] = (monotonic() + MEMO_SECONDS, grants)
        return grants

    def forget_grants(self) -> None:
        """Read every role's permissions anew at the next question."""
        self._memo.clear()

    def _read_grants(self, roles: Iterable[str]) -> frozenset[tuple[str, str]]:
        link = assoc_permissionview_role
        statement = (
            select(Permission.name, ViewMenu.name)
            .join(PermissionView, PermissionView.permission_id == Permission.id)
            .join(ViewMenu, ViewMenu.id == PermissionView.view_menu_id)
            .join(link, link.c.permission_view_id == PermissionView.id)
            .join(self.role_model, self.role_model.id == link.c.role_id)
            .where(self.role_model.name.in_(sorted(roles)))
        )
        return frozenset((row[0], row[1]) for row in db.session.execute(statement))

    def auth_user_db(self, username: str, password: str) -> Any | None:
        """Check a password; right or wrong, known or not, the same work is done and written down.

        A right one begins a session that waits for the second factor (`g.pending_token`).
        """
        user = self.find_account(username)
        actor = actor_of(user) if user is not None else None
        secret = user.password if user is not None and actor is not None else None
        fake = current_app.config["AUTH_DB_FAKE_PASSWORD_HASH_CHECK"]
        matches = hashing.matches(secret or fake, password or "") and bool(secret)
        with unit_of_work(actor or somebody(), clock.now()) as ctx:
            if sign_in.is_stopped(ctx, username):
                g.account_stopped, matches = True, False
                audit.record(ctx, Tag.LOGIN_REFUSED, detail={"door": "stopped"})
            elif matches and user is not None:
                g.pending_token = sign_in.begin(ctx, user.id, sessions.terminal())
            else:
                accounts.count_failed_sign_in(user)
                known = user.id if user is not None else None
                sign_in.note_failure(ctx, username, guard_rule(), "password", known)
        return user if matches else None

    def find_account(self, username: str) -> User | None:
        name = normal_name(username or "")
        statement = select(User).where(func.lower(User.username) == name).options(selectinload(User.roles))
        return db.session.scalars(statement).one_or_none()

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        """Stop Flask-AppBuilder's own writing.

        Raises:
            WritesElsewhere: always; services.accounts and `flask setup` write.
        """
        raise WritesElsewhere

    add_user = add_register_user = del_register_user = update_user = delete_user = _refuse
    reset_password = noop_user_update = update_user_auth_stat = _refuse
    add_role = update_role = delete_role = add_group = delete_group = _refuse
    add_permission = del_permission = add_view_menu = del_view_menu = _refuse
    add_permission_view_menu = del_permission_view_menu = _refuse
    add_permission_role = del_permission_role = import_roles = security_converge = _refuse
    create_api_key = revoke_api_key = validate_api_key = _refuse
