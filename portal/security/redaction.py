"""Secrets never get into a log, whoever writes it and whatever an error's text holds (M15, ASVS 16.2.5).

Known secrets of this process go by their value, others by their form: the credentials of an address, a token
of a session, a hash of a password, a secret of one-time codes, an Individual Number.
"""

from __future__ import annotations

import logging
import re
import traceback
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from rules.numbers import NumberNotValid, normalize_individual_number

if TYPE_CHECKING:
    from collections.abc import Iterable, MutableMapping

    from portal.settings import Settings

GONE = "***"
SHORTEST_SECRET = 6
_CREDENTIALS = re.compile(r"(://[^\s:/@\"']*:)[^\s/@\"']+(@)")
_SESSION = re.compile(r"~[A-Za-z0-9_-]{40,}")
_HASH = re.compile(r"\b(?:scrypt|pbkdf2):[\w:]+\$[^\s\"']+")
_CODE_SECRET = re.compile(r"\b[A-Z2-7]{32}\b")
_TWELVE = re.compile(r"(?<![\d.])\d(?:[ \-]?\d){11}(?![\d.])")
_known: set[str] = set()
_installed: list[bool] = []


def install(settings: Settings) -> None:
    """Redact every record of `logging` in this process from now on, and know this installation's secrets."""
    _known.update(secrets_of(settings))
    if not _installed:
        _installed.append(True)
        make = logging.getLogRecordFactory()
        logging.setLogRecordFactory(lambda *args, **more: _cleaned(make(*args, **more)))


def secrets_of(settings: Settings) -> Iterable[str]:
    """The values that must not be told: the key of the sessions, and passwords of addresses."""
    yield from filter(None, [settings.secret_key.get_secret_value()])
    named = (settings.database_url, settings.migration_url, settings.key_store_url, settings.redis_url)
    for address in named:
        password = urlsplit(address).password or ""
        if len(password) >= SHORTEST_SECRET:
            yield password
            yield unquote(password)


def redacted(text: str) -> str:
    """A text without secrets."""
    for secret in _known:
        text = text.replace(secret, GONE)
    text = _CREDENTIALS.sub(rf"\1{GONE}\2", text)
    for form in (_SESSION, _HASH, _CODE_SECRET):
        text = form.sub(GONE, text)
    return _TWELVE.sub(_number, text)


def _number(found: re.Match[str]) -> str:
    try:
        normalize_individual_number(found[0])
    except NumberNotValid:
        return found[0]
    return GONE


def processor(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The same for the lines of structlog, value by value."""
    return {name: redacted(value) if isinstance(value, str) else value for name, value in event.items()}


def _cleaned(record: logging.LogRecord) -> logging.LogRecord:
    try:
        record.msg, record.args = redacted(record.getMessage()), None
    except (TypeError, ValueError):
        return record  # a message that does not fit its arguments; logging itself will say so
    if record.exc_info and record.exc_info[1] is not None:
        record.exc_text = redacted("".join(traceback.format_exception(record.exc_info[1])).rstrip())
    return record
