"""The idle lock: nothing of the page is left, and password and second factor open it again (L2, M23, M24)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import current_app, flash, redirect, request, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.utils.limit import Limit

from models.sign_in import PASSKEY, list_factors
from portal import clock
from portal.extensions import db
from portal.language import lazy, t
from portal.security import hashing, proving, sessions
from portal.security.access import open_to_everybody, requires
from portal.security.actor import actor_of_session, somebody
from portal.security.safe_address import own_address
from portal.security.sign_in import account_and_address
from services import sign_in
from services.unit_of_work import unit_of_work

if TYPE_CHECKING:
    from portal.security.sessions import Bound


class LockView(BaseView):
    """The screen of somebody who is away."""

    route_base = "/lock"
    default_view = "show"
    title = lazy("ロック中", "Locked")
    limits = [  # noqa: RUF012 - Flask-AppBuilder reads and extends the list of the class
        Limit(
            lambda: str(current_app.config["LOGIN_LIMIT"]), key_func=account_and_address, methods=("POST",)
        ),
    ]

    @expose("/", methods=["GET"])
    @open_to_everybody
    def show(self) -> Any:
        """The locked screen; nobody's page is behind it."""
        bound = sessions.bound()
        if bound is None or not bound.is_locked:
            return redirect(url_for("HomeView.index"))
        return self._page(bound, 200)

    @expose("/", methods=["POST"])
    @open_to_everybody
    def unlock(self) -> Any:
        """Open it with the password and the second factor of the same person, under a new token."""
        bound = sessions.bound()
        if bound is None or not bound.is_locked:
            return redirect(url_for("HomeView.index"))
        with unit_of_work(actor_of_session(bound) or somebody(), clock.now()) as ctx:
            token = None
            kind = self._shown(ctx, bound)
            if kind is not None:
                token = sign_in.unlock(ctx, bound.row, kind)
                left = True
            else:
                left = sign_in.fail_unlock(ctx, bound.row, proving.guard_rule(), "unlock")
        if token is not None:
            sessions.hand_out(token, kind or "")
            return redirect(own_address(request.args.get("next")))
        if not left:
            sessions.leave()
            flash(
                t(
                    "ロックの解除に5回失敗したため、サインインは終わりました。",
                    "Unlocking failed five times, so your sign-in has ended.",
                ),
                "warning",
            )
            return redirect(url_for("SignInView.login"))
        return self._page(bound, 401)

    @expose("/options", methods=["POST"])
    @open_to_everybody
    def options(self) -> Any:
        """Answer what the browser's passkey is asked."""
        bound = sessions.bound()
        if bound is None or not bound.is_locked:
            return current_app.response_class(status=401)
        return proving.ask_passkey(list_factors(db.session(), bound.user.id))

    @expose("/now", methods=["POST"])
    @open_to_everybody
    def now(self) -> Any:
        """Lock at once: by the button, or by the browser when nobody has moved."""
        bound = sessions.full()
        if bound is not None:
            because = "idle" if request.form.get("because") == "idle" else "left"
            with unit_of_work(actor_of_session(bound) or somebody(), clock.now()) as ctx:
                sign_in.lock(ctx, bound.row, because)
        response = redirect(url_for("LockView.show", next=own_address(request.form.get("next"))), code=303)
        response.headers["Clear-Site-Data"] = '"cache"'
        return response

    def _shown(self, ctx: Any, bound: Bound) -> str | None:
        """The factor that was shown beside the right password; both are looked at, whichever is wrong."""
        if sign_in.is_stopped(ctx, bound.user.username) or actor_of_session(bound) is None:
            return None
        matches = hashing.matches(bound.user.password or "", request.form.get("password", ""))
        kind = proving.prove(ctx, bound)
        if _has_passkey_here(bound) and kind != PASSKEY:  # a code only where the terminal has none (L2)
            return None
        return kind if matches else None

    def _page(self, bound: Bound, status: int) -> Any:
        ways = proving.ways(list_factors(db.session(), bound.user.id))
        ways["totp"] = ways["totp"] and not _has_passkey_here(bound)
        page = self.render_template(
            "security/lock.html",
            title=str(self.title),
            who=bound.user,
            ways=ways,
            status=status,
            left=sign_in.MOST_UNLOCK_FAILURES - bound.row.failures,
        )
        return page, status


def _has_passkey_here(bound: Bound) -> bool:
    """Whether the session was opened by a passkey of this terminal that the person still has."""
    has = proving.ways(list_factors(db.session(), bound.user.id))["passkey"]
    return has and bound.row.content.get(sign_in.FACTOR) == PASSKEY


class ProofView(BaseView):
    """The second factor once more, before a deed that asks for a fresh one."""

    route_base = "/prove"
    default_view = "show"
    title = lazy("本人の確認", "Prove that it is you")
    limits = LockView.limits

    @expose("/", methods=["GET", "POST"])
    @requires("profile.use")
    def show(self) -> Any:
        """Ask, and lead back to the deed."""
        bound = sessions.full()
        if bound is None:
            return redirect(url_for("SignInView.login"))
        status = 200
        if request.method == "POST":
            if self._proven(bound):
                return redirect(own_address(request.args.get("next")))
            status = 401
        ways = proving.ways(list_factors(db.session(), bound.user.id))
        page = self.render_template("security/prove.html", title=str(self.title), ways=ways, status=status)
        return page, status

    @expose("/options", methods=["POST"])
    @requires("profile.use")
    def options(self) -> Any:
        """Answer what the browser's passkey is asked."""
        bound = sessions.full()
        return proving.ask_passkey(list_factors(db.session(), bound.user.id if bound else 0))

    def _proven(self, bound: Bound) -> bool:
        with unit_of_work(actor_of_session(bound) or somebody(), clock.now()) as ctx:
            name = bound.user.username
            kind = None if sign_in.is_stopped(ctx, name) else proving.prove(ctx, bound)
            if kind is None:
                sign_in.note_failure(ctx, name, proving.guard_rule(), "prove", bound.user.id)
                return False
            sign_in.prove_again(ctx, bound.row, kind)
        return True
