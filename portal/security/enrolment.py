"""Enrolling a second factor with an administrator's code, and beginning anew after a recovery (L1)."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidTag
from flask import current_app, flash, redirect, request, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.utils.limit import Limit
from flask_limiter.util import get_remote_address

from models.crypto import cipher
from models.sign_in import EnrolmentTicket, list_factors
from portal import clock
from portal.extensions import db
from portal.language import lazy, t
from portal.security import factors, sessions
from portal.security.access import open_to_everybody
from portal.security.actor import actor_of, actor_of_session, somebody
from portal.security.proving import CHALLENGE, guard_rule
from portal.security.sign_in import account_and_address
from services import passwords, second_factors, sign_in
from services.errors import RuleBroken, ServiceError
from services.unit_of_work import unit_of_work

if TYPE_CHECKING:
    from portal.security.sessions import Bound

TICKET, SECRET = "ticket", "enrolment_secret"
LONGEST_NAME = 60


class EnrolmentView(BaseView):
    """One's own second factors: the first, one more, or anew."""

    route_base = "/enrol"
    default_view = "show"
    title = lazy("認証の登録", "Enrol a second factor")
    limits = [  # noqa: RUF012 - Flask-AppBuilder reads and extends the list of the class
        Limit(
            lambda: str(current_app.config["LOGIN_LIMIT"]), key_func=account_and_address, methods=("POST",)
        ),
        Limit(
            lambda: str(current_app.config["LOGIN_ADDRESS_LIMIT"]),
            key_func=get_remote_address,
            methods=("POST",),
        ),
    ]

    @expose("/", methods=["GET"])
    @open_to_everybody
    def show(self) -> Any:
        """Ask for the code of the ticket; with it, show what can be enrolled."""
        bound = whoever()
        if bound is None:
            return redirect(url_for("SignInView.login"))
        return self._page(bound, 200)

    @expose("/ticket", methods=["POST"])
    @open_to_everybody
    def ticket(self) -> Any:
        """Take the code that the administrator gave."""
        bound = whoever()
        if bound is None:
            return redirect(url_for("SignInView.login"))
        with unit_of_work(actor_of_session(bound) or somebody(), clock.now()) as ctx:
            found = second_factors.find_ticket(ctx, bound.user.id, request.form.get("code", ""))
            if found is None:
                sign_in.note_failure(ctx, bound.user.username, guard_rule(), "ticket", bound.user.id)
        if found is None:
            return self._page(bound, 422, wrong="ticket")
        sessions.current()[TICKET] = found.id
        return redirect(url_for("EnrolmentView.show"), code=303)

    @expose("/totp", methods=["POST"])
    @open_to_everybody
    def totp(self) -> Any:
        """Enrol a one-time code whose first code is shown."""
        bound = whoever()
        ticket = open_ticket(bound)
        if bound is None or ticket is None:
            return redirect(url_for("EnrolmentView.show"))
        secret = kept_secret(bound)
        step = factors.step_of(secret, request.form.get("code", ""), clock.now())
        if step is None:
            return self._page(bound, 422, wrong="totp")
        try:
            with unit_of_work(actor_of_session(bound) or somebody(), clock.now()) as ctx:
                row = second_factors.enrol_totp(ctx, bound.user.id, secret, self._name("totp"), ticket)
                second_factors.accept_step(ctx, row, step)
                token = self._enter(ctx, bound)
        except ServiceError as refused:
            return self._page(bound, 422, refused=refused)
        return self._enrolled(bound, token)

    @expose("/passkey/options", methods=["POST"])
    @open_to_everybody
    def options(self) -> Any:
        """Answer what the browser is asked to make a passkey."""
        bound = whoever()
        if bound is None or open_ticket(bound) is None:
            return current_app.response_class(status=401)
        own = list_factors(db.session(), bound.user.id)
        options, challenge = factors.registration_options(bound.user, own)
        sessions.current()[CHALLENGE] = challenge
        return current_app.response_class(options, mimetype="application/json")

    @expose("/passkey", methods=["POST"])
    @open_to_everybody
    def passkey(self) -> Any:
        """Enrol the passkey that this terminal has made."""
        bound = whoever()
        ticket = open_ticket(bound)
        if bound is None or ticket is None:
            return redirect(url_for("EnrolmentView.show"))
        challenge = sessions.current().pop(CHALLENGE, "")
        made = factors.registered(request.form.get("credential", ""), challenge) if challenge else None
        if made is None:
            return self._page(bound, 422, wrong="passkey")
        try:
            with unit_of_work(actor_of_session(bound) or somebody(), clock.now()) as ctx:
                second_factors.enrol_passkey(ctx, bound.user.id, self._name("passkey"), made, ticket)
                token = self._enter(ctx, bound)
        except ServiceError as refused:
            return self._page(bound, 422, refused=refused)
        return self._enrolled(bound, token)

    @expose("/begin", methods=["GET", "POST"])
    @open_to_everybody
    def begin(self) -> Any:
        """Begin with a code and a password of one's own: a new account, or one that was recovered."""
        told: dict[str, Any] = {"status": 200, "refused": None}
        if request.method == "POST":
            try:
                if self._begun():
                    return redirect(url_for("EnrolmentView.show"), code=303)
                told["status"] = 401
            except RuleBroken as refused:
                told |= {"status": 422, "refused": refused}
        return self.render_template("security/begin.html", title=str(self.title), **told), told["status"]

    def _begun(self) -> bool:
        name, code = request.form.get("username", ""), request.form.get("code", "")
        new, again = request.form.get("new", ""), request.form.get("again", "")
        if new != again:
            raise RuleBroken(
                "二つのパスワードが違います。同じものを二回入力してください。",
                "The two passwords differ. Type the same one twice.",
            )
        user = self.appbuilder.sm.find_account(name)
        actor = actor_of(user) if user is not None else None
        with unit_of_work(actor or somebody(), clock.now()) as ctx:
            known = user is not None and actor is not None and not user.password
            stopped = sign_in.is_stopped(ctx, name)
            ticket = second_factors.find_ticket(ctx, user.id, code) if known and not stopped else None
            if ticket is None or user is None:
                sign_in.note_failure(ctx, name, guard_rule(), "begin", user.id if user is not None else None)
                return False
            passwords.take(ctx, user, new)
            token = sign_in.begin(ctx, user.id, sessions.terminal())
        sessions.hand_out(token)
        sessions.current()[TICKET] = ticket.id
        return True

    def _enter(self, ctx: Any, bound: Bound) -> str | None:
        """A full session for somebody who just enrolled his first factor; None where he is in already."""
        return sign_in.enter(ctx, bound.row, "enrolled") if bound.is_pending else None

    def _enrolled(self, bound: Bound, token: str | None) -> Any:
        mine = sessions.current()
        mine.pop(TICKET, None)
        mine.pop(SECRET, None)
        if token is not None:
            sessions.hand_out(token)
        flash(
            t(
                "認証を登録しました。次のサインインから使います。",
                "The factor is enrolled; it is asked for from now on.",
            ),
            "success",
        )
        return redirect(url_for("HomeView.index" if bound.is_pending else "ProfileView.show"), code=303)

    def _name(self, kind: str) -> str:
        """What the person calls the factor, or its kind and day."""
        typed = request.form.get("name", "").strip()[:LONGEST_NAME]
        kinds = {"totp": t("認証アプリ", "Authenticator app"), "passkey": t("この端末", "This terminal")}
        return typed or f"{kinds[kind]} {clock.today().isoformat()}"

    def _page(self, bound: Bound, status: int, wrong: str = "", refused: ServiceError | None = None) -> Any:
        ticket = open_ticket(bound)
        told: dict[str, Any] = {}
        if ticket is not None:
            secret = kept_secret(bound)
            address = factors.address_of_secret(secret, bound.user)
            told = {"secret": secret, "picture": factors.picture_of(address)}
        page = self.render_template(
            "security/enrol.html",
            title=str(self.title),
            who=bound.user,
            ticket=ticket,
            wrong=wrong,
            refused=refused,
            pending=bound.is_pending,
            bare=bound.is_pending,
            **told,
        )
        return page, status


