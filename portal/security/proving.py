"""The second factor as every door asks for it: a passkey of the terminal, or a one-time code (L1, L2, M17).

Signing in, unlocking and proving oneself again take the same form and check: no door is weaker.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import current_app, request

from models.sign_in import list_factors
from portal import clock
from portal.security import factors, sessions
from services import second_factors
from services.sign_in import GuardRule

if TYPE_CHECKING:
    from models.sign_in import SecondFactor
    from portal.security.sessions import Bound
    from services.context import Context

CHALLENGE = "challenge"


def guard_rule() -> GuardRule:
    """How many failures stop an account here, and for how long."""
    settings = current_app.extensions["portal_settings"]
    return GuardRule(settings.account_failures, settings.account_stop_minutes)


def ways(own: list[SecondFactor]) -> dict[str, bool]:
    """By what a person can prove himself; a passkey comes first, a code where the terminal has none."""
    return {"passkey": bool(factors.passkeys_of(own)), "totp": bool(factors.totp_of(own))}


def ask_passkey(own: list[SecondFactor]) -> Any:
    """The question for the browser's passkeys, as JSON; its challenge is kept for one answer."""
    options, challenge = factors.authentication_options(own)
    sessions.current()[CHALLENGE] = challenge
    return current_app.response_class(options, mimetype="application/json")


def prove(ctx: Context, bound: Bound) -> str | None:
    """Check what the form holds, and use it up; the kind that was shown, None where it is wrong."""
    own = list_factors(ctx.session, bound.user.id)
    credential, code = request.form.get("credential", ""), request.form.get("code", "")
    if credential:
        challenge = sessions.current().pop(CHALLENGE, "")
        found = factors.authenticated(credential, challenge, own) if challenge else None
        if found is None:
            return None
        second_factors.accept_passkey(ctx, *found)
        return "passkey"
    for factor in factors.totp_of(own):
        step = factors.matching_step(factor, code, clock.now())
        if step is not None and second_factors.accept_step(ctx, factor, step):
            return "totp"
    return None
