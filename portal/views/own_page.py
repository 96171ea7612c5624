"""One's own page: who one is here, and a new password."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.forms import DynamicForm
from flask_login import current_user

from models.sign_in import list_factors
from models.staff import find_posting
from portal import clock
from portal.extensions import db
from portal.frame import role_names
from portal.language import lazy, t
from portal.security import hashing, proving, sessions
from portal.security.access import requires
from portal.security.actor import current_actor
from portal.views.fields import password
from services import accounts, second_factors, sign_in
from services.errors import RuleBroken
from services.unit_of_work import unit_of_work


class PasswordForm(DynamicForm):
    """The password of now, and the new one."""

    now = password(
        ("いまのパスワード", "Password of now"),
        ("本人であることを確かめます", "Confirms that it is you"),
        required=True,
        name="current-password",
    )
    new = password(
        ("新しいパスワード", "New password"),
        (
            "12文字以上。三つ以上の言葉をつなげると覚えやすくなります",
            "12 characters or more; three words in a row do well",
        ),
        required=True,
    )


class ProfileView(BaseView):
    """One's own page."""

    route_base = "/profile"
    default_view = "show"
    name = lazy("自分の設定", "My settings")

    @expose("/", methods=["GET", "POST"])
    @requires("profile.use")
    def show(self) -> Any:
        """Show, and change the password."""
        form = PasswordForm()
        if request.method == "POST" and form.validate() and self._change(form):
            flash(t("パスワードを変えました。", "Your password was changed."), "success")
            return redirect(url_for("ProfileView.show"), code=303)
        actor = current_actor()
        posting = find_posting(db.session(), current_user.id, clock.today())
        facts = [
            (t("氏名", "Name"), actor.name),
            (t("利用者名", "Account"), current_user.username),
            (t("担当", "Roles"), "、".join(role_names(actor))),
            (t("課・窓口", "Office"), posting.office.name if posting else ""),
        ]
        page = self.render_template(
            "profile.html",
            title=str(self.name),
            facts=facts,
            form=form,
            factors=list_factors(db.session(), current_user.id),
        )
        return page, 422 if request.method == "POST" else 200

    @expose("/factors/<int:factor_id>/remove", methods=["POST"])
    @requires("profile.use")
    def remove_factor(self, factor_id: int) -> Any:
        """Take one of one's own second factors away, never the last."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            second_factors.remove(ctx, factor_id)
        flash(t("認証を外しました。", "The factor is removed."), "success")
        return redirect(url_for("ProfileView.show"), code=303)

    def _change(self, form: PasswordForm) -> bool:
        if not self._knows(form.now.data):
            form.now.errors = [
                t(
                    "いまのパスワードと違います。もう一度入力してください。",
                    "This is not your password of now.",
                )
            ]
            return False
        try:
            with unit_of_work(current_actor(), clock.now()) as ctx:
                accounts.change_own_password(ctx, form.new.data)
                token = sign_in.renew(ctx, current_user.id, sessions.terminal())
        except RuleBroken as refused:
            form.new.errors = [t(refused.message_ja, refused.message_en)]
            return False
        sessions.hand_out(token, sessions.current().get(sign_in.FACTOR, ""))
        return True

    def _knows(self, told: str) -> bool:
        """Whether the password of now is right; guesses are counted as at every door (M17)."""
        name = current_user.username
        with unit_of_work(current_actor(), clock.now()) as ctx:
            if not sign_in.is_stopped(ctx, name) and hashing.matches(current_user.password, told):
                return True
            sign_in.note_failure(ctx, name, proving.guard_rule(), "profile", current_user.id)
        return False
