"""PDF to the browser, and how this desk prints: shared by the screens that print."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING
from urllib.parse import quote

from flask import Response, abort, current_app, request

from portal import clock
from portal.security.actor import current_actor
from portal.security.headers import content_security_policy
from services import deeds, documents, print_queue, print_runs, printer_settings
from services.unit_of_work import unit_of_work

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portal.settings import Settings
    from services.context import Context
    from services.documents import Dress, Unprintable

LONGEST_KEY = 64


def pdf_answer(pdf: bytes, name: str) -> Response:
    """A PDF for a pane of our own page or a window of its own; nobody else may frame it (docs)."""
    answer = Response(pdf, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f"inline; filename*=UTF-8''{quote(name)}"
    answer.headers["Content-Security-Policy"] = "frame-ancestors 'self'"
    answer.headers["X-Frame-Options"] = "SAMEORIGIN"
    return answer


def said_in_pane(page: str) -> Response:
    """A page that says in the pane why there is no PDF; our own page may frame it, nobody else."""
    answer = Response(page, mimetype="text/html", status=422)
    policy = content_security_policy().replace("frame-ancestors 'none'", "frame-ancestors 'self'")
    answer.headers["Content-Security-Policy"] = policy
    answer.headers["X-Frame-Options"] = "SAMEORIGIN"
    return answer


def dress(ctx: Context) -> Dress:
    """The tray offsets of the person before the screen, and the mark of invented data."""
    settings: Settings = current_app.extensions["portal_settings"]
    return printer_settings.dress_of(ctx, demo=settings.demo)


def print_at_once(request_id: int) -> Unprintable | None:
    """Print a slip that somebody waits for; answer why where it cannot be printed (it stays waiting)."""
    with unit_of_work(current_actor(), clock.now()) as ctx:
        sheets, refused = documents.prepare(ctx, print_queue.choose(ctx, [request_id]), dress(ctx))
    rendered = documents.render(sheets, refused)
    with unit_of_work(current_actor(), clock.now()) as ctx:
        print_runs.record(ctx, rendered, finish=True)
    return rendered.refused[0] if rendered.refused else None


def new_key() -> str:
    """The key of a page: what it sends is done once (T11)."""
    return secrets.token_urlsafe(24)


def sent_deed() -> tuple[str, str]:
    """Key and fingerprint of what was sent; a form without a key is none of ours."""
    key = request.form.get("deed_key", "")
    if not key or len(key) > LONGEST_KEY:
        abort(400)
    return key, deeds.fingerprint(list(request.form.items(multi=True)))


def sent_ids(name: str) -> Sequence[int]:
    """The ids that were ticked; what is no number is none of ours."""
    found = request.form.getlist(name)
    if not all(one.isascii() and one.isdigit() and len(one) < 19 for one in found):
        abort(400)
    return [int(one) for one in found]
