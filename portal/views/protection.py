"""Protective measures (支援措置), and releases of the places that they hide, decided by another person."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose

from models.protection import KINDS, MARK_STATES, PURPOSES, RELEASE_STATES
from portal import clock
from portal.frame import register_count
from portal.language import t
from portal.security.access import can, requires
from portal.security.actor import current_actor
from portal.views.carrying_out import Done, carry_out
from portal.views.fields import typed_day
from services import persons, place_releases, protective_marks
from services.place_releases import TERMS
from services.protection import hides_places
from services.unit_of_work import unit_of_work

if TYPE_CHECKING:
    from services.context import Context

LONGEST_DATE = 20
DONE: Mapping[str, tuple[str, str]] = {
    "marked": ("支援措置を登録しました。この方の住所と電話は表示されなくなりました。", "The measure is set."),
    "lift_asked": ("解除を申し出ました。別の人が決定します。", "Proposed; somebody else decides."),
    "lifted": ("支援措置を解除しました。", "The measure is lifted."),
    "in_force": ("支援措置を続けます。", "The measure goes on."),
    "asked": ("開示を申請しました。別の人が決定します。", "Asked; somebody else decides."),
    "granted": (
        "開示を承認しました。申請した人だけが、期間のあいだ見られます。",
        "Granted to who asked, for the term.",
    ),
    "refused": ("開示を承認しませんでした。", "Refused."),
    "ended": ("開示を終えました。", "The release has ended."),
}


register_count(place_releases.to_count)


class ProtectionView(BaseView):
    """Measures and releases."""

    route_base = "/protection"
    default_view = "list"

    @expose("/", methods=["GET"])
    @requires("protection.read")
    def list(self) -> Any:
        """All measures, and the requests of one's office."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            return self.render_template(
                "protection/list.html",
                title=t("支援措置", "Protective measures"),
                marks=protective_marks.list_marks(ctx),
                releases=place_releases.list_asked(ctx),
                today=ctx.today,
                now=ctx.at,
                **_words(),
            )

    @expose("/persons/<int:person_id>", methods=["GET"])
    @requires("protection.read")
    def show(self, person_id: int) -> Any:
        """The measures and releases of one person."""
        return self._page(person_id)

    @expose("/persons/<int:person_id>/mark", methods=["POST"])
    @requires("protection.mark")
    def mark(self, person_id: int) -> Any:
        """Put the person under a measure."""

        def deed(ctx: Context) -> str:
            begin, end = _day("from_on") or ctx.today, _day("until_on")
            kind, ground = request.form.get("kind", ""), request.form.get("ground", "")
            protective_marks.mark(ctx, person_id, kind, ground, begin, end)
            return "marked"

        return self._do(person_id, deed)

    @expose("/persons/<int:person_id>/marks/<int:mark_id>/lift", methods=["POST"])
    @requires("protection.mark")
    def lift(self, person_id: int, mark_id: int) -> Any:
        """Propose that a measure ends."""
        reason = request.form.get("reason", "")
        return self._do(person_id, lambda ctx: protective_marks.ask_to_lift(ctx, mark_id, reason).state)

    @expose("/persons/<int:person_id>/marks/<int:mark_id>/decide", methods=["POST"])
    @requires("protection.decide")
    def decide_lift(self, person_id: int, mark_id: int) -> Any:
        """Lift it, or let it go on."""
        reason, lifts = request.form.get("reason", ""), request.form.get("outcome") == "lift"
        return self._do(
            person_id, lambda ctx: protective_marks.decide_lift(ctx, mark_id, reason, lifts=lifts).state
        )

    @expose("/persons/<int:person_id>/release", methods=["POST"])
    @requires("protection.ask")
    def ask(self, person_id: int) -> Any:
        """Ask to see where the person lives."""
        told = request.form
        minutes = told.get("minutes", type=int) or 0
        purpose, reason = told.get("purpose", ""), told.get("reason", "")
        return self._do(
            person_id, lambda ctx: place_releases.ask(ctx, person_id, purpose, reason, minutes).state
        )

    @expose("/persons/<int:person_id>/releases/<int:release_id>/decide", methods=["POST"])
    @requires("protection.decide")
    def decide(self, person_id: int, release_id: int) -> Any:
        """Grant or refuse."""
        reason, grants = request.form.get("reason", ""), request.form.get("outcome") == "grant"
        return self._do(
            person_id, lambda ctx: place_releases.decide(ctx, release_id, reason, grants=grants).state
        )

    @expose("/releases/<int:release_id>/end", methods=["POST"])
    @requires("protection.ask")
    def end(self, release_id: int) -> Any:
        """End a release before its time."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            row = place_releases.end(ctx, release_id)
        flash(t(*DONE["ended"]), "success")
        return redirect(url_for("ProtectionView.show", person_id=row.person_id), code=303)

    def _do(self, person_id: int, deed: Callable[[Context], str]) -> Any:
        goal = url_for("ProtectionView.show", person_id=person_id)
        return carry_out(lambda ctx: Done(DONE[deed(ctx)], goal), partial(self._page, person_id))

    def _page(self, person_id: int, error: str = "") -> Any:
        with unit_of_work(current_actor(), clock.now()) as ctx:
            person = persons.get(ctx, person_id)
            return self.render_template(
                "protection/show.html",
                title=t(f"{person.name}さんの支援措置", f"Protective measures of {person.name}"),
                person=person,
                marks=protective_marks.list_marks(ctx, person_id),
                releases=place_releases.list_asked(ctx, person_id),
                hidden=hides_places(ctx, person_id),
                may_mark=can("protection.mark"),
                may_decide=can("protection.decide"),
                may_ask=can("protection.ask"),
                me=ctx.actor.staff_id,
                today=ctx.today,
                now=ctx.at,
                typed=request.form,
                error=error,
                **_words(),
            )


def _day(name: str) -> date | None:
    """A day that was typed; None where nothing was.

    Raises:
        RuleBroken: it cannot be read.
    """
    text = request.form.get(name, "").strip()[:LONGEST_DATE]
    return typed_day(text) if text else None


def _words() -> dict[str, Any]:
    return {
        "kinds": {name: t(*words) for name, words in KINDS.items()},
        "purposes": {name: t(*words) for name, words in PURPOSES.items()},
        "terms": {minutes: t(*words) for minutes, words in TERMS.items()},
        "mark_states": {name: (t(ja, en), kind) for name, (ja, en, kind) in MARK_STATES.items()},
        "release_states": {name: (t(ja, en), kind) for name, (ja, en, kind) in RELEASE_STATES.items()},
    }
