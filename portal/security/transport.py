"""By which way the portal is spoken to: by HTTPS only in production, by `localhost` only on a trial (T20).

A passkey and a cookie belong to a name. On a trial `127.0.0.1` leads to `localhost`, which browsers take for
safe; with `PORTAL_COOKIE_SECURE` a request that did not come by HTTPS gets no page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import current_app, redirect, request

if TYPE_CHECKING:
    from flask import Flask

    from portal.settings import Settings

NUMBERS_OF_LOCALHOST = frozenset({"127.0.0.1", "::1"})
ASKED_BY_MACHINES = frozenset({"health"})
HTTPS_ONLY = "400 https only\n"


def install(app: Flask) -> None:
    """Look at each request before its session and its view do."""
    app.before_request(check)


def check() -> Any:
    """Let a request pass, refuse it, or lead it to `localhost`."""
    if request.endpoint in ASKED_BY_MACHINES:
        return None
    settings: Settings = current_app.extensions["portal_settings"]
    if settings.cookie_secure:
        if request.is_secure:
            return None
        return current_app.response_class(HTTPS_ONLY, status=400, mimetype="text/plain")
    own = urlsplit(request.url)
    if own.hostname in NUMBERS_OF_LOCALHOST and request.method == "GET":
        port = f":{own.port}" if own.port else ""
        return redirect(own._replace(netloc=f"localhost{port}").geturl(), code=307)
    return None
