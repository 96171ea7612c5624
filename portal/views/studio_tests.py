"""Kept tests of a procedure: courses that a draft must still take; kept, tried, waived, set aside."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose

from models.staff import names_of
from models.trying_out import list_tests
from portal import clock
from portal.language import t
from portal.row_ids import row_id
from portal.security.access import requires
from portal.security.actor import current_actor
from portal.views.carrying_out import is_again
from portal.views.procedure_titles import title, title_in
from portal.views.said_again import said_again
from services.context import Context
from services.errors import RuleBroken, ServiceError
from services.unit_of_work import unit_of_work
from workflows.studio import drafts, kept_tests


class KeptTestView(BaseView):
    """試験: what a procedure must still do."""

    route_base = "/studio"
    default_view = "list"
    section = "DefinitionView.list"

    @expose("/<slug>/tests", methods=["GET"])
    @requires("definition.read")
    def list(self, slug: str) -> Any:
        """All tests of a procedure, those set aside too."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            name = title(ctx, slug)
            tests = list_tests(ctx.session, slug, only_kept=False)
            who = names_of(
                ctx.session, [one for row in tests for one in (row.kept_by_id, row.set_aside_by_id)]
            )
            return self.render_template(
                "definition/tests.html",
                title=t(f"{name}の試験", f"Tests of {name}"),
                slug=slug,
                name=name,
                tests=tests,
                who=who,
            )

    @expose("/<slug>/tests", methods=["POST"])
    @requires("definition.draft")
    def keep(self, slug: str) -> Any:
        """Keep a finished case as a test, without anything of its people."""
        number, name = request.form.get("number", ""), request.form.get("name", "")

        def deed(ctx: Context) -> str:
            test = kept_tests.keep_case(ctx, slug, number, name)
            count = len(test.path)
            return t(
                f"「{test.name}」を試験として残しました({count}手順)。個人の情報は架空の値に置き換えました。",
                f"{test.name} is kept ({count} steps), with made-up values for all that is personal.",
            )

        return _done(deed, "KeptTestView.list", slug=slug)

    @expose("/<slug>/tests/<int:test_id>/set-aside", methods=["POST"])
    @requires("definition.draft")
    def set_aside(self, slug: str, test_id: int) -> Any:
        """Take a test out of use, with a reason."""

        def deed(ctx: Context) -> str:
            test = kept_tests.set_aside(ctx, test_id, request.form.get("reason", ""))
            return t(f"「{test.name}」を使わないことにしました。", f"{test.name} is set aside.")

        return _done(deed, "KeptTestView.list", slug=slug)

    @expose("/drafts/<int:draft_id>/tests", methods=["GET"])
    @requires("definition.read")
    def of_draft(self, draft_id: int) -> Any:
        """What a draft makes of the tests of its procedure, tried this very moment."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            draft = drafts.read(ctx, draft_id)
            outcomes, why_not = [], ""
            try:
                outcomes = kept_tests.try_on(ctx, drafts.row_of(ctx, draft_id))
            except RuleBroken as refused:
                why_not = t(refused.message_ja, refused.message_en)
            who = names_of(ctx.session, [one.waiver.by_id for one in outcomes if one.waiver])
            name = title_in(draft.bundle, draft.slug)
            return self.render_template(
                "definition/draft_tests.html",
                title=t(f"試験 — {name}", f"Tests — {name}"),
                name=name,
                draft=draft,
                outcomes=outcomes,
                why_not=why_not,
                who=who,
            )

    @expose("/drafts/<int:draft_id>/tests/<int:test_id>/waive", methods=["POST"])
    @requires("definition.draft")
    def waive(self, draft_id: int, test_id: int) -> Any:
        """Say why the draft may take another course than a test."""
        seen, reason = request.form.get("seen", 0, type=row_id), request.form.get("reason", "")

        def deed(ctx: Context) -> str:
            kept_tests.waive(ctx, draft_id, seen, test_id, reason)
            return t(
                "試験を見送りました。理由は公開する人に示されます。",
                "The test is waived; the reason is shown to who puts the draft in force.",
            )

        return _done(deed, "KeptTestView.of_draft", draft_id=draft_id)

    @expose("/drafts/<int:draft_id>/try/keep", methods=["POST"])
    @requires("definition.draft")
    def keep_tried(self, draft_id: int) -> Any:
        """Keep one's try-out, which has ended, as a test."""
        name = request.form.get("name", "")

        def deed(ctx: Context) -> str:
            test = kept_tests.keep_tried(ctx, draft_id, name)
            return t(f"「{test.name}」を試験として残しました。", f"{test.name} is kept as a test.")

        return _done(deed, "TryOutView.show", draft_id=draft_id)


def _done(deed: Callable[[Context], str], endpoint: str, **place: Any) -> Any:
    """One deed in one transaction; what came of it is told on the next page."""
    try:
        with unit_of_work(current_actor(), clock.now()) as ctx:
            if is_again(ctx):
                return redirect(url_for(endpoint, **place), code=303)
            told = deed(ctx)
    except ServiceError as refused:
        return said_again(refused, endpoint, **place)
    flash(told, "success")
    return redirect(url_for(endpoint, **place), code=303)
