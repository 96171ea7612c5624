"""Emergency rights (break-glass, T14): taking one, their list, ending, the review by another person."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from flask import flash, redirect, request, url_for
from flask_appbuilder.baseviews import BaseView, expose
from sqlalchemy import select

from models.case import Case
from models.masters import Office
from models.notification import Notification
from models.rights import ROLE_FOR_A_WHILE
from models.staff import is_person, names_of
from portal import clock
from portal.extensions import db
from portal.frame import register_count
from portal.language import lazy, t
from portal.security.access import can, requires
from portal.security.actor import current_actor
from portal.security.fresh import asks_for_fresh_factor
from portal.security.roles import BOOK, ROLES
from portal.views.carrying_out import Done, carry_out
from services import emergency
from services.emergency import JUSTIFIED, NOT_JUSTIFIED
from services.errors import RuleBroken, ServiceError
from services.unit_of_work import unit_of_work

if TYPE_CHECKING:
    from datetime import date

    from models.rights import EmergencyRight
    from services.context import Actor, Context
    from services.counts import Wanted

EVERY_OFFICE = frozenset({"administrator", "auditor"})
VERDICTS = {
    JUSTIFIED: ("やむを得ない使用", "Justified", "done"),
    NOT_JUSTIFIED: ("不適切な使用", "Not justified", "overdue"),
}


@register_count
def to_count(actor: Actor, _today: date) -> Wanted:
    """What waits for its review, and what is in force now, for those who oversee it."""
    if not can("emergency.read"):
        return {}
    return emergency.to_count(actor, clock.now(), every_office=_sees_all(actor))


class EmergencyView(BaseView):
    """Rights that were taken in an emergency."""

    route_base = "/emergency"
    default_view = "list"
    name = lazy("緊急の権限", "Emergency rights")

    @expose("/", methods=["GET"])
    @requires("emergency.read")
    def list(self) -> Any:
        """Those in force, those that wait for their review, and those of before."""
        return self._list()

    def _list(self, refused: str = "", refused_id: int = 0) -> Any:
        actor = current_actor()
        with unit_of_work(actor, clock.now()) as ctx:
            rows = emergency.list_rights(ctx, every_office=_sees_all(actor))
            people = names_of(ctx.session, [one for row in rows for one in (row.user_id, row.reviewed_by_id)])
            shown = [
                {
                    "row": row,
                    "what": _what(ctx, row),
                    "live": emergency.is_in_force(ctx, row),
                    "mine": is_person(ctx.session, row.user_id, actor.staff_id, actor.staff_number),
                    "verdict": VERDICTS.get(row.verdict),
                }
                for row in rows
            ]
        return self.render_template(
            "rights/emergencies.html",
            title=str(self.name),
            rows=shown,
            people=people,
            verdicts=VERDICTS,
            refused=refused,
            refused_id=refused_id,
            typed=request.form,
        )

    @expose("/begin", methods=["GET", "POST"])
    @requires("emergency.take")
    @asks_for_fresh_factor
    def take(self) -> Any:
        """Take a right for a while, with a reason; what it means stands on the page."""
        refused = ""
        if request.method == "POST":
            try:
                return self._take()
            except ServiceError as error:
                refused = t(error.message_ja, error.message_en)
        roles = [
            (slug, t(ROLES[slug].ja, ROLES[slug].en))
            for slug in emergency.roles_for(BOOK, current_actor().roles)
        ]
        page = self.render_template(
            "rights/emergency.html",
            title=t("緊急の権限を使う", "Take an emergency right"),
            roles=roles,
            typed={name: request.form.get(name, "") for name in ("role", "number", "reason")},
            refused=refused,
            minutes=_minutes(),
        )
        return page, 422 if refused else 200

    @expose("/end", methods=["POST"])
    @requires("emergency.take")
    def end(self) -> Any:
        """End one's own."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            emergency.end_own(ctx)
        flash(
            t("使用を終えました。あとで別の人が確認します。", "Ended; another one reviews it."),
            "success",
        )
        return redirect(url_for("HomeView.index"), code=303)

    @expose("/<int:right_id>/stop", methods=["POST"])
    @requires("emergency.stop")
    def stop(self, right_id: int) -> Any:
        """End another one's at once."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            emergency.stop(ctx, right_id)
        flash(t("緊急の権限を終わらせました。", "The emergency right is ended."), "success")
        return redirect(url_for("EmergencyView.list"), code=303)

    @expose("/<int:right_id>/review", methods=["POST"])
    @requires("emergency.review")
    def review(self, right_id: int) -> Any:
        """Say whether it was justified."""
        verdict, words = request.form.get("verdict", ""), request.form.get("words", "")

        def deed(ctx: Context) -> Done:
            emergency.review(ctx, right_id, verdict, words)
            return Done(("確認を記録しました。", "The review is on record."), url_for("EmergencyView.list"))

        return carry_out(deed, partial(self._list, refused_id=right_id))

    def _take(self) -> Any:
        role, number = request.form.get("role", ""), request.form.get("number", "").strip()
        reason = request.form.get("reason", "")
        with unit_of_work(current_actor(), clock.now()) as ctx:
            if bool(role) == bool(number):
                raise RuleBroken(
                    "担当か、ほかの課・窓口の届出の受付番号の、どちらか一つを入力してください。",
                    "Choose a role, or enter the number of a case; one of the two.",
                )
            row = (
                emergency.take_role(ctx, BOOK, role, reason)
                if role
                else emergency.take_case(ctx, number, reason)
            )
        flash(
            t(
                "緊急の権限を使い始めました。管理者に知らされています。",
                "Taken; administrators are told.",
            ),
            "warning",
        )
        if row.case_id is not None:
            return redirect(url_for("CaseView.show", case_id=row.case_id), code=303)
        return redirect(url_for("HomeView.index"), code=303)


def _sees_all(actor: Actor) -> bool:
    return bool(actor.own_roles & EVERY_OFFICE)


def _minutes() -> int:
    return emergency.minutes(db.session(), clock.today())


def _what(ctx: Context, row: EmergencyRight) -> str:
    """What was taken, without a person's name."""
    if row.kind == ROLE_FOR_A_WHILE:
        role = ROLES.get(row.role)
        return t(f"担当: {role.ja}", f"Role: {role.en}") if role else row.role
    found = ctx.session.execute(
        select(Notification.number, Office.name)
        .join(Case, Case.notification_id == Notification.id)
        .join(Office, Office.id == Case.office_id)
        .where(Case.id == row.case_id)
    ).one()
    return t(f"{found[1]}の届出 {found[0]}", f"Case {found[0]} of {found[1]}")