def whoever() -> Bound | None:
    """Who may enrol: signed in whole, or with a right password and no factor yet."""
    bound = sessions.bound()
    if bound is None or bound.is_locked or actor_of_session(bound) is None:
        return None
    if bound.is_pending and list_factors(db.session(), bound.user.id):
        return None
    return bound


def open_ticket(bound: Bound | None) -> EnrolmentTicket | None:
    """The ticket whose code was shown in this session, while it can be used."""
    number = sessions.current().get(TICKET)
    if bound is None or number is None:
        return None
    ticket = db.session.get(EnrolmentTicket, number)
    if ticket is None or ticket.user_id != bound.user.id or ticket.used_at is not None:
        return None
    return ticket if ticket.expires_at > clock.now() else None


def kept_secret(bound: Bound) -> str:
    """The secret that this session offers; sealed where it is kept, the same until it is enrolled."""
    mine, keys, place = sessions.current(), cipher.keys(), f"enrolment:{bound.user.id}"
    kept = mine.get(SECRET)
    if kept is not None:
        try:
            return cipher.unseal(keys, urlsafe_b64decode(kept[1]), key_id=kept[0], context=place).decode()
        except (InvalidTag, KeyError):
            mine.pop(SECRET)
    secret = factors.new_secret()
    sealed = urlsafe_b64encode(cipher.seal(keys, secret.encode(), context=place)).decode()
    mine[SECRET] = [keys.current_id, sealed]
    return secret
