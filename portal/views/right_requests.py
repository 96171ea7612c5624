"""Requests for rights and their decision by another administrator (T14): list, form with a look, decision."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import abort, flash, redirect, request, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.sqla.models import User

from models.rights import ACCOUNT, APPROVED, EXPIRED, OPEN, REFUSED, WITHDRAWN, RightRequest
from models.staff import is_person, names_of
from portal import clock
from portal.extensions import db
from portal.language import lazy, t
from portal.security.access import can, requires
from portal.security.actor import current_actor
from portal.security.roles import BOOK, PERMISSIONS, ROLES
from portal.views.staff import SECTION, TABS
from services import accounts, right_requests, role_tables
from services.errors import RuleBroken
from services.unit_of_work import unit_of_work

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.context import Context
    from services.right_requests import Difference

STATES = {
    OPEN: ("決定待ち", "Awaits decision", "waiting"),
    APPROVED: ("承認", "Approved", "done"),
    REFUSED: ("否認", "Refused", "stopped"),
    WITHDRAWN: ("取下げ", "Taken back", "stopped"),
    EXPIRED: ("期限切れ", "Run out", "stopped"),
}
Choice = tuple[str, str, bool]


class RightRequestView(BaseView):
    """What was asked for, what it would change, and who decided."""

    route_base = "/rights/requests"
    default_view = "list"
    section = "StaffView.list"
    section_title, tabs = SECTION, TABS
    name = lazy("権限の申請", "Requests of rights")

    @expose("/", methods=["GET"])
    @requires("rights.read")
    def list(self) -> Any:
        """The requests that wait, or all."""
        every = request.args.get("box") == "all"
        with unit_of_work(current_actor(), clock.now()) as ctx:
            rows = [
                (row, *self._told(ctx, row), STATES[right_requests.state_of(ctx, row)])
                for row in right_requests.list_requests(ctx, only_open=not every)
            ]
            names = _names(ctx, [row[0] for row in rows])
        return self.render_template(
            "rights/requests.html", title=str(self.name), view=self, rows=rows, names=names, every=every
        )

    @expose("/<int:request_id>", methods=["GET"])
    @requires("rights.read")
    def show(self, request_id: int) -> Any:
        """One request as a paper: what changes, why, and who decides."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            row = right_requests.get(ctx, request_id)
            title, change = self._told(ctx, row)
            names = _names(ctx, [row])
            actor = ctx.actor
            own = any(
                is_person(ctx.session, one, actor.staff_id, actor.staff_number)
                for one in (row.asked_by_id, row.user_id)
            )
            state = right_requests.state_of(ctx, row)
        return self.render_template(
            "rights/request.html",
            title=title,
            view=self,
            row=row,
            change=_words(change, row.kind),
            state=STATES[state],
            waits=state == OPEN,
            names=names,
            may_decide=can("rights.decide") and not own,
            mine=row.asked_by_id == actor.staff_id,
        )

    @expose("/account/<int:user_id>", methods=["GET", "POST"])
    @requires("rights.ask")
    def ask_account(self, user_id: int) -> Any:
        """Ask for the roles of an account; first a look at what that changes, then the request."""
        user = db.session.get(User, user_id)
        if user is None:
            abort(404)
        chosen = request.form.getlist("right") if request.method == "POST" else accounts.shown(user)["roles"]
        choices = [(slug, t(role.ja, role.en), slug in chosen) for slug, role in ROLES.items()]
        title = t("担当の変更を申請する: {}", "Ask for roles: {}").format(
            f"{user.last_name} {user.first_name}"
        )
        back = url_for("StaffView.show", pk=user_id)
        return self._form(ACCOUNT, str(user_id), title, choices, back)

    @expose("/role/<name>", methods=["GET", "POST"])
    @requires("rights.ask")
    def ask_role(self, name: str) -> Any:
        """Ask that a role may do something more or less."""
        held = role_tables.grants(db.session()).get(name)
        if held is None or name not in ROLES:
            abort(404)
        chosen = request.form.getlist("right") if request.method == "POST" else held
        choices = [(slug, t(one.ja, one.en), slug in chosen) for slug, one in PERMISSIONS.items()]
        title = t("権限の変更を申請する: {}", "Ask for a role: {}").format(t(ROLES[name].ja, ROLES[name].en))
        return self._form("role", name, title, choices, url_for("RoleView.table"))

    @expose("/<int:request_id>/decide", methods=["POST"])
    @requires("rights.decide")
    def decide(self, request_id: int) -> Any:
        """Approve or refuse, with a reason."""
        approve = request.form.get("verdict") == "approve"
        words = request.form.get("words", "")
        with unit_of_work(current_actor(), clock.now()) as ctx:
            right_requests.decide(ctx, BOOK, request_id, approve=approve, words=words)
        self.appbuilder.sm.forget_grants()
        flash(
            t(
                "承認しました。本人のサインインは終わり、次から新しい担当で始まります。",
                "Approved; it holds at once.",
            )
            if approve
            else t("否認しました。何も変わっていません。", "Refused; nothing has changed."),
            "success",
        )
        return redirect(url_for("RightRequestView.show", request_id=request_id), code=303)

    @expose("/<int:request_id>/withdraw", methods=["POST"])
    @requires("rights.ask")
    def withdraw(self, request_id: int) -> Any:
        """Take one's own request back."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            right_requests.withdraw(ctx, request_id)
        flash(t("申請を取り下げました。", "The request is taken back."), "success")
        return redirect(url_for("RightRequestView.list"), code=303)

    def _form(self, kind: str, target: str, title: str, choices: Sequence[Choice], back: str) -> Any:
        chosen = [slug for slug, _, is_on in choices if is_on]
        reason, refused, change = request.form.get("reason", ""), "", None
        if request.method == "POST":
            try:
                with unit_of_work(current_actor(), clock.now()) as ctx:
                    if "sure" in request.form:
                        row = _ask(ctx, kind, target, chosen, reason)
                        return self._asked(row.id)
                    change = _words(_look(ctx, kind, target, chosen), kind)
            except RuleBroken as error:
                refused = t(error.message_ja, error.message_en)
        page = self.render_template(
            "rights/ask.html",
            title=title,
            view=self,
            choices=choices,
            reason=reason,
            refused=refused,
            change=change,
            back=back,
            kind=kind,
        )
        return page, 422 if refused else 200

    def _asked(self, request_id: int) -> Any:
        flash(t("申請しました。別の管理者が7日以内に決定します。", "Asked; another one decides."), "success")
        return redirect(url_for("RightRequestView.show", request_id=request_id), code=303)

    def _told(self, ctx: Context, row: RightRequest) -> tuple[str, Difference]:
        """What a request is about, in words, and what it changes."""
        change = right_requests.difference_of(ctx, row)
        if row.kind == ACCOUNT:
            who = names_of(ctx.session, [row.user_id]).get(row.user_id or 0, "")
            return t(f"{who} の担当の変更", f"Roles of {who}"), change
        role = ROLES[row.target.removeprefix("role:")]
        return t(f"担当「{role.ja}」の権限の変更", f"What the role “{role.en}” may do"), change


def _ask(ctx: Context, kind: str, target: str, chosen: Sequence[str], reason: str) -> RightRequest:
    if kind == ACCOUNT:
        return right_requests.ask_for_account(ctx, BOOK, int(target), chosen, reason)
    return right_requests.ask_for_role(ctx, BOOK, target, chosen, reason)


def _look(ctx: Context, kind: str, target: str, chosen: Sequence[str]) -> Difference:
    if kind == ACCOUNT:
        return right_requests.account_difference(ctx, int(target), chosen)
    return right_requests.role_difference(ctx, target, chosen)


def _names(ctx: Context, rows: Sequence[RightRequest]) -> dict[int, str]:
    return names_of(ctx.session, [one for row in rows for one in (row.asked_by_id, row.decided_by_id)])


def _words(change: Difference, kind: str) -> dict[str, Any]:
    """A difference in the words of the screen."""
    first = _roles if kind == ACCOUNT else _abilities
    return {
        "added": first(change.added),
        "taken": first(change.taken),
        "abilities_added": _abilities(change.abilities_added),
        "abilities_taken": _abilities(change.abilities_taken),
        "opens": change.opens,
        "is_empty": change.is_empty,
    }


def _roles(slugs: Sequence[str]) -> list[str]:
    return [t(ROLES[slug].ja, ROLES[slug].en) if slug in ROLES else slug for slug in slugs]


def _abilities(slugs: Sequence[str]) -> list[str]:
    """Permissions by their words; one that no longer exists by its slug."""
    return [t(PERMISSIONS[s].ja, PERMISSIONS[s].en) if s in PERMISSIONS else s for s in slugs]
