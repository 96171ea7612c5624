"""The procedures as they run here: versions, diagrams, decision tables; publishing is the operator's."""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for
from flask_appbuilder import BaseView, expose

from portal import clock
from portal.language import current_language, t
from portal.security.access import requires
from portal.security.actor import current_actor
from services.unit_of_work import unit_of_work
from workflows import case_pages, definition_pages


class DefinitionView(BaseView):
    """Definitions, read only."""

    route_base = "/definitions"
    default_view = "list"

    @expose("/", methods=["GET"])
    @requires("definition.read")
    def list(self) -> Any:
        """All versions of all procedures."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            versions = definition_pages.list_versions(ctx)
        return self.render_template(
            "definition/list.html",
            title=t("手続の定義", "Procedures"),
            versions=versions,
            titles={one.slug: _title(one.slug) for one in versions},
            states=definition_pages.STATES,
        )

    @expose("/<slug>/<int:version>", methods=["GET"])
    @requires("definition.read")
    def show(self, slug: str, version: int) -> Any:
        """One version: its diagrams and its tables."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            shown = definition_pages.read(ctx, slug, version)
        addresses = [
            (
                _title(process),
                url_for("DefinitionView.diagram", slug=slug, version=version, process=process),
            )
            for process in shown.processes
        ]
        return self.render_template(
            "definition/show.html",
            title=f"{_title(slug)} {t(f'第{version}版', f'version {version}')}",
            shown=shown,
            version=shown.version,
            diagrams=addresses,
            process_titles={process: _title(process) for process in shown.processes},
            states=definition_pages.STATES,
        )

    @expose("/<slug>/<int:version>/diagram.bpmn", methods=["GET"])
    @requires("definition.read")
    def diagram(self, slug: str, version: int) -> Any:
        """The BPMN of a process of a version."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            source = definition_pages.diagram(
                ctx, slug, version, request.args.get("process"), current_language()
            )
        return Response(source, mimetype="application/xml")


def _title(slug: str) -> str:
    return case_pages.process_title(slug, english=current_language() == "en")
