"""Starting a case and reading it; which procedures may be started, and with which form (N8)."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_appbuilder.api import expose

from portal import clock
from portal.api import reading, told
from portal.api.base import PortalApi
from portal.language import t
from portal.security.access import requires
from portal.security.actor import current_actor
from portal.views import form_pages
from services import deeds, intake
from services.unit_of_work import unit_of_work
from workflows.engine import runner


class ProcedureApi(PortalApi):
    """The notifications that may be taken in, and their forms."""

    resource_name = "procedures"

    @expose("", methods=["GET"])
    @requires("notification.submit")
    def list(self) -> Any:
        """Every procedure with its reasons."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            found = [
                {
                    "procedure": group.procedure,
                    "title": t(group.legal, group.title_en),
                    "reasons": [
                        {"code": one.code, "name": t(one.name, one.name_en)} for one in group.reasons
                    ],
                }
                for group in intake.list_reasons(ctx)
            ]
        return self.response(200, procedures=found)

    @expose("/<procedure>/<reason>/form", methods=["GET"])
    @requires("notification.submit")
    def form(self, procedure: str, reason: str) -> Any:
        """The form of a reason, in the version in force, with the papers to ask for."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            intake.get_reason(ctx, procedure, reason)
            opened = runner.intake_form(ctx, procedure, reason)
            first = {**opened.defaults, **opened.fixed, **intake.prefill(ctx, procedure, None)}
            answer = told.form(ctx, opened, first)
            answer["papers"] = told.asked_papers(ctx, procedure, reason)
        return self.response(200, **answer)


class CaseApi(PortalApi):
    """Cases of the own office."""

    resource_name = "cases"

    @expose("", methods=["POST"])
    @requires("notification.submit")
    def start(self) -> Any:
        """Begin a case with the entry of its intake form; the same key begins it once."""
        body = reading.sent({"procedure": str, "reason": str, "entry": dict})
        key, sent = reading.sent_deed(body)
        with unit_of_work(current_actor(), clock.now()) as ctx:
            where = deeds.find_done(ctx, key, sent)
            if where is None:
                intake.get_reason(ctx, body["procedure"], body["reason"])
                form = runner.intake_form(ctx, body["procedure"], body["reason"])
                raw, errors = form_pages.sealed(ctx, form, body["entry"])
                form_pages.refuse_when_any(form, raw, errors, ctx.today)
                received = {"office_id": ctx.actor.office_id}
                done = runner.start(ctx, body["procedure"], body["reason"], raw, received)
                where = url_for("CaseApi.read", case_id=done.case_id)
                deeds.remember(ctx, key, sent, where)
        return self._told(201, where)

    @expose("/<int:case_id>", methods=["GET"])
    @requires("case.read")
    def read(self, case_id: int) -> Any:
        """A case with its open tasks."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            return self.response(200, **told.case(ctx, case_id))

    def _told(self, status: int, where: str) -> Any:
        with unit_of_work(current_actor(), clock.now()) as ctx:
            answer = self.response(status, **told.case(ctx, int(where.rsplit("/", 1)[1])))
        answer.headers["Location"] = where
        return answer
