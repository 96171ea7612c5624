"""The description of the API (OpenAPI 3.1), and who is signed in with the token that writing needs (N8)."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml
from flask import current_app
from flask_appbuilder.api import expose
from flask_wtf.csrf import generate_csrf

from portal.api.base import PortalApi
from portal.security.access import requires
from portal.security.actor import current_actor

SOURCE = Path(__file__).with_name("openapi.yaml")


@cache
def document() -> dict[str, Any]:
    """The description, read once."""
    found: dict[str, Any] = yaml.safe_load(SOURCE.read_text(encoding="utf-8"))
    return found


class DescriptionApi(PortalApi):
    """What the API can do, as data; there is no page of Swagger's."""

    route_base = "/api/v1"

    @expose("/openapi.json", methods=["GET"])
    @requires("api.describe")
    def openapi(self) -> Any:
        """The whole description, with the name that the session's cookie has here."""
        found = document()
        scheme = {**found["components"]["securitySchemes"]["session"]}
        scheme["name"] = current_app.config["SESSION_COOKIE_NAME"]
        schemes = {**found["components"]["securitySchemes"], "session": scheme}
        return self.response(
            200, **{**found, "components": {**found["components"], "securitySchemes": schemes}}
        )

    @expose("/session", methods=["GET"])
    @requires("profile.use")
    def session(self) -> Any:
        """Who is signed in, and the token to send in the header X-CSRFToken with every POST."""
        actor = current_actor()
        return self.response(
            200,
            staff_id=actor.staff_id,
            name=actor.name,
            office_id=actor.office_id,
            roles=sorted(actor.roles),
            csrf_token=generate_csrf(),
        )
