"""Incidents with their cause in the row: retried, one or many, or settled with a reason (N2)."""

from __future__ import annotations

import secrets
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from flask import redirect, request
from flask_appbuilder import BaseView, expose

from portal import clock
from portal.frame import counts_for
from portal.language import t
from portal.row_ids import row_id
from portal.security.access import requires
from portal.security.actor import current_actor
from portal.views import operation_pages
from services.errors import ServiceError
from services.unit_of_work import unit_of_work
from workflows.operating import case_list, incident_list
from workflows.operating.incident_list import KINDS, STATES, Filters

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST = 64
MOST = 1000
NAMES = tuple(field.name for field in fields(Filters))


class OperationIncidentView(BaseView):
    """The list of incidents, and what is done to many of them."""

    route_base = "/operations/incidents"
    default_view = "list"
    section = "OperationCaseView.list"

    @expose("/", methods=["GET"])
    @requires("operations.read")
    def list(self) -> Any:
        """A page of incidents."""
        return self._list(request.args)

    @expose("/retry", methods=["POST"])
    @requires("operations.retry")
    def retry(self) -> Any:
        """Try the ticked ones again, or all of the filter."""
        return self._start("retry")

    @expose("/skip", methods=["POST"])
    @requires("operations.skip")
    def skip(self) -> Any:
        """Settle the ticked ones without a retry, with a reason."""
        return self._start("skip")

    def _start(self, kind: str) -> Any:
        with unit_of_work(current_actor(), clock.now()) as ctx:
            wanted = operation_pages.chosen()
            if request.form.get("which") == "all":
                wanted = incident_list.ids(ctx, _filters(request.form), MOST)
            incidents = incident_list.cases_of(ctx, wanted)
        try:
            where = operation_pages.start(kind, incidents=incidents, reason=request.form.get("reason", ""))
        except ServiceError as refused:
            return self._list(request.form, t(refused.message_ja, refused.message_en)), 422
        return redirect(where, code=303)

    def _list(self, given: Mapping[str, str], error: str = "") -> Any:
        filters = _filters(given)
        with unit_of_work(current_actor(), clock.now()) as ctx:
            page = incident_list.read(ctx, filters, request.args.get("before", type=row_id))
            groups = case_list.groups(ctx)
            names = operation_pages.titles(ctx)
        return self.render_template(
            "operations/incidents.html",
            title=t("運用", "Operations"),
            tabs=operation_pages.tabs("incidents", counts_for(current_actor())["operations"]),
            page=page,
            groups=groups,
            filters=filters,
            chosen={name: getattr(filters, name) for name in NAMES if getattr(filters, name)},
            names=names,
            kinds=KINDS,
            states=STATES,
            told_in=operation_pages.told_in,
            offered_states=operation_pages.told_in(STATES, without="open"),
            offered_causes=[(code, f"{code} ({number})") for code, number in page.causes],
            ticked=operation_pages.chosen(),
            reason=request.form.get("reason", ""),
            error=error,
            deed_key=secrets.token_urlsafe(24),
        )


def _filters(given: Mapping[str, str]) -> Filters:
    return Filters(**{name: given.get(name, "")[:LONGEST] for name in NAMES})
