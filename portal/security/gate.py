"""What stands before every page: a session that is over, idle or locked opens nothing (L2, M20, M23, M24)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flask import current_app, flash, redirect, request, url_for

from portal import clock
from portal.api.problems import is_api, screen_locked
from portal.language import t
from portal.security import sessions
from portal.security.actor import actor_of_session, somebody
from services import sign_in
from services.unit_of_work import unit_of_work

if TYPE_CHECKING:
    from flask import Flask

    from portal.security.sessions import Bound

OPEN_WHILE_LOCKED = frozenset(
    {
        "LockView.show",
        "LockView.unlock",
        "LockView.options",
        "LockView.now",
        "SignInView.logout",
        "LanguageView.switch",
        "health",
        "static",
    }
)
LOCKED = 423
TOLD = {
    sign_in.REPLACED: (
        "別の端末でのサインインにより終わりました。心当たりがなければ、すぐ管理者に知らせてください。",
        "You signed in at another terminal, so this ended here. Was it not you? Tell an administrator now.",
    ),
    sign_in.TOO_OLD: (
        "サインインから時間がたったため終わりました。もう一度サインインしてください。",
        "Your sign-in has run out. Please sign in again.",
    ),
    sign_in.FAILED: (
        "ロックの解除に5回失敗したため、サインインは終わりました。",
        "Unlocking failed five times, so your sign-in has ended.",
    ),
    sign_in.CHANGED: (
        "パスワード、権限又は配属が変わったため、サインインは終わりました。",
        "Your password, roles or posting changed, so your sign-in has ended.",
    ),
    sign_in.MOVED: (
        "端末が変わったため、サインインは終わりました。もう一度サインインしてください。",
        "The terminal changed, so your sign-in has ended. Please sign in again.",
    ),
}


def install(app: Flask) -> None:
    """Ask at each request, before its view."""
    app.before_request(check)


def check() -> Any:
    """Let a request pass, or lead it to the lock or the door.

    Raises:
        SQLAlchemyError: the session could not be read, since the database is away.
    """
    mine = sessions.current()
    if mine.failed is not None:
        raise mine.failed
    if request.endpoint == "static":
        return None
    if mine.ended in TOLD:
        flash(t(*TOLD[mine.ended]), "warning")
    bound = mine.bound
    if bound is None:
        return None
    if bound.is_full and _is_idle(bound):
        with unit_of_work(actor_of_session(bound) or somebody(), clock.now()) as ctx:
            sign_in.lock(ctx, bound.row, "idle")
    if bound.is_locked and request.endpoint not in OPEN_WHILE_LOCKED:
        return to_lock()
    return None


def to_lock() -> Any:
    """To the lock, and back to the page that was wanted; a part of a page makes the whole page go there."""
    if is_api():
        return screen_locked()
    back = request.full_path.rstrip("?") if request.method == "GET" else None
    place = url_for("LockView.show", next=back)
    if request.headers.get("HX-Request"):
        response = current_app.response_class(status=LOCKED)
        response.headers["HX-Redirect"] = url_for("LockView.show")
        return response
    if request.method == "GET":
        return redirect(place, code=303)
    text = t("画面はロックされています。", "The screen is locked.")
    return current_app.response_class(text, status=LOCKED, mimetype="text/plain")


def _is_idle(bound: Bound) -> bool:
    limit = timedelta(minutes=current_app.extensions["portal_settings"].idle_minutes)
    return clock.now() - bound.row.seen_at > limit
