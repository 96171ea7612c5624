"""One line of JSON for each request: what, by whom, how long; never a query string, a form or a name.

The path is logged as its rule (`/persons/<int:person_id>`), so that no number of a person gets there.
"""

from __future__ import annotations

import logging
import secrets
from time import perf_counter
from typing import TYPE_CHECKING

import structlog
from flask import g, request

from portal.security import redaction

if TYPE_CHECKING:
    from flask import Flask, Response

    from portal.settings import Settings

log = structlog.get_logger("portal")


def install(app: Flask, settings: Settings) -> None:
    """Configure logging for this process and write a line after each request."""
    level = logging.getLevelNamesMapping().get(settings.log_level.upper(), logging.INFO)
    redaction.install(settings)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            redaction.processor,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=False,
    )
    logging.getLogger("flask_appbuilder").setLevel(max(level, logging.WARNING))
    app.before_request(_begin)
    app.after_request(_end)


def request_id() -> str:
    """What an error page shows and the log holds, so that both can be brought together."""
    if "request_id" not in g:
        g.request_id = secrets.token_hex(6)
    return str(g.request_id)


def _begin() -> None:
    g.began = perf_counter()
    request_id()


def _end(response: Response) -> Response:
    if request.endpoint == "static":
        return response
    actor = g.get("actor")
    log.info(
        "request",
        id=request_id(),
        method=request.method,
        rule=request.url_rule.rule if request.url_rule else None,
        status=response.status_code,
        staff=actor.staff_number if actor else None,
        milliseconds=round((perf_counter() - g.began) * 1000, 1) if "began" in g else None,
    )
    response.headers["X-Request-Id"] = request_id()
    return response
