"""What was sent to the API: one JSON object of known members, and the key under which it is done once."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NoReturn

from flask import request
from werkzeug.exceptions import RequestEntityTooLarge

from services import deeds
from services.errors import ServiceError

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_BYTES = 1024 * 1024
DEEPEST = 12
LARGEST = 10**18
KEY = re.compile(r"[\x21-\x7e]{8,64}")
KEY_HEADER = "Idempotency-Key"


class NotUnderstood(ServiceError):
    """The request is not one of those that the API describes; nothing was done."""

    code = "not_understood"


def sent(wanted: Mapping[str, type], optional: Mapping[str, type] | None = None) -> dict[str, Any]:
    """The members of the JSON object that was sent; each of its type, none beside these.

    Raises:
        NotUnderstood: it is no JSON, or not of these members.
        RequestEntityTooLarge: more than MOST_BYTES.
    """
    body, known = _parsed(), {**wanted, **(optional or {})}
    if set(body) - set(known):
        raise NotUnderstood(
            f"知らない項目があります。送れるのは {'、'.join(known)} です。",
            f"There is a member that is not known. These may be sent: {', '.join(known)}.",
        )
    wrong = [name for name in wanted if name not in body]
    wrong += [name for name, value in body.items() if type(value) is not known[name]]
    if wrong:
        told = ("文字列", "a text") if known[wrong[0]] is str else ("オブジェクト", "an object")
        raise NotUnderstood(
            f"「{wrong[0]}」がないか、{told[0]}ではありません。",
            f"{wrong[0]} is missing or is not {told[1]}.",
        )
    return body


def sent_nothing() -> None:
    """Nothing need be sent; what is sent all the same is an empty object.

    Raises:
        NotUnderstood: something was sent.
    """
    if request.content_length:
        sent({})


def sent_deed(body: Mapping[str, Any]) -> tuple[str, str]:
    """The key of a deed and the fingerprint of what was sent under it.

    Raises:
        NotUnderstood: there is no key, or it is none.
    """
    key = request.headers.get(KEY_HEADER, "")
    if not KEY.fullmatch(key):
        raise NotUnderstood(
            "見出し Idempotency-Key に、8文字から64文字の英数字の鍵を付けてください。"
            "同じ鍵で送り直すと、仕事は一度だけ行われます。",
            "Send a key of 8 to 64 letters in the header Idempotency-Key. What is sent twice is done once.",
        )
    whole = json.dumps(body, sort_keys=True)
    return key, deeds.fingerprint([("address", request.path), ("body", whole)])


def _parsed() -> dict[str, Any]:
    if request.mimetype != "application/json":
        raise NotUnderstood(
            "内容は application/json で送ってください。", "Send the content as application/json."
        )
    request.max_content_length = MOST_BYTES  # what the refusal tells
    if (request.content_length or 0) > MOST_BYTES or len(data := request.get_data()) > MOST_BYTES:
        raise RequestEntityTooLarge
    try:
        text = data.decode("utf-8")
        body = json.loads(
            text, parse_constant=_refuse, parse_float=_refuse, object_pairs_hook=_without_repetition
        )
    except (ValueError, RecursionError):
        raise NotUnderstood(
            "JSONとして読めません。文字コードはUTF-8、数は整数で、同じ名前は一度だけにしてください。",
            "This is not JSON as we read it: UTF-8, whole numbers, each name once.",
        ) from None
    if not isinstance(body, dict) or not _is_plain(body):
        raise NotUnderstood(
            "内容はJSONのオブジェクトで、使えない文字、桁あふれの数、深すぎる入れ子のないものにしてください。",
            "Send a JSON object without control signs, without numbers too large and not nested too deep.",
        )
    return body


def _refuse(found: str) -> NoReturn:
    raise ValueError(found[:20])


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError
    return made


def _is_plain(value: object, depth: int = 0) -> bool:
    """Whether a value can be kept: no NUL, no half of a character, no huge number, not too deep."""
    match value:
        case _ if depth > DEEPEST:
            return False
        case dict():
            return all(_is_plain(name) and _is_plain(inner, depth + 1) for name, inner in value.items())
        case list():
            return all(_is_plain(inner, depth + 1) for inner in value)
        case str():
            return "\0" not in value and not any("\ud800" <= one <= "\udfff" for one in value)
        case int():
            return abs(value) < LARGEST
    return value is None
