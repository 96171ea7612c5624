"""The procedures as they run here: versions, diagrams, decision tables; publishing is the operator's."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose

from portal import clock
from portal.language import current_language, t
from portal.security.access import requires
from portal.security.actor import current_actor
from portal.views import procedure_titles
from portal.views.operation_moves import KINDS
from portal.views.procedure_titles import title_in
from services.unit_of_work import unit_of_work
from workflows import definition_pages
from workflows.engine import definitions
from workflows.engine.comparison import ASPECTS
from workflows.operating import versions
from workflows.studio import drafts, new_procedures, planned_publishing


class DefinitionView(BaseView):
    """Definitions: read, compared, published."""

    route_base = "/definitions"
    default_view = "list"

    @expose("/", methods=["GET"])
    @requires("definition.read")
    def list(self) -> Any:
        """All versions of all procedures."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            found = definition_pages.list_versions(ctx)
            begun = drafts.list_drafts(ctx)
            failed = planned_publishing.unseen(ctx.session, ctx.actor.staff_id)
            titles = {
                **procedure_titles.titles(ctx, {one.slug for one in failed}),
                **{one.slug: title_in(one.bundle, one.slug) for one in begun},
                **procedure_titles.titles(ctx, {one.slug for one in found}),
            }
        return self.render_template(
            "definition/list.html",
            title=t("手続の定義", "Procedures"),
            versions=found,
            drafts=begun,
            failed=failed,
            titles=titles,
            states=definition_pages.STATES,
            new_kinds=new_procedures.KINDS,
        )

    @expose("/<slug>/<int:version>", methods=["GET"])
    @requires("definition.read")
    def show(self, slug: str, version: int) -> Any:
        """One version: its diagrams and its tables."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            shown = definition_pages.read(ctx, slug, version, current_language())
            titles = procedure_titles.titles(ctx, shown.processes)
        addresses = [
            (
                titles[process],
                url_for("DefinitionView.diagram", slug=slug, version=version, process=process),
            )
            for process in shown.processes
        ]
        return self.render_template(
            "definition/show.html",
            title=f"{titles[slug]} {t(f'第{version}版', f'version {version}')}",
            shown=shown,
            version=shown.version,
            diagrams=addresses,
            process_titles=titles,
            states=definition_pages.STATES,
            **self._against(slug, version),
        )

    def _against(self, slug: str, version: int) -> dict[str, Any]:
        """What changed since the version before; nothing to compare for the first."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            known = versions.list_versions(ctx, slug)
            here = next((one for one in known if one.number == version), None)
            before = next((one for one in known if one.number < version), None)
            found = versions.differences(ctx, before, here) if before and here else []
        return {"before": before, "differences": found, "kinds": KINDS, "aspects": ASPECTS}

    @expose("/<slug>/<int:version>/publish", methods=["POST"])
    @requires("definition.publish")
    def publish(self, slug: str, version: int) -> Any:
        """Put a draft in force: new cases begin with it, running ones stay on theirs."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            definitions.publish_draft(ctx, slug, version)
        flash(
            t(
                f"第{version}版を公開しました。新しい案件はこの版で始まります。進行中の案件は元の版のままです。",
                f"Version {version} is in force: new cases begin with it, running ones stay on theirs.",
            ),
            "success",
        )
        return redirect(url_for("DefinitionView.show", slug=slug, version=version), code=303)

    @expose("/<slug>/<int:version>/diagram.bpmn", methods=["GET"])
    @requires("definition.read")
    def diagram(self, slug: str, version: int) -> Any:
        """The BPMN of a process of a version."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            source = definition_pages.diagram(
                ctx, slug, version, request.args.get("process"), current_language()
            )
        return Response(source, mimetype="application/xml")
