"""A draft run over the finished cases of a period: asked for, seen as a list and on the diagram, signed."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose

from models.replay import ReplayRun
from models.staff import names_of
from portal import clock
from portal.language import current_language, t
from portal.row_ids import row_id
from portal.security.access import requires
from portal.security.actor import current_actor
from portal.views.procedure_titles import title_in
from portal.views.said_again import said_again
from rules.eras import DateNotUnderstood, parse_date
from services.errors import NotFound, RuleBroken, ServiceError
from services.unit_of_work import unit_of_work
from workflows import case_pages
from workflows.diagrams import in_language
from workflows.engine.bundle import unpack
from workflows.engine.parser import build
from workflows.studio import replays
from workflows.studio.replays import KINDS, PAGE


class ReplayView(BaseView):
    """再現: which finished cases would have gone another way."""

    route_base = "/studio"
    default_view = "show"
    section = "DefinitionView.list"

    @expose("/drafts/<int:draft_id>/replay", methods=["POST"])
    @requires("definition.draft")
    def ask(self, draft_id: int) -> Any:
        """Ask for it; a worker does it, and its page shows how far it is."""
        seen = request.form.get("seen", 0, type=row_id)
        try:
            first, last = _day("from_on"), _day("to_on")
            with unit_of_work(current_actor(), clock.now()) as ctx:
                run = replays.ask(ctx, draft_id, seen, first, last)
                run_id = run.id
        except NotFound:
            raise
        except ServiceError as refused:
            return said_again(refused, "StudioView.draft", draft_id=draft_id)
        return redirect(url_for("ReplayView.show", run_id=run_id), code=303)

    @expose("/replays/<int:run_id>", methods=["GET"])
    @requires("definition.read")
    def show(self, run_id: int) -> Any:
        """What was found, in numbers, on the diagram and as a list."""
        kind = request.args.get("kind", "")
        after = request.args.get("after", 0, type=row_id)
        with unit_of_work(current_actor(), clock.now()) as ctx:
            run = replays.get(ctx, run_id)
            rows = replays.found(ctx, run_id, kind, after)
            titles = build(unpack(run.content)).titles
            english = current_language() == "en"
            words = {element: both[english] or element for (_, element), both in titles.items()}
            name = title_in(unpack(run.content), run.slug)
            return self.render_template(
                "definition/replay.html",
                title=t(f"再現 — {name}", f"Replay — {name}"),
                name=name,
                run=run,
                played=replays.sum_of(run),
                kinds={one: (t(ja, en), state) for one, (ja, en, state) in KINDS.items()},
                kind=kind,
                rows=rows,
                more=rows[-1].id if len(rows) == PAGE else None,
                numbers=case_pages.numbers_of(ctx, [one.case_id for one in rows]),
                words=words,
                passes=_passes(run, titles, english=english),
                diagrams=_diagrams(run),
                who=names_of(ctx.session, [run.asked_by_id, run.signed_by_id]),
            )

    @expose("/replays/<int:run_id>/diagram.bpmn", methods=["GET"])
    @requires("definition.read")
    def diagram(self, run_id: int) -> Any:
        """The BPMN of a process of the draft as it was replayed."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            run = replays.get(ctx, run_id)
            source = unpack(run.content).bpmn.get(request.args.get("process", run.slug))
        if source is None:
            raise NotFound("この図は見つかりません。", "There is no such diagram.")
        return Response(in_language(source, current_language(), run.slug), mimetype="application/xml")

    @expose("/replays/<int:run_id>/sign", methods=["POST"])
    @requires("definition.draft")
    def sign(self, run_id: int) -> Any:
        """Sign that one has looked at it."""
        try:
            with unit_of_work(current_actor(), clock.now()) as ctx:
                replays.sign(ctx, run_id, request.form.get("note", ""))
        except NotFound:
            raise
        except ServiceError as refused:
            return said_again(refused, "ReplayView.show", run_id=run_id)
        flash(t("確認を記録しました。", "Your signature is on record."), "success")
        return redirect(url_for("ReplayView.show", run_id=run_id), code=303)


def _day(name: str) -> date:
    try:
        return parse_date(request.form.get(name, ""))
    except DateNotUnderstood as error:
        raise RuleBroken(error.message_ja, "This is not a date. Type R8.11.23 or 2026-11-23.") from error


def _passes(run: ReplayRun, titles: Any, *, english: bool) -> list[tuple[str, str, int, int]]:
    """Element by element: its key, its name, how often the draft passed it, how often the cases had."""
    found = []
    for key, (now, was) in run.passes.items():
        process, _, element = key.partition(".")
        title = titles.get((process, element), ("", ""))[english]
        unnamed = title in ("", element)
        found.append((key, t("(名前なし)", "(no name)") if unnamed else title, now, was))
    return sorted(found, key=lambda one: (-abs(one[2] - one[3]) if one[3] else 0, one[0]))


def _diagrams(run: ReplayRun) -> list[tuple[str, str, str]]:
    bundle = unpack(run.content)
    names = sorted(bundle.bpmn, key=lambda name: (name != run.slug, name))
    return [
        (
            name,
            title_in(bundle, name),
            url_for("ReplayView.diagram", run_id=run.id, process=name),
        )
        for name in names
    ]
