"""Sessions on the server: the cookie holds a token only, the row everything else (T21, security.md 0-10).

Before signing in the session is Flask's signed cookie (the token of the form, a notice). From the password on
it is a row of `user_session`: revocable at once, bound to the terminal, with idle and absolute limits.
"""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from flask import current_app, g, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_limiter.util import get_remote_address
from sqlalchemy import update
from sqlalchemy.exc import SQLAlchemyError

from models import sign_in as rows
from models.sign_in import FULL, LOCKED, PENDING, UserSession
from portal import clock
from portal.extensions import db
from portal.security.passive import is_passive
from services.sign_in import FACTOR, PENDING_FOR, Terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask, Response
    from flask.sessions import SessionMixin
    from flask_appbuilder.security.sqla.models import User
    from sqlalchemy.engine import Connection

    from models.masters import Posting
    from models.rights import EmergencyRight

STATIC = "/static/"
MARK = "~"  # no signed cookie of Flask begins with it
NOTED_EVERY = timedelta(seconds=30)  # how exact `seen_at` is


@dataclass
class Bound:
    """A row of `user_session` as one request knows it; id and last movement as they were read."""

    row: UserSession
    user: User
    posting: Posting | None
    row_id: int
    seen_at: datetime
    emergency: EmergencyRight | None = None
    lent: str | None = None
    unread: int = 0

    @property
    def is_full(self) -> bool:
        return self.row.stage == FULL

    @property
    def is_locked(self) -> bool:
        return self.row.stage == LOCKED

    @property
    def is_pending(self) -> bool:
        return self.row.stage == PENDING


class PortalSession(SecureCookieSession):
    """What a request keeps; `bound` when it is a row.

    `ended` tells why the row of its cookie is no more, `failed` that the database could not be asked.
    """

    bound: Bound | None = None
    ended: str | None = None
    failed: SQLAlchemyError | None = None
    new_token: str | None = None


class ServerSessions(SecureCookieSessionInterface):
    """Flask's way to sessions, by rows for whoever has shown a password."""

    session_class = PortalSession

    def open_session(self, app: Flask, request: Any) -> SecureCookieSession | None:
        """Read the session of a request; a token that opens nothing leaves an empty one."""
        value = request.cookies.get(self.get_cookie_name(app), "")
        if not value.startswith(MARK):
            return super().open_session(app, request)
        opened = PortalSession()
        if request.path.startswith(STATIC):  # the route is not known yet
            return opened
        try:
            found = rows.find_session(db.session(), value.removeprefix(MARK), clock.today(), clock.now())
        except SQLAlchemyError as error:
            opened.failed = error
            return opened
        if found is None:
            return opened
        row = found.row
        opened.ended = _why_ended(row)
        if opened.ended is None:
            opened = PortalSession(row.content)
            opened.bound = Bound(
                row, found.user, found.posting, row.id, row.seen_at, found.emergency, found.lent, found.unread
            )
        return opened

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Keep what changed; hand a new token to the browser, and take a dead one away."""
        mine = cast("PortalSession", session)
        had = request.cookies.get(self.get_cookie_name(app), "").startswith(MARK)
        if mine.new_token is not None:
            self._hand_out(app, response, MARK + mine.new_token)
            if mine.modified:
                _write(UserSession.token_hash == rows.digest(mine.new_token), {"content": dict(mine)})
        elif mine.bound is not None:
            changes = _changes(mine)
            if changes:
                _write(UserSession.id == mine.bound.row_id, changes)
        elif mine.failed is None and not request.path.startswith(STATIC):
            super().save_session(app, session, response)
            if had and not mine:
                response.delete_cookie(
                    self.get_cookie_name(app),
                    path=self.get_cookie_path(app),
                    secure=self.get_cookie_secure(app),
                    httponly=True,
                    samesite=self.get_cookie_samesite(app),
                )

    def _hand_out(self, app: Flask, response: Response, value: str) -> None:
        response.set_cookie(
            self.get_cookie_name(app),
            value,
            path=self.get_cookie_path(app),
            secure=self.get_cookie_secure(app),
            httponly=True,
            samesite=self.get_cookie_samesite(app),
        )


def current() -> PortalSession:
    """The session of this request."""
    from flask import session  # noqa: PLC0415 - the proxy of Flask stands for our class

    return cast("PortalSession", session._get_current_object())  # type: ignore[attr-defined]  # noqa: SLF001 - the proxy's own way


def bound() -> Bound | None:
    """The row of this request's session; None before the password was shown."""
    return getattr(current(), "bound", None)


def full() -> Bound | None:
    """The row of somebody who is signed in whole and not locked."""
    found = bound()
    return found if found is not None and found.is_full else None


def hand_out(token: str, factor: str = "") -> None:
    """Give the browser a new token with this answer; what the old session kept is left behind.

    `factor` is by what the new session was opened.
    """
    mine = current()
    mine.clear()
    if factor:
        mine[FACTOR] = factor
    mine.bound, mine.new_token = None, token
    g.pop("actor", None)


def leave() -> None:
    """Take the token from the browser with this answer."""
    mine = current()
    mine.clear()
    mine.bound = None
    g.pop("actor", None)


def terminal() -> Terminal:
    """Where this request comes from."""
    address = get_remote_address()
    agent = request.headers.get("User-Agent", "")
    return Terminal(address[:45], hashlib.sha256(f"{address}|{agent}".encode()).digest())


def _why_ended(row: UserSession) -> str | None:
    """Why a row opens nothing any more; None where it does."""
    now = clock.now()
    if row.ended_at is not None:
        return row.ended_because
    if row.terminal != terminal().fingerprint:
        return "moved"
    if row.stage == PENDING and now - row.created_at > PENDING_FOR:
        return "too_old"
    if now - row.created_at > timedelta(hours=current_app.extensions["portal_settings"].session_hours):
        return "too_old"
    return None


def _changes(mine: PortalSession) -> dict[str, Any]:
    bound_ = mine.bound
    if bound_ is None:
        return {}
    changes: dict[str, Any] = {"content": dict(mine)} if mine.modified else {}
    now = clock.now()
    if not is_passive() and now - bound_.seen_at > NOTED_EVERY:
        changes["seen_at"] = now
    return changes


def _write(which: Any, values: dict[str, Any]) -> None:
    """Change a live row in a short transaction beside the request's own, as the counts of limits are."""
    with _writing() as connection:
        connection.execute(update(UserSession).where(which, UserSession.ended_at.is_(None)).values(**values))


@contextmanager
def _writing() -> Iterator[Connection]:
    with db.engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        yield connection
