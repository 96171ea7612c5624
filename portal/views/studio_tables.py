"""Drawing the decision tables of a draft in the browser; they save themselves (issue 5)."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, make_response, redirect, render_template, request, url_for
from flask_appbuilder import BaseView, expose

from portal import clock
from portal.language import current_language, t
from portal.row_ids import row_id
from portal.security.access import requires
from portal.security.actor import current_actor
from portal.security.headers import content_security_policy
from portal.views.procedure_titles import title_in
from portal.views.said_again import said_again
from portal.views.studio_drawing import refused_in_json
from services.errors import NotAllowed, NotFound, ServiceError
from services.unit_of_work import unit_of_work
from workflows import definition_pages
from workflows.diagrams import words_of_tables
from workflows.engine.bundle import Bundle
from workflows.studio import drafts, drawing

# Style attributes that dmn-js writes as text: its mark, what the mark opens, the picture of a dragged row.
STYLES_OF_THE_EDITOR = (
    "position: absolute; bottom: 15px; right: 15px; z-index: 100;",
    "vertical-align:middle",
    "z-index: 1001;position: fixed;top: 0;left: 0;right: 0;bottom: 0",
    "width: 100%;height: 100%;background: rgba(40,40,40,0.2)",
    (
        "position: absolute;left: 50%;top: 40%;transform: translate(-50%);width: 260px;padding: 10px;"
        "background: white;box-shadow: 0 1px 4px rgba(0,0,0,0.3);font-family: Helvetica, Arial, sans-serif;"
        "font-size: 14px;display: flex;line-height: 1.3"
    ),
    "margin: 15px 20px 15px 10px; align-self: center;",
    "\n          visibility: hidden;\n          position: fixed;\n          top: -10000px\n      ",
)


class StudioTableView(BaseView):
    """The editor of decision tables: its page, its saving, a new table."""

    route_base = "/studio"
    default_view = "show"
    section = "DefinitionView.list"

    @expose("/drafts/<int:draft_id>/tables/<slug>/<stem>", methods=["GET"])
    @requires("definition.draft")
    def show(self, draft_id: int, slug: str, stem: str) -> Any:
        """The editor with one decision file of one's draft."""
        key = f"{slug}/{stem}"
        with unit_of_work(current_actor(), clock.now()) as ctx:
            shown = drafts.read(ctx, draft_id)
        if not shown.is_own:
            raise NotAllowed(
                "ほかの人の下書きの判定表は変えられません。この版から自分の下書きを作ってください。",
                "The tables of somebody else's draft cannot be changed. Begin one of your own.",
            )
        if key not in shown.bundle.dmn:
            raise NotFound("この判定表は下書きにありません。", "The draft has no such table.")
        page = self.render_template(
            "studio/table.html",
            title=t(f"判定表 — {stem}", f"Decision table — {stem}"),
            name=title_in(shown.bundle, shown.slug),
            bare=True,
            draft=shown,
            at={"draft_id": draft_id, "slug": slug, "stem": stem},
            source=shown.bundle.dmn[key],
            japanese=current_language() == "ja",
            tables=_tables(shown.bundle, key),
        )
        answer = make_response(page)
        answer.headers["Content-Security-Policy"] = content_security_policy(STYLES_OF_THE_EDITOR)
        return answer

    @expose("/drafts/<int:draft_id>/tables/<slug>/<stem>", methods=["POST"])
    @requires("definition.draft")
    def save(self, draft_id: int, slug: str, stem: str) -> Response:
        """Keep what was drawn; the answer is the new count and the table to be read."""
        key = f"{slug}/{stem}"
        try:
            with unit_of_work(current_actor(), clock.now()) as ctx:
                source = request.form.get("source", "")
                seen = drawing.save_table(ctx, draft_id, _seen(), key, source)
                tables = _tables(drafts.read(ctx, draft_id).bundle, key)
        except ServiceError as refused:
            return refused_in_json(refused)
        return jsonify(seen=seen, listed=render_template("studio/table_list.html", tables=tables))

    @expose("/drafts/<int:draft_id>/tables", methods=["POST"])
    @requires("definition.draft")
    def begin(self, draft_id: int) -> Any:
        """A new table in one's draft."""
        told = {name: request.form.get(name, "").strip() for name in ("process", "decision", "title")}
        try:
            with unit_of_work(current_actor(), clock.now()) as ctx:
                key = drawing.begin_table(
                    ctx, draft_id, _seen(), told["process"], told["decision"], told["title"]
                )
        except NotFound:
            raise
        except ServiceError as refused:
            return said_again(refused, "StudioView.draft", draft_id=draft_id)
        slug, _, stem = key.rpartition("/")
        return redirect(url_for("StudioTableView.show", draft_id=draft_id, slug=slug, stem=stem), code=303)


def _tables(bundle: Bundle, key: str) -> list[definition_pages.DecisionTable]:
    """The tables of one decision file."""
    words = words_of_tables(bundle, current_language())
    one = Bundle(bundle.slug, {}, {key: bundle.dmn[key]}, {})
    return definition_pages.tables_of(one, words)


def _seen() -> int:
    return request.form.get("seen", 0, type=row_id)
