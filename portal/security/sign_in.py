"""The door: name and password, then a second factor; signing out (L1, M17).

No session is open before both. Enrolment and recovery are in `enrolment.py`, the idle lock in `lock.py`.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING, Any

from flask import current_app, flash, g, redirect, request, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.forms import LoginForm_db
from flask_appbuilder.security.views import AuthDBView
from flask_appbuilder.utils.limit import Limit
from flask_limiter.util import get_remote_address

from models.sign_in import list_factors
from portal import clock
from portal.extensions import db
from portal.language import COOKIE, lazy, remember, t
from portal.security import proving, sessions
from portal.security.access import open_to_everybody
from portal.security.actor import actor_of_session, signed_in_actor, somebody
from portal.security.safe_address import own_address
from services import accounts, sign_in
from services.account_names import normal_name
from services.search_terms import holds_twelve_digits
from services.unit_of_work import unit_of_work

if TYPE_CHECKING:
    from portal.security.sessions import Bound


def account_and_address() -> str:
    """What tries are counted by: an account's name from one address; nobody locks out another."""
    name = request.form.get("username", "")
    waiting = sessions.bound()
    if not name and waiting is not None:
        name = waiting.user.username
    secret = str(current_app.secret_key).encode()
    kept = hmac.new(secret, normal_name(name).encode(), hashlib.sha256).hexdigest()  # it lies in the database
    return f"{kept}@{get_remote_address()}"


def _limit(setting: str) -> str:
    return str(current_app.config[setting])


class SignInView(AuthDBView):
    """Sign-in in two steps; one text for every refusal; tries are limited at both."""

    title = lazy("サインイン", "Sign in")
    limits = [  # noqa: RUF012 - Flask-AppBuilder reads and extends the list of the class
        Limit(lambda: _limit("LOGIN_LIMIT"), key_func=account_and_address, methods=("POST",)),
        Limit(lambda: _limit("LOGIN_ADDRESS_LIMIT"), key_func=get_remote_address, methods=("POST",)),
    ]

    @expose("/login/", methods=["GET", "POST"])
    @open_to_everybody
    def login(self) -> Any:
        """Ask for name and password; a right one leads to the second step."""
        if signed_in_actor() is not None:
            return redirect(own_address(request.args.get("next")))
        form = LoginForm_db()
        status = 200
        if form.validate_on_submit():
            user = self.appbuilder.sm.auth_user_db(form.username.data, form.password.data)
            if user is not None:
                sessions.hand_out(g.pending_token)
                return redirect(url_for("SignInView.second", next=request.args.get("next")))
            status = 429 if g.get("account_stopped") else 401
        elif request.method == "POST":
            status = 422
        name = form.username.data or ""
        typed = "" if holds_twelve_digits(name) else name  # no page repeats what may be an Individual Number
        return self._page("appbuilder/general/security/login_db.html", status, form=form, typed=typed)

    @expose("/login/second", methods=["GET", "POST"])
    @open_to_everybody
    def second(self) -> Any:
        """Ask for the second factor; the right one opens the session."""
        bound = waiting()
        if bound is None:
            return redirect(url_for("SignInView.login", next=request.args.get("next")))
        ways = proving.ways(list_factors(db.session(), bound.user.id))
        if not any(ways.values()):
            return redirect(url_for("EnrolmentView.show", next=request.args.get("next")))
        if request.method == "POST":
            if self._proven(bound):
                return self.inside(bound)
            return self._page("security/second.html", 401, ways=ways, who=bound.user)
        return self._page("security/second.html", 200, ways=ways, who=bound.user)

    @expose("/login/second/options", methods=["POST"])
    @open_to_everybody
    def options(self) -> Any:
        """Answer what the browser's passkey is asked."""
        bound = waiting()
        if bound is None:
            return current_app.response_class(status=401)
        return proving.ask_passkey(list_factors(db.session(), bound.user.id))

    def inside(self, bound: Bound) -> Any:
        """To the page that was wanted, in the language that the person has wished for."""
        response = redirect(own_address(request.args.get("next")))
        remember(response, accounts.preference_of(db.session(), bound.user.id, COOKIE))
        return response

    @expose("/logout/", methods=["POST"])
    @open_to_everybody
    def logout(self) -> Any:
        """End the session; by a form, so that no foreign link can do it."""
        bound = sessions.bound()
        if bound is not None:
            actor = actor_of_session(bound) or somebody()
            with unit_of_work(actor, clock.now()) as ctx:
                sign_in.end(ctx, bound.row, sign_in.SIGNED_OUT)
                accounts.note_sign_out(ctx, bound.user.id)
        sessions.leave()
        flash(t("サインアウトしました。", "You have signed out."), "success")
        return redirect(url_for("SignInView.login"))

    def _proven(self, bound: Bound) -> bool:
        with unit_of_work(actor_of_session(bound) or somebody(), clock.now()) as ctx:
            name = bound.user.username
            kind = None if sign_in.is_stopped(ctx, name) else proving.prove(ctx, bound)
            if kind is None:
                sign_in.note_failure(ctx, name, proving.guard_rule(), "second", bound.user.id)
                return False
            token = sign_in.enter(ctx, bound.row, kind)
        sessions.hand_out(token, kind)
        return True

    def _page(self, template: str, status: int, **told: Any) -> Any:
        return self.render_template(template, title=self.title, status=status, **told), status


def waiting() -> Bound | None:
    """The session of somebody whose password was right and whose second factor is awaited."""
    bound = sessions.bound()
    if bound is None or not bound.is_pending or actor_of_session(bound) is None:
        return None
    return bound
