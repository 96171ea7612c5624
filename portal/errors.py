"""One table: error → HTTP status → words. A page or a part of a page says what, why, and what now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import current_app, g, make_response, render_template, request
from flask_limiter.errors import RateLimitExceeded
from flask_login import AnonymousUserMixin
from flask_wtf.csrf import CSRFError
from limits.errors import StorageError
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, InternalServerError, SecurityError, ServiceUnavailable

from models.audit import writer
from models.key_refusals import KeyProviderUnavailable
from portal import clock
from portal.api import problems
from portal.api.reading import NotUnderstood
from portal.extensions import db
from portal.language import JAPANESE, current_language, t
from portal.request_log import log, request_id
from portal.security import hashing, refusals
from portal.security.access import to_sign_in
from portal.security.actor import NobodySignedIn, signed_in_actor
from portal.security.hashing import TooManyAtOnce
from services.context import SYSTEM
from services.errors import (
    AuditMissing,
    NotAllowed,
    NotFound,
    RuleBroken,
    ServiceError,
    SomebodyElseWasFaster,
)
from services.unit_of_work import unit_of_work
from workflows.engine import broken_steps

if TYPE_CHECKING:
    from flask import Flask, Response

RETRY_SECONDS = 20
LOGIN_ATTRIBUTE = "_login_user"  # where Flask-Login keeps the person of a request

STATUS: dict[type[ServiceError], int] = {
    NotFound: 404,
    NotAllowed: 403,
    SomebodyElseWasFaster: 409,
    RuleBroken: 422,
    NotUnderstood: 400,
    ServiceError: 422,
}


@dataclass(frozen=True)
class Words:
    """What happened, why, and what to do now, in both languages."""

    what: tuple[str, str]
    why: tuple[str, str]
    now: tuple[str, str]


WORDS: dict[int, Words] = {
    400: Words(
        ("送られた内容を受け取れませんでした", "The request could not be read"),
        (
            "画面を長く開いたままだったか、別の画面でサインインし直したか、内容が途中で切れています。",
            "The page was open for long, you signed in again elsewhere, or the request was cut off.",
        ),
        (
            "前の画面を開き直して、もう一度お試しください。何も変更されていません。",
            "Open the page again and repeat it. Nothing was changed.",
        ),
    ),
    403: Words(
        ("この操作はできません", "You may not do this"),
        ("あなたの担当(権限)に含まれていません。", "It is not among what your role may do."),
        (
            "必要な仕事であれば、課長か管理者に担当の確認を頼んでください。何も変更されていません。",
            "If your work needs it, ask the section chief or an administrator. Nothing was changed.",
        ),
    ),
    404: Words(
        ("見つかりません", "Not found"),
        (
            "アドレスが正しくないか、削除されたか、あなたの担当では開けないものです。",
            "The address is wrong, it is no longer there, or it is not open to you.",
        ),
        (
            "検索か左の一覧から開き直してください。",
            "Open it again by the search or from the list at the left.",
        ),
    ),
    405: Words(
        ("この方法では開けません", "This cannot be opened this way"),
        (
            "ボタンから開く画面を、アドレスで直接開こうとしました。",
            "A page that a button opens was opened by its address.",
        ),
        ("左の一覧から開き直してください。", "Open it again from the list at the left."),
    ),
    409: Words(
        ("ほかの人が先に変更しました", "Somebody else was faster"),
        (
            "あなたが開いている間に、同じものが変更されました。",
            "While you had it open, the same thing was changed by somebody else.",
        ),
        (
            "開き直して、いまの内容を確かめてください。あなたの変更は保存されていません。",
            "Open it again and look at what it is now. Your change was not kept.",
        ),
    ),
    413: Words(
        ("ファイルが大きすぎます", "The file is too large"),
        ("受け取れるのは全部で{limit}MBまでです。", "All together may have {limit} MB."),
        (
            "解像度を200〜300dpiに下げるか、ページを分けて取り込み直してください。何も変更されていません。",
            "Scan again at 200 to 300 dpi, or in parts. Nothing was changed.",
        ),
    ),
    422: Words(
        ("このままでは受け付けられません", "This cannot be accepted as it is"),
        (
            "入力に誤りがあるか、きまりに合わないところがあります。",
            "Something typed is wrong or breaks a rule.",
        ),
        ("示された箇所を直して、もう一度送ってください。", "Mend what is marked and send it again."),
    ),
    429: Words(
        ("回数が多すぎます", "Too many tries"),
        (
            "短い時間に同じ操作が繰り返されたため、止めています。",
            "The same was done too often in a short time.",
        ),
        ("{wait}お待ちになってから、もう一度お試しください。", "Wait {wait} and try again."),
    ),
    500: Words(
        ("処理できませんでした", "Something went wrong"),
        (
            "ポータルの中で予期しない誤りが起きました。入力した内容は登録されていません。",
            "An unexpected error occurred inside the portal. What you entered was not registered.",
        ),
        (
            "もう一度お試しください。続くときは、下の番号を添えて管理者に知らせてください。",
            "Try again. If it happens again, tell an administrator the number below.",
        ),
    ),
    503: Words(
        ("ただいま利用できません", "Not available just now"),
        (
            "データベースにつながりません。登録の途中だった内容は、すべて取り消されています。",
            "The database cannot be reached. Whatever was under way has been undone as a whole.",
        ),
        (
            "しばらく待って開き直してください。続くときは、下の番号を添えて管理者に知らせてください。",
            "Wait a moment and open the page again. If it lasts, tell an administrator the number below.",
        ),
    ),
}

NOT_RECORDED = (
    "監査の記録に残せなかったため、この操作は行われていません。記録に残せない操作は、一切行いません。",
    "This could not be written to the audit record, so it was not done: nothing is done unrecorded.",
)
KEYS_AWAY = (
    "個人番号の鍵を預かる装置が応答しないため、個人番号を扱えません。この操作は行われていません。",
    "The device that keeps the keys of Individual Numbers does not answer. This was not done.",
)
TOKEN_MISSING = (
    "CSRFトークンがないか、このセッションのものではありません。見出し X-CSRFToken に付けてください。",
    "The CSRF token is missing or of another session. Send it in the header X-CSRFToken.",
)
RECORD_BUSY = (
    "監査の記録が混み合っていて、待っても書けませんでした。この操作は行われていません。",
    "The audit record was held by others for too long. This was not done.",
)


def install(app: Flask) -> None:
    """Answer every error with words; the most general handler stands last."""
    app.register_error_handler(ServiceError, on_service_error)
    app.register_error_handler(NobodySignedIn, lambda _error: to_sign_in())
    app.register_error_handler(CSRFError, on_http_error)
    app.register_error_handler(RateLimitExceeded, on_rate_limit)
    app.register_error_handler(TooManyAtOnce, on_too_many_at_once)
    app.register_error_handler(HTTPException, on_http_error)
    for away in (OperationalError, InterfaceError, PoolTimeout, StorageError):
        app.register_error_handler(away, on_database_away)
    unrecorded: tuple[type[Exception], ...] = (AuditMissing, *writer.REFUSALS)
    for refusal in unrecorded:
        app.register_error_handler(refusal, on_crash)
    app.register_error_handler(KeyProviderUnavailable, on_keys_away)
    app.register_error_handler(Exception, on_crash)


def status_of(error: ServiceError) -> int:
    """The HTTP status of a refused deed, by the nearest class in the table."""
    return next(STATUS[cls] for cls in type(error).__mro__ if cls in STATUS)


def on_service_error(error: ServiceError) -> Response:
    """A deed was refused: its own message is the what and the why."""
    status = status_of(error)
    log.info("refused", id=request_id(), code=error.code, status=status)
    refusals.note(status, error.code)
    return answer(status, what=t(error.message_ja, error.message_en), article=error.article, code=error.code)


def on_rate_limit(error: RateLimitExceeded) -> Response:
    """Too often; says how long to wait."""
    return answer(429, wait=t("5分ほど", "about five minutes"), source=error)


def on_too_many_at_once(_error: TooManyAtOnce) -> Response:
    """More people sign in at once than are let in at a time; says when to try again."""
    what = t("いまサインインが集中しています。", "Many people are signing in just now.")
    current_app.extensions["appbuilder"].sm.limiter.context.reset()  # it would name the end of its own window
    response = answer(429, what=what, wait=t("数秒", "a few seconds"))
    response.headers["Retry-After"] = str(hashing.RETRY_SECONDS)
    return response


def on_http_error(error: HTTPException) -> Response:
    """An answer of the framework, in our words; redirects pass."""
    if error.code is None or error.code < 400:
        return make_response(error)
    if isinstance(error, SecurityError):
        return current_app.response_class("400 unknown host\n", status=400, mimetype="text/plain")
    refusals.note(error.code)
    return answer(error.code, source=error)


def on_database_away(error: Exception) -> Response:
    """The database cannot be reached: 503, and when to come back."""
    log.error("database away", id=request_id(), kind=type(error).__name__)
    db.session.remove()
    response = answer(503, what=_of_the_record(error), source=ServiceUnavailable())
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def on_keys_away(error: KeyProviderUnavailable) -> Response:
    """Whoever keeps the keys of the numbers does not answer: nothing was sealed, nothing is opened."""
    log.error("keys away", id=request_id(), reason=str(error))
    db.session.remove()
    response = answer(503, what=t(*KEYS_AWAY), source=ServiceUnavailable())
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def on_crash(error: Exception) -> Response:
    """What nobody thought of: logged with its trace, shown without."""
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return on_database_away(error)
    log.error("crash", id=request_id(), exc_info=error)
    _note_broken_step()
    if current_app.testing and current_app.config.get("RAISE_CRASHES"):
        raise error
    db.session.remove()
    return answer(500, what=_of_the_record(error), source=InternalServerError())


def _of_the_record(error: Exception) -> str:
    """What to say where it was the audit record that refused; nothing of the deed was done (Ruling 6)."""
    if isinstance(error, (AuditMissing, *writer.REFUSALS)):
        return t(*NOT_RECORDED)
    if isinstance(error, DBAPIError) and writer.is_of_the_record(error):
        return t(*(RECORD_BUSY if writer.is_busy(error) else NOT_RECORDED))
    return ""


def _note_broken_step() -> None:
    """Where a step of a case broke the deed, write the incident, in a transaction of its own."""
    broken = broken_steps.take(db.session())
    if broken is None:
        return
    actor = signed_in_actor() or SYSTEM
    db.session.remove()
    try:
        with unit_of_work(actor, clock.now()) as ctx:
            broken_steps.note(ctx, broken)
    except SQLAlchemyError as away:
        log.error("incident not written", id=request_id(), case=broken.case_id, kind=type(away).__name__)


def answer(
    status: int,
    *,
    what: str = "",
    article: str | None = None,
    wait: str = "",
    source: HTTPException | None = None,
    code: str = "",
) -> Response:
    """The page, the part of a page for htmx, or for the API the problem, with a status."""
    g.bare = status >= 500
    if g.bare:  # a page without a person: Flask-Login would ask the database for him
        setattr(g, LOGIN_ATTRIBUTE, AnonymousUserMixin())
    words = WORDS.get(status) or WORDS[500 if status >= 500 else 400]
    limit = (request.max_content_length or 0) // (1024 * 1024)
    facts: dict[str, Any] = {
        "status": status,
        "title": t(*words.what),
        "message": what,
        "why": t(*words.why).format(limit=limit),
        "now": t(*words.now).format(wait=wait),
        "article": article,
        "request_id": request_id(),
        "bare": g.bare or signed_in_actor() is None,
    }
    if problems.is_api():
        return _as_problem(facts, code or f"http_{status}", source)
    part = bool(request.headers.get("HX-Request"))
    response = make_response(render_template("errors/part.html" if part else "errors/page.html", **facts))
    response.status_code = status
    if part:
        response.headers["HX-Retarget"] = "#notices"
        response.headers["HX-Reswap"] = "innerHTML"
    if isinstance(source, RateLimitExceeded):
        response.headers["Retry-After"] = "300"
    return response


def _as_problem(facts: dict[str, Any], code: str, source: HTTPException | None) -> Response:
    """The same words as one text."""
    why = facts["message"] or (t(*TOKEN_MISSING) if isinstance(source, CSRFError) else facts["why"])
    detail = f"{why}{facts['now']}" if current_language() == JAPANESE else f"{why} {facts['now']}"
    response = problems.problem(facts["status"], facts["title"], detail, code=code, article=facts["article"])
    if isinstance(source, RateLimitExceeded) and source.limit is not None:
        response.headers["Retry-After"] = str(source.limit.limit.get_expiry())
    return response
