"""What operators asked for, with the true result of each item; going on and taking back."""

from __future__ import annotations

import secrets
from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose

from models.operation import RESULTS
from models.staff import names_of
from portal import clock
from portal.frame import counts_for
from portal.language import t
from portal.row_ids import row_id
from portal.security.access import requires
from portal.security.actor import current_actor
from portal.views import operation_pages
from portal.views.jobs import may_see_job
from services.unit_of_work import unit_of_work
from workflows.operating import moving, run_pages, runs


class OperationRunView(BaseView):
    """The wishes of operators."""

    route_base = "/operations/runs"
    section = "OperationCaseView.list"
    default_view = "list"

    @expose("/", methods=["GET"])
    @requires("operations.read")
    def list(self) -> Any:
        """All wishes, the newest first."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            page = run_pages.list_page(ctx, request.args.get("before", type=row_id))
            names = operation_pages.titles(ctx)
            people = names_of(ctx.session, [one.run.asked_by_id for one in page.rows])
            numbers = moving.version_numbers(ctx, page.hashes)
        return self.render_template(
            "operations/runs.html",
            title=t("運用", "Operations"),
            tabs=operation_pages.tabs("runs", counts_for(current_actor())["operations"]),
            page=page,
            told={one.run.id: operation_pages.told(one.run, names, numbers) for one in page.rows},
            people=people,
        )

    @expose("/<int:run_id>", methods=["GET"])
    @requires("operations.read")
    def show(self, run_id: int) -> Any:
        """One wish: what really came of each item."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            page = run_pages.read(ctx, run_id, request.args.get("after", type=row_id))
            names = operation_pages.titles(ctx)
            people = names_of(ctx.session, [page.run.asked_by_id])
            numbers = moving.version_numbers(ctx, {page.run.from_hash, page.run.to_hash})
            may_see = may_see_job(ctx, page.job)
        return self.render_template(
            "operations/run.html",
            title=operation_pages.told(page.run, names, numbers),
            page=page,
            may_see_job=may_see,
            counted=page.counted,
            people=people,
            results=RESULTS,
            numbers=numbers,
            deed_key=secrets.token_urlsafe(24),
        )

    @expose("/<int:run_id>/rest", methods=["POST"])
    @requires("operations.migrate")
    def rest(self, run_id: int) -> Any:
        """Move the other cases of the version as well."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            run = runs.get(ctx, run_id)
            cases = moving.cases_on(ctx, run.slug, run.from_hash, run_pages.MOST_CASES)
            added = runs.extend(ctx, run, [case.id for case in cases])
        operation_pages.carry_on(run_id)
        flash(t(f"残り{added}件の移行を始めました。", f"The other {added} are being moved."), "success")
        return redirect(url_for("OperationRunView.show", run_id=run_id), code=303)

    @expose("/<int:run_id>/take-back", methods=["POST"])
    @requires("operations.migrate")
    def take_back(self, run_id: int) -> Any:
        """Put the cases of a migration back on the version they had."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            back = runs.take_back(ctx, runs.get(ctx, run_id))
            back_id = back.id
        operation_pages.carry_on(back_id)
        return redirect(url_for("OperationRunView.show", run_id=back_id), code=303)
