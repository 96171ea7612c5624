"""The first page after signing in: what waits, and the doors that are open to this person."""

from __future__ import annotations

from typing import Any

from flask_appbuilder.baseviews import BaseView, expose

from portal import clock
from portal.language import t
from portal.security.access import requires


class HomeView(BaseView):
    """One's work in numbers, and where to begin."""

    route_base = "/"
    default_view = "index"

    @expose("/")
    @requires("home.open")
    def index(self) -> Any:
        """The first page."""
        return self.render_template("home.html", title=t("きょうの仕事", "Today"), today=clock.today())
