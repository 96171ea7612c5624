"""Handing a task to a named colleague: who could do it, how much he has, and the deed (N2)."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose

from portal import clock
from portal.language import t
from portal.row_ids import row_id
from portal.security.access import requires
from portal.security.actor import current_actor
from portal.security.roles import ROLES
from portal.views import list_place
from services import cases, staffing
from services.errors import RuleBroken
from services.unit_of_work import unit_of_work
from workflows.engine import runner, taking


class DelegationView(BaseView):
    """One task, and the colleagues who could do it."""

    route_base = "/cases"
    default_view = "ask"
    section = "InboxView.list"

    @expose("/<int:case_id>/tasks/<int:item_id>/delegate", methods=["GET"])
    @requires("task.take")
    def ask(self, case_id: int, item_id: int) -> Any:
        """Everybody of the office: who could do it first, each with what waits for him already."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            cases.must_hold(ctx, case_id, item_id)
            item = taking.get_item(ctx, item_id)
            taking.may_delegate(ctx, item)
            found = staffing.of_office(ctx.session, item.office_id, ctx.today)
            told = [
                (one, staffing.why_not_now(item, one, found))
                for one in found
                if one.user_id != item.assignee_id
            ]
            return self.render_template(
                "case/delegate.html",
                here=list_place.carried(),
                title=t("同僚に回す", "Hand to a colleague"),
                item=item,
                people=sorted(told, key=lambda one: one[1] is not None),
                any_able=any(why is None for _, why in told),
                role_names={slug: t(role.ja, role.en) for slug, role in ROLES.items()},
            )

    @expose("/<int:case_id>/tasks/<int:item_id>/delegate", methods=["POST"])
    @requires("task.take")
    def hand_over(self, case_id: int, item_id: int) -> Any:
        """Hand it over; back to the list."""
        to_id = request.form.get("to", type=row_id)
        with unit_of_work(current_actor(), clock.now()) as ctx:
            cases.must_hold(ctx, case_id, item_id)
            if to_id is None:
                raise RuleBroken(
                    "だれに回すかを選んでから、もう一度押してください。",
                    "Choose to whom it goes, then press again.",
                )
            found = staffing.of_office(ctx.session, ctx.actor.office_id, ctx.today)
            runner.delegate(ctx, item_id, to_id, found)
            name = next(one.name for one in found if one.user_id == to_id)
        flash(t(f"{name}さんに回しました。", f"The task is {name}'s now."), "success")
        place = list_place.here()
        return redirect(place.url if place else url_for("InboxView.list"), code=303)
