"""The door: signing in and out with a password, with a step left free for a second factor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import current_app, flash, g, redirect, request, session, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.forms import LoginForm_db
from flask_appbuilder.security.views import AuthDBView
from flask_appbuilder.utils.limit import Limit
from flask_limiter.util import get_remote_address
from flask_login import login_user, logout_user

from portal import clock
from portal.extensions import db
from portal.language import COOKIE, lazy, remember, t
from portal.security.access import open_to_everybody
from portal.security.actor import signed_in_actor
from services import accounts
from services.unit_of_work import unit_of_work

if TYPE_CHECKING:
    from flask_appbuilder.security.sqla.models import User


def account_and_address() -> str:
    """What tries are counted by: an account's name from one address; nobody locks out another."""
    return f"{accounts.normal_name(request.form.get('username', ''))[:64]}@{get_remote_address()}"


def _limit(setting: str) -> str:
    return str(current_app.config[setting])


class SignInView(AuthDBView):
    """Sign-in by Flask-AppBuilder's form; one text for every refusal; tries are limited."""

    title = lazy("サインイン", "Sign in")
    limits = [  # noqa: RUF012 - Flask-AppBuilder reads and extends the list of the class
        Limit(lambda: _limit("LOGIN_LIMIT"), key_func=account_and_address, methods=("POST",)),
        Limit(lambda: _limit("LOGIN_ADDRESS_LIMIT"), key_func=get_remote_address, methods=("POST",)),
    ]

    @expose("/login/", methods=["GET", "POST"])
    @open_to_everybody
    def login(self) -> Any:
        """Ask for name and password; then whatever `after_password` asks for."""
        if signed_in_actor() is not None:
            return redirect(self._get_safe_next_url())
        form = LoginForm_db()
        status = 200
        if form.validate_on_submit():
            user = self.appbuilder.sm.auth_user_db(form.username.data, form.password.data)
            if user is not None:
                return self.after_password(user)
            status = 401
        elif request.method == "POST":
            status = 422
        return self.render_template(self.login_template, title=self.title, form=form, status=status), status

    def after_password(self, user: User) -> Any:
        """What follows a right password.

        A second factor overrides this: it keeps the account's id in a fresh session, asks for its
        proof, and only then calls `enter`.
        """
        return self.enter(user)

    def enter(self, user: User) -> Any:
        """Begin a fresh session for somebody who has proven all that is asked."""
        target = self._get_safe_next_url()
        session.clear()
        session.permanent = True
        login_user(user, remember=False)
        g.pop("actor", None)
        response = redirect(target)
        remember(response, accounts.preference_of(db.session(), user.id, COOKIE))
        return response

    @expose("/logout/", methods=["POST"])
    @open_to_everybody
    def logout(self) -> Any:
        """End the session; by a form, so that no foreign link can do it."""
        actor = signed_in_actor()
        if actor is not None:
            with unit_of_work(actor, clock.now()) as ctx:
                accounts.note_sign_out(ctx)
        logout_user()
        session.clear()
        g.pop("actor", None)
        flash(t("サインアウトしました。", "You have signed out."), "success")
        return redirect(url_for("SignInView.login"))
