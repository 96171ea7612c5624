"""Whether this process and its database answer; for the proxy and the operator, without a session."""

from __future__ import annotations

from flask import Response
from sqlalchemy import text

from portal.extensions import db
from portal.security.access import open_to_everybody


@open_to_everybody
def health() -> Response:
    """`ok`, or 503 by the error page when the database is away."""
    db.session.execute(text("SELECT 1"))
    return Response("ok\n", mimetype="text/plain")
