"""The few rows from which a field of a form is chosen; parts of a page for htmx."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_appbuilder import BaseView, expose
from flask_appbuilder.utils.limit import Limit

from portal import clock
from portal.security.access import requires
from portal.security.actor import current_actor, person_or_address
from portal.views.persons import registry_limit
from services import lookups
from services.lookups import Choice
from services.search_terms import LONGEST, NotSearchable
from services.unit_of_work import unit_of_work


class LookupView(BaseView):
    """`/lookup/<kind>`: person, household, insurer, municipality, notification."""

    route_base = "/lookup"
    default_view = "find"
    limits = [Limit(registry_limit, key_func=person_or_address)]  # noqa: RUF012 - FAB extends the list

    @expose("/<kind>", methods=["POST"])
    @requires("registry.search")
    def find(self, kind: str) -> Any:
        """The rows that fit, or why nothing can be looked for."""
        found: tuple[Choice, ...] = ()
        refused = None
        with unit_of_work(current_actor(), clock.now()) as ctx:
            try:
                found = tuple(lookups.find(ctx, kind, request.form.get("q", "")[:LONGEST]))
            except NotSearchable as told:
                refused = told
        return self.render_template(
            "lookup/choices.html", found=found, refused=refused, kind=kind, most=lookups.MOST
        )
