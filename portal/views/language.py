"""The switch between Japanese and English, kept in a cookie and, for who is signed in, with the account."""

from __future__ import annotations

from typing import Any

from flask import abort, redirect, request
from flask_appbuilder.baseviews import BaseView, expose

from portal import clock
from portal.language import COOKIE, LANGUAGES, remember
from portal.security.access import open_to_everybody
from portal.security.actor import signed_in_actor
from portal.security.safe_address import own_address
from services import accounts
from services.unit_of_work import unit_of_work


class LanguageView(BaseView):
    """One form field, `language`; `next` is the page one was on."""

    route_base = "/language"
    default_view = "switch"

    @expose("/", methods=["POST"])
    @open_to_everybody
    def switch(self) -> Any:
        """Keep the wish and go back."""
        language = request.form.get("language", "")
        if language not in LANGUAGES:
            abort(400)
        actor = signed_in_actor()
        if actor is not None:
            with unit_of_work(actor, clock.now()) as ctx:
                accounts.set_preference(ctx, COOKIE, language)
        response = redirect(own_address(request.form.get("next")), code=303)
        remember(response, language)
        return response
