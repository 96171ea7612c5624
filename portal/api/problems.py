"""What the API refuses, as `application/problem+json` (RFC 9457): what, why and what now, in one language."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from flask import Response, request

from portal.language import current_language, t
from portal.request_log import request_id

if TYPE_CHECKING:
    from collections.abc import Iterable

    from forms.refusals import FieldError

PREFIX = "/api/"
MEDIA_TYPE = "application/problem+json"
UNAUTHORIZED, LOCKED = 401, 423
ONE_WAY = (
    "APIは、画面と同じ二要素のサインインだけを受け付けます。トークンや基本認証では使えません。",
    "The API takes the two-factor sign-in of the browser only; no token, key or basic authentication.",
)
SIGN_IN = (
    "サインインしていません。画面からサインインし、そのセッションで送ってください。",
    "You are not signed in. Sign in on the screen and send with that session.",
)
SCREEN_LOCKED = (
    "画面はロックされています。画面でロックを解除してから、もう一度送ってください。",
    "The screen is locked. Unlock it on the screen, then send again.",
)


def is_api() -> bool:
    """Whether the request is the API's, whose refusals are not pages."""
    return request.path.startswith(PREFIX)


def problem(
    status: int,
    title: str,
    detail: str,
    *,
    code: str,
    article: str | None = None,
    errors: Iterable[FieldError] = (),
) -> Response:
    """A refusal; `errors` says field by field what is wrong and never repeats what was sent."""
    language = current_language()
    told = {
        "type": f"urn:kokuho-portal:problem:{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        "request_id": request_id(),
    }
    if article:
        told["article"] = article
    fields = [{"path": one.path, "code": one.code, "message": one.message(language)} for one in errors]
    if fields:
        told["errors"] = fields
    body = json.dumps(told, ensure_ascii=False)
    response = Response(body, status=status, mimetype=MEDIA_TYPE)
    response.headers["Content-Language"] = language
    return response


def not_signed_in(words: tuple[str, str] = SIGN_IN) -> Response:
    """Nobody is signed in by the one way there is."""
    title = t("サインインが必要です", "Sign in first")
    response = problem(UNAUTHORIZED, title, t(*words), code="not_signed_in")
    response.headers["WWW-Authenticate"] = "Cookie"
    return response


def screen_locked() -> Response:
    """Somebody is signed in, but away."""
    return problem(LOCKED, t("ロックされています", "Locked"), t(*SCREEN_LOCKED), code="locked")
