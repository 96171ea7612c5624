"""What an administrator does for the second factors of others: codes, recovery by two, release (L1, T14)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash, redirect, request, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.sqla.models import User

from models.sign_in import TOTP, find_guard, list_factors
from models.staff import names_of
from portal import clock
from portal.extensions import db
from portal.language import lazy, t
from portal.security.access import requires
from portal.security.actor import current_actor
from portal.template_tools import moment
from portal.views.staff import SECTION
from services import second_factors, sign_in
from services.account_names import normal_name
from services.context import Context
from services.errors import NotFound
from services.unit_of_work import unit_of_work

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.wrappers import Response

KINDS: dict[bool, Any] = {
    True: lazy("認証アプリ", "Authenticator app"),
    False: lazy("端末(顔・指紋)", "Terminal (face, fingerprint)"),
}


class AccountSecurityView(BaseView):
    """Second factors of one account of the staff, and the ways to begin anew."""

    route_base = "/staff/security"
    default_view = "show"
    section = "StaffView.list"
    name = lazy("認証とサインイン", "Sign-in and factors")

    @expose("/<int:user_id>", methods=["GET"])
    @requires("accounts.read")
    def show(self, user_id: int) -> Any:
        """The factors, whether the account is stopped, what waits."""
        return self._page(user_id)

    @expose("/<int:user_id>/ticket", methods=["POST"])
    @requires("accounts.write")
    def ticket(self, user_id: int) -> Any:
        """A code with which the person enrols while the administrator is there; shown once."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            code = second_factors.give_ticket(ctx, user_id)
        return self._page(user_id, code=code)

    @expose("/<int:user_id>/recovery", methods=["POST"])
    @requires("accounts.write")
    def recovery(self, user_id: int) -> Any:
        """Ask that the account begins anew; a second administrator approves."""
        reason = request.form.get("reason", "")
        return self._do(
            user_id,
            lambda ctx: second_factors.ask_recovery(ctx, user_id, reason),
            t("申請しました。別の管理者が承認します。", "Asked for. Another administrator approves it."),
        )

    @expose("/<int:user_id>/recovery/approve", methods=["POST"])
    @requires("accounts.write")
    def approve(self, user_id: int) -> Any:
        """Approve what another administrator asked; the code is shown once, on this answer."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            code = second_factors.approve_recovery(ctx, user_id)
        return self._page(user_id, code=code)

    @expose("/<int:user_id>/release", methods=["POST"])
    @requires("accounts.write")
    def release(self, user_id: int) -> Any:
        """Open an account that too many failures have stopped."""
        return self._do(
            user_id,
            lambda ctx: sign_in.release(ctx, _account(user_id)),
            t("停止を解きました。", "The account is released."),
        )

    @expose("/<int:user_id>/end", methods=["POST"])
    @requires("accounts.write")
    def end(self, user_id: int) -> Any:
        """End the person's sessions now."""
        return self._do(
            user_id,
            lambda ctx: sign_in.end_all(ctx, user_id),
            t("サインインを終わらせました。", "The sessions are ended."),
        )

    def _do(self, user_id: int, deed: Callable[[Context], object], told: str) -> Response:
        with unit_of_work(current_actor(), clock.now()) as ctx:
            deed(ctx)
        flash(told, "success")
        return redirect(url_for("AccountSecurityView.show", user_id=user_id), code=303)

    def _page(self, user_id: int, code: str = "") -> Any:
        user, now = _account(user_id), clock.now()
        session = db.session()
        ctx = Context(session=session, actor=current_actor(), at=now)
        waiting = second_factors.open_recovery(ctx, user_id)
        guard = find_guard(session, normal_name(user.username))
        stopped = guard.locked_until if guard is not None and guard.locked_until else None
        rows = [
            (row.name, str(KINDS[row.kind == TOTP]), moment(row.enrolled_at), row.used_at)
            for row in list_factors(session, user_id)
        ]
        return self.render_template(
            "security/account.html",
            title=f"{user.last_name} {user.first_name}",
            trail=[
                (SECTION, url_for("StaffView.list")),
                (f"{user.last_name} {user.first_name}", url_for("StaffView.show", pk=user_id)),
                (self.name, None),
            ],
            user=user,
            rows=rows,
            has_password=bool(user.password),
            stopped=stopped if stopped is not None and stopped > now else None,
            live=sign_in.live_since(ctx, user_id),
            waiting=waiting,
            asked_by=names_of(session, [waiting.asked_by_id]) if waiting is not None else {},
            code=code,
            own=user_id == current_actor().staff_id,
        )


def _account(user_id: int) -> User:
    user = db.session.get(User, user_id)
    if user is None:
        raise NotFound("この職員は登録されていません。", "There is no such account.")
    return user
