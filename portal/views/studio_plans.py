"""That a draft comes in force: asked for by its author, on a day that a second person sets or cancels."""

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
from portal.views.carrying_out import is_again
from portal.views.said_again import said_again
from rules.eras import DateNotUnderstood, format_short, parse_date
from services.errors import NotFound, RuleBroken, ServiceError
from services.unit_of_work import unit_of_work
from workflows.studio import planned_publishing, publishing

_OFFICE = frozenset(ROLES)


class PlanView(BaseView):
    """公開の依頼と公開日の予約."""

    route_base = "/studio"
    default_view = "set"
    section = "DefinitionView.list"

    @expose("/drafts/<int:draft_id>/ask", methods=["POST"])
    @requires("definition.draft")
    def ask(self, draft_id: int) -> Any:
        """Ask those who may put one's draft in force to do so."""
        try:
            with unit_of_work(current_actor(), clock.now()) as ctx:
                if is_again(ctx):
                    return redirect(url_for("StudioView.draft", draft_id=draft_id), code=303)
                told = publishing.ask(ctx, draft_id, request.form.get("seen", 0, type=row_id))
        except NotFound:
            raise
        except ServiceError as refused:
            return said_again(refused, "StudioView.draft", draft_id=draft_id)
        flash(t(*in_words(told)), "success")
        return redirect(url_for("StudioView.draft", draft_id=draft_id), code=303)

    @expose("/drafts/<int:draft_id>/plan", methods=["POST"])
    @requires("definition.publish")
    def set(self, draft_id: int) -> Any:
        """Set the day."""
        seen, reason = request.form.get("seen", 0, type=row_id), request.form.get("reason", "")
        try:
            day = _day(request.form.get("on", ""))
            with unit_of_work(current_actor(), clock.now()) as ctx:
                if is_again(ctx):
                    return redirect(url_for("StudioView.draft", draft_id=draft_id), code=303)
                planned_publishing.plan(ctx, draft_id, seen, day, reason, _OFFICE)
        except NotFound:
            raise
        except ServiceError as refused:
            return said_again(refused, "StudioView.draft", draft_id=draft_id)
        shown = format_short(day)
        flash(
            t(
                f"{shown}に公開します。その日にもう一度検査し、下書きが変われば取り消されます。",
                f"It comes in force on {shown}, checked again; a change of the draft cancels it.",
            ),
            "success",
        )
        return redirect(url_for("StudioView.draft", draft_id=draft_id), code=303)

    @expose("/plans/<int:plan_id>/cancel", methods=["POST"])
    @requires("definition.publish")
    def cancel(self, plan_id: int) -> Any:
        """Take the plan back."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            if is_again(ctx):
                return redirect(url_for("DefinitionView.list"), code=303)
            draft_id = planned_publishing.cancel(ctx, plan_id).draft_id
        flash(t("公開の予約を取り消しました。", "The plan is cancelled."), "success")
        return redirect(url_for("StudioView.draft", draft_id=draft_id), code=303)

    @expose("/plans/<int:plan_id>/seen", methods=["POST"])
    @requires("definition.read")
    def seen(self, plan_id: int) -> Any:
        """Say that one has seen that it failed."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            planned_publishing.confirm_seen(ctx, plan_id)
        return redirect(url_for("DefinitionView.list"), code=303)


def in_words(told: int) -> tuple[str, str]:
    """What came of asking that a draft be put in force."""
    if not told:
        return "この内容の公開は、すでに頼んであります。", "It is asked for already, as it stands."
    return (
        f"公開を頼みました。公開できる{told}人に知らせました。",
        f"Asked for: {told} who may put it in force were told.",
    )


def _day(text: str) -> Any:
    try:
        return parse_date(text)
    except DateNotUnderstood as error:
        raise RuleBroken(error.message_ja, "This is not a date. Type R8.11.23 or 2026-11-23.") from error
