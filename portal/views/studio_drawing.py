"""Drawing a diagram of a draft in the browser; it saves itself and is checked where it is drawn (issue 5)."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, render_template, request, url_for
from flask_appbuilder import BaseView, expose

from portal import clock
from portal.errors import status_of
from portal.language import current_language, t
from portal.row_ids import row_id
from portal.security.access import requires
from portal.security.actor import current_actor
from portal.security.roles import ROLES
from portal.views.procedure_titles import title_in
from services.errors import NotAllowed, NotFound, ServiceError
from services.unit_of_work import unit_of_work
from workflows import catalog
from workflows.engine.operations import operation_names
from workflows.studio import choices, drafts, drawing, elements, layout
from workflows.studio.drafts import Draft

_OFFICE = frozenset(ROLES)


class StudioDrawingView(BaseView):
    """The editor of diagrams: its page, its saving, its check."""

    route_base = "/studio"
    default_view = "draw"
    section = "DefinitionView.list"

    @expose("/drafts/<int:draft_id>/draw", methods=["GET"])
    @requires("definition.draft")
    def draw(self, draft_id: int) -> Any:
        """The editor with the diagram of one process of one's draft."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            shown = drafts.read(ctx, draft_id)
        if not shown.is_own:
            raise NotAllowed(
                "ほかの人の下書きは描けません。この版から自分の下書きを作ってください。",
                "Somebody else's draft cannot be drawn on. Begin one of your own.",
            )
        process = request.args.get("process") or shown.slug
        if process not in shown.bundle.bpmn:
            raise NotFound("この図は下書きにありません。", "The draft has no such diagram.")
        name = title_in(shown.bundle, shown.slug)
        return self.render_template(
            "studio/draw.html",
            title=t(f"図を描く — {name}", f"Draw — {name}"),
            bare=True,
            name=name,
            draft=shown,
            process=process,
            source=layout.laid_out(shown.bundle.bpmn[process], process),
            is_drawn=layout.is_drawn(shown.bundle.bpmn[process], process),
            diagrams=_diagrams(shown),
            callable=_callable(shown),
            japanese=current_language() == "ja",
            operations=sorted(operation_names()),
            forms=choices.forms_of(shown.bundle),
            decisions=choices.decisions_of(shown.bundle),
            **_listed(shown, process),
        )

    @expose("/drafts/<int:draft_id>/diagram", methods=["POST"])
    @requires("definition.draft")
    def save(self, draft_id: int) -> Response:
        """Keep what was drawn; the answer is the new count and the list that is equal to the diagram."""
        process, source = request.form.get("process", ""), request.form.get("source", "")
        try:
            with unit_of_work(current_actor(), clock.now()) as ctx:
                seen = drawing.save_diagram(ctx, draft_id, _seen(), process, source)
                shown = drafts.read(ctx, draft_id)
        except ServiceError as refused:
            return refused_in_json(refused)
        listed = render_template("studio/elements.html", **_listed(shown, process))
        return jsonify(seen=seen, listed=listed)

    @expose("/drafts/<int:draft_id>/diagram/check", methods=["POST"])
    @requires("definition.draft")
    def check(self, draft_id: int) -> Response:
        """Check the whole draft; the answer is what was found, as a list and by element."""
        try:
            with unit_of_work(current_actor(), clock.now()) as ctx:
                found = drafts.check(ctx, draft_id, _seen(), _OFFICE)
        except ServiceError as refused:
            return refused_in_json(refused)
        return jsonify(
            told=render_template("studio/found.html", found=found, process_of=process_of),
            marks=[
                {
                    "process": process_of(one.file),
                    "element": one.element,
                    "warning": one.is_warning,
                    "words": t(one.message_ja, one.message),
                }
                for one in found
                if one.file.endswith(".bpmn")
            ],
        )


def process_of(file: str) -> str:
    """The process in whose folder a file of a draft lies."""
    return file.partition("/")[0]


def _listed(shown: Draft, process: str) -> dict[str, Any]:
    return {
        "elements": [one for one in elements.list_elements(shown.bundle) if one.process == process],
        "kinds_of_elements": elements.KINDS,
        "roles": {
            **{slug: t(role.ja, role.en) for slug, role in ROLES.items()},
            "system": t("システム", "System"),
        },
    }


def refused_in_json(refused: ServiceError) -> Response:
    """What a script is told where a deed was refused: the words, under the status of the refusal."""
    answer = jsonify(refused=t(refused.message_ja, refused.message_en))
    answer.status_code = status_of(refused)
    return answer


def _seen() -> int:
    return request.form.get("seen", 0, type=row_id)


def _callable(draft: Draft) -> list[tuple[str, str]]:
    """What a diagram may call: processes of the draft, and ours, which come in when they are called."""
    names = [*sorted(name for name in draft.bundle.bpmn if name != draft.slug), *catalog.CALLED]
    return [(name, title_in(draft.bundle, name)) for name in dict.fromkeys(names)]


def _diagrams(draft: Draft) -> list[tuple[str, str, str]]:
    names = sorted(draft.bundle.bpmn, key=lambda name: (name != draft.slug, name))
    return [
        (
            name,
            title_in(draft.bundle, name),
            url_for("StudioDrawingView.draw", draft_id=draft.id, process=name),
        )
        for name in names
    ]
