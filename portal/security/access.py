"""The lock on each door: `requires("case.read")` over a view, `can("case.read")` in a template.

Deny by default: an endpoint without a lock is found by tests/architecture, and a slug that is not in
roles.py does not start.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from flask import abort, current_app, g, redirect, request, url_for

from portal.api.problems import is_api, not_signed_in
from portal.security.actor import signed_in_actor
from portal.security.roles import PERMISSIONS, fab_pair

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
R = TypeVar("R")

SLUG_ATTRIBUTE = "_requires"
OPEN_ATTRIBUTE = "_open_to_everybody"


def can(slug: str) -> bool:
    """Whether the person before the screen may do it."""
    return fab_pair(slug) in grants()


def grants() -> frozenset[tuple[str, str]]:
    """All permissions of the person before the screen, asked once per request; none before signing in."""
    actor, known = g.get("actor"), g.get("grants")
    if known is None or actor is None or known[0] is not actor:  # nobody yet, or another than before
        actor = signed_in_actor()
        if actor is None:
            return frozenset()
        known = g.grants = actor, current_app.appbuilder.sm.grants_of(actor)  # type: ignore[attr-defined]
    found: frozenset[tuple[str, str]] = known[1]
    return found


def requires(slug: str) -> Callable[[Callable[P, R]], Callable[P, Any]]:
    """Let only those in who have the permission; others are sent to sign in, or get 403."""
    if slug not in PERMISSIONS:
        raise ValueError(f"{slug} is not in portal/security/roles.py")

    def lock(view: Callable[P, R]) -> Callable[P, Any]:
        @functools.wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> Any:
            if signed_in_actor() is None:
                return to_sign_in()
            if not can(slug):
                abort(403)
            return view(*args, **kwargs)

        setattr(guarded, SLUG_ATTRIBUTE, slug)
        return guarded

    return lock


def open_to_everybody(view: Callable[P, R]) -> Callable[P, R]:
    """Mark one of the few doors without a lock (sign-in, language, health)."""
    setattr(view, OPEN_ATTRIBUTE, True)
    return view


def lock_of(view: Any) -> str | None:
    """The slug that locks an endpoint's function, `open` for a door without a lock, None where forgotten."""
    slug: str | None = getattr(view, SLUG_ATTRIBUTE, None)
    if slug is not None:
        return slug
    if getattr(view, OPEN_ATTRIBUTE, False):
        return "open"
    owner = getattr(view, "__self__", None)
    locks: dict[str, str] = getattr(owner, "locks", {})
    return locks.get(view.__name__)


def to_sign_in() -> Any:
    """To the sign-in page and back; a part of a page (htmx) makes the whole page go there.

    Whoever asks the API is told so.
    """
    if is_api():
        return not_signed_in()
    if request.headers.get("HX-Request"):
        response = current_app.response_class(status=401)
        response.headers["HX-Redirect"] = url_for("SignInView.login")
        return response
    back = request.path if request.method == "GET" else None
    return redirect(url_for("SignInView.login", next=back))
