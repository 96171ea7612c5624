"""PDF to the browser, and how this desk prints: shared by the screens that print."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING
from urllib.parse import quote

from flask import Response, abort, current_app, request

from services import deeds, printer_settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portal.settings import Settings
    from services.context import Context
    from services.documents import Dress

LONGEST_KEY = 64


def pdf_answer(pdf: bytes, name: str) -> Response:
    """A PDF for a pane of our own page or a window of its own; nobody else may frame it (docs)."""
    answer = Response(pdf, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f"inline; filename*=UTF-8''{quote(name)}"
    answer.headers["Content-Security-Policy"] = "frame-ancestors 'self'"
    answer.headers["X-Frame-Options"] = "SAMEORIGIN"
    return answer


def dress(ctx: Context) -> Dress:
    """The tray offsets of the person before the screen, and the mark of invented data."""
    settings: Settings = current_app.extensions["portal_settings"]
    return printer_settings.dress_of(ctx, demo=settings.demo)


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
