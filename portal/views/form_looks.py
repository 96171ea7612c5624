"""A form under way: what is wrong so far by its schema, and a draft that keeps itself (N8, B2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import jsonify, request
from flask_appbuilder import BaseView, expose
from flask_appbuilder.utils.limit import Limit

from forms.validation import FormRefused, check
from portal import clock
from portal.language import current_language
from portal.row_ids import row_id
from portal.security.access import requires
from portal.security.actor import current_actor, person_or_address
from portal.views import form_pages
from services import drafts, intake, name_readings, postal_codes
from services.context import JST
from services.errors import NotFound
from services.unit_of_work import unit_of_work
from workflows import case_pages
from workflows.engine import runner

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.context import Context
    from workflows.engine.runner import OpenForm


PROPOSALS = {
    "postal": lambda text: postal_codes.places(text[:8]),
    "kana": lambda text: [reading] if (reading := name_readings.propose(text)) else [],
}


class FormView(BaseView):
    """What a page asks while its form is filled in; it never holds an Individual Number that was typed."""

    route_base = "/forms"
    default_view = "look_at_task"
    limits = [Limit("240 per minute", key_func=person_or_address)]  # noqa: RUF012 - FAB extends the list

    @expose("/look/<procedure>/<reason>", methods=["POST"])
    @requires("notification.submit")
    def look_at_intake(self, procedure: str, reason: str) -> Any:
        """The form of an intake."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            intake.get_reason(ctx, procedure, reason)
            form = runner.intake_form(ctx, procedure, reason)
            raw = form_pages.without_numbers(ctx, form, list(request.form.items(multi=True)))
            told = _told(ctx, form, raw)
            if "keep" in request.form:
                known = request.form.get("draft_id", type=row_id)
                kept = drafts.save_intake(ctx, procedure, reason, raw, known)
                ctx.session.flush()
                told |= {"draft_id": kept.id, "kept": _time(ctx)}
        return jsonify(told)

    @expose("/look/tasks/<int:item_id>", methods=["POST"])
    @requires("task.complete")
    def look_at_task(self, item_id: int) -> Any:
        """The form of a task that one may do."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            _, case, form = runner.get_task(ctx, item_id)
            known = case_pages.references_of(ctx, case.id, form.task)
            raw = form_pages.without_numbers(ctx, form, list(request.form.items(multi=True)), known)
            told = _told(ctx, form, raw)
            if "keep" in request.form:
                drafts.save_task(ctx, item_id, raw)
                told["kept"] = _time(ctx)
        return jsonify(told)

    @expose("/fill/<kind>", methods=["POST"])
    @requires("task.complete")
    def fill(self, kind: str) -> Any:
        """What may be filled in beside a field: the places of a postal code, the reading of a name."""
        proposed = PROPOSALS.get(kind)
        if proposed is None:
            raise NotFound("この補助はありません。", "There is no such help.")
        return jsonify({"texts": proposed(request.form.get("q", "").strip())})


def _told(ctx: Context, form: OpenForm, raw: Mapping[str, Any]) -> dict[str, Any]:
    try:
        check(form.schema, raw, today=ctx.today, fixed=form.fixed)
    except FormRefused as refused:
        language = current_language()
        errors = [{"path": one.path, "message": one.message(language)} for one in refused.errors]
        return {"errors": errors}
    return {"errors": []}


def _time(ctx: Context) -> str:
    return f"{ctx.at.astimezone(JST):%H:%M}"
