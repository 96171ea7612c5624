"""Japanese first, English by a switch: both texts stand side by side, so no translation can be missing.

Flask-AppBuilder's own strings come from its catalogue and ours in portal/translations (ADR 0006).
"""

from __future__ import annotations

from typing import Any, Final

from flask import g, has_request_context, request
from flask_babel import LazyString

JAPANESE: Final = "ja"
ENGLISH: Final = "en"
LANGUAGES: Final = {JAPANESE: "日本語", ENGLISH: "English"}
COOKIE: Final = "language"
COOKIE_SECONDS: Final = 365 * 24 * 3600
BABEL_LOCALES: Final = {JAPANESE: "ja_JP", ENGLISH: "en"}


def current_language() -> str:
    """The language of this request: what the user switched to, Japanese without a wish."""
    try:
        found: str | None = g.get("language")  # first: a page asks some hundred times
    except RuntimeError:  # no application at all
        return JAPANESE
    if found is None:
        if not has_request_context():
            return JAPANESE
        wish = request.cookies.get(COOKIE, "")
        found = g.language = wish if wish in LANGUAGES else JAPANESE
    return found


def babel_locale() -> str:
    """The locale of Flask-AppBuilder's catalogue for this request."""
    return BABEL_LOCALES[current_language()]


def t(ja: str, en: str) -> str:
    """The text in the language of the screen."""
    return en if current_language() == ENGLISH else ja


def remember(response: Any, language: str | None) -> None:
    """Keep a wish in the browser for a year; no wish leaves the browser's own."""
    if language in LANGUAGES:
        response.set_cookie(
            COOKIE, language, max_age=COOKIE_SECONDS, secure=request.is_secure, httponly=True, samesite="Lax"
        )


def lazy(ja: str, en: str) -> Any:
    """The same for what is written once at class level (titles, labels) and shown later."""
    return LazyString(t, ja, en)
