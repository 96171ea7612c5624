"""What every answer carries: where scripts may come from, that nobody frames or keeps the page (T20)."""

from __future__ import annotations

import secrets
from base64 import b64encode
from hashlib import sha256
from typing import TYPE_CHECKING

from flask import g, request

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Flask, Response

STATIC_SECONDS = 31_536_000


def csp_nonce() -> str:
    """The word of this answer that a script must carry to run."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def content_security_policy(own_styles: Sequence[str] | None = None) -> str:
    """Our own host only; scripts by nonce or file, no inline style, no frame but a preview from here.

    `own_styles` is for a page whose library writes style sheets (they carry the nonce) and exactly these
    style attributes (each is let in by its sum).
    """
    styles = "style-src 'self'"
    if own_styles is not None:
        sums = (b64encode(sha256(one.encode()).digest()).decode() for one in own_styles)
        styles += f" 'nonce-{csp_nonce()}' 'unsafe-hashes' " + " ".join(f"'sha256-{one}'" for one in sums)
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' 'nonce-{csp_nonce()}'",
            styles,
            "img-src 'self' data:",
            "font-src 'self'",
            "connect-src 'self'",
            "frame-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
            "object-src 'none'",
        )
    )


def install(app: Flask) -> None:
    """Put the headers on each answer of the application."""
    app.jinja_env.globals["csp_nonce"] = csp_nonce
    app.after_request(add_headers)


def add_headers(response: Response) -> Response:
    """Add what is not there yet; a view that sets a header itself knows why."""
    headers = response.headers
    headers.setdefault("Content-Security-Policy", content_security_policy())
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("X-Frame-Options", "DENY")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()")
    if request.is_secure:
        headers.setdefault("Strict-Transport-Security", f"max-age={STATIC_SECONDS}; includeSubDomains")
    if request.endpoint in {"static", "appbuilder.static"} and response.status_code in {200, 304}:
        headers["Cache-Control"] = f"public, max-age={STATIC_SECONDS}, immutable"
    else:
        headers["Cache-Control"] = "no-store"
    return response
