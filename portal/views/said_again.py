"""A refusal said on the page from which it was sent, with what was typed still in it.

For pages that another view draws than the one that does the deed; `carry_out` is for one view that does both.
"""

from __future__ import annotations

from typing import Any

from flask import current_app, flash, redirect, request, url_for

from forms.characters import hide_individual_numbers
from portal.errors import status_of
from portal.language import t
from portal.security import refusals
from services.errors import ServiceError, SomebodyElseWasFaster


def said_again(refused: ServiceError, endpoint: str, **place: Any) -> Any:
    """The page of an endpoint with the words of a refusal; a refusal by right is put on record too.

    Where somebody else was faster the page is opened anew: what was typed was meant for what is no more.
    """
    status = status_of(refused)
    refusals.note(status, refused.code)
    flash(t(refused.message_ja, refused.message_en), "danger")
    if isinstance(refused, SomebodyElseWasFaster):
        return redirect(url_for(endpoint, **place), code=303)
    return current_app.view_functions[endpoint](**place), status


def kept(action: str, name: str, begins_with: object = "", **of: object) -> object:
    """What stands in a field: what was typed in the form that was refused just now, else its beginning.

    `action` is the form's address; `of` tells forms with the same address apart by another of their fields.
    What may be an Individual Number is not shown again (M06).
    """
    is_it = request.method == "POST" and request.path == action
    if is_it and all(request.form.get(field, "") == str(value) for field, value in of.items()):
        return hide_individual_numbers(request.form[name]) if name in request.form else begins_with
    return begins_with
