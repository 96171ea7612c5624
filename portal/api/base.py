"""What all parts of the API have in common: its one way in, its limit, its refusals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import current_app, request
from flask_appbuilder.api import BaseApi
from flask_appbuilder.utils.limit import Limit

from forms.validation import FormRefused
from portal.api.problems import ONE_WAY, is_api, not_signed_in, problem
from portal.language import t
from portal.security.actor import person_or_address
from portal.views import form_pages
from services.errors import RegistrationRefused

if TYPE_CHECKING:
    from flask import Blueprint, Flask, Response

OTHER_WAYS = ("Authorization", "Proxy-Authorization", "X-API-Key")
REFUSED = 422


class PortalApi(BaseApi):
    """A part of the API: by cookie, never exempt from the CSRF token, limited by person."""

    csrf_exempt = False
    allow_browser_login = True
    limits = [Limit(lambda: str(current_app.config["API_LIMIT"]), key_func=person_or_address)]  # noqa: RUF012 - FAB reads the list

    def create_blueprint(self, appbuilder: Any, endpoint: Any = None, static_folder: Any = None) -> Blueprint:
        """Answer refused entries field by field."""
        made: Blueprint = super().create_blueprint(appbuilder, endpoint, static_folder)
        made.register_error_handler(FormRefused, on_form_refused)
        made.register_error_handler(RegistrationRefused, on_registration_refused)
        return made


def install(app: Flask) -> None:
    """Refuse every other way to sign in, before anything else is asked."""
    app.before_request(refuse_other_ways)


def refuse_other_ways() -> Response | None:
    """A token, a key or a password in a header opens nothing, also beside a session."""
    if is_api() and any(name in request.headers for name in OTHER_WAYS):
        return not_signed_in(ONE_WAY)
    return None


def on_form_refused(refused: FormRefused) -> Response:
    """The entry does not fit the schema of its form."""
    title = t("入力を確かめてください", "Please check what was entered")
    detail = t(
        "入力に誤りがあります。errors に示した項目を直して送ってください。何も登録されていません。",
        "Something entered is wrong. Mend what is named in errors and send again. Nothing was registered.",
    )
    return problem(REFUSED, title, detail, code="form_refused", errors=refused.errors)


def on_registration_refused(refused: RegistrationRefused) -> Response:
    """The registry does not take it as it stands."""
    title = t("このままでは受け付けられません", "This cannot be accepted as it is")
    detail = t(refused.message_ja, refused.message_en)
    errors = form_pages.errors_of(refused)
    return problem(REFUSED, title, detail, code=refused.code, article=refused.article, errors=errors)
