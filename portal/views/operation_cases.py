"""Cases as an operator sees them: by procedure, version, state, step and age; suspended and resumed."""

from __future__ import annotations

import secrets
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from flask import redirect, request, url_for
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
from workflows.operating import case_list
from workflows.operating.case_list import AGES, STATES, Filters

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST = 64
NAMES = tuple(field.name for field in fields(Filters))


class OperationCaseView(BaseView):
    """The list of cases, and what is done to many of them."""

    route_base = "/operations"
    section = "OperationCaseView.list"
    default_view = "list"

    @expose("/", methods=["GET"])
    @requires("operations.read")
    def list(self) -> Any:
        """A page of cases and the counts of all that have not ended."""
        return self._list(request.args)

    @expose("/hold", methods=["POST"])
    @requires("operations.hold")
    def hold(self) -> Any:
        """Suspend the ticked cases, with a reason."""
        return self._start("suspend")

    @expose("/resume", methods=["POST"])
    @requires("operations.hold")
    def resume(self) -> Any:
        """Let the ticked cases go on."""
        return self._start("resume")

    def _start(self, kind: str) -> Any:
        try:
            where = operation_pages.start(
                kind, case_ids=operation_pages.chosen(), reason=request.form.get("reason", "")
            )
        except ServiceError as refused:
            return self._list(request.form, t(refused.message_ja, refused.message_en)), 422
        return redirect(where, code=303)

    def _list(self, given: Mapping[str, str], error: str = "") -> Any:
        filters = Filters(**{name: given.get(name, "")[:LONGEST] for name in NAMES})
        with unit_of_work(current_actor(), clock.now()) as ctx:
            page = case_list.read(ctx, filters, request.args.get("after", type=row_id))
            groups = case_list.groups(ctx)
            names = operation_pages.titles(ctx)
            steps = case_list.steps(ctx, filters.slug)
        return self.render_template(
            "operations/cases.html",
            title=t("運用", "Operations"),
            tabs=operation_pages.tabs("cases", counts_for(current_actor())["operations"]),
            page=page,
            groups=groups,
            filters=filters,
            chosen={name: getattr(filters, name) for name in NAMES if getattr(filters, name)},
            after=request.args.get("after", type=row_id),
            names=names,
            states=STATES,
            ages=AGES,
            told_in=operation_pages.told_in,
            offered_steps=[(one, f"{t(ja, en)} ({number})") for one, ja, en, number in steps],
            ticked=operation_pages.chosen(),
            reason=request.form.get("reason", ""),
            error=error,
            deed_key=secrets.token_urlsafe(24),
            clear=url_for("OperationCaseView.list"),
        )
