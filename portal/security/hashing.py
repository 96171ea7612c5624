"""Checking passwords, a few at a time: each takes a tenth of a second of a processor and 16 MB (T22, d-27).

When many people sign in at once, a few are checked, one waits, and the others are told to try again in a
moment, so that threads stay free for whoever is at work.
"""

from __future__ import annotations

from threading import BoundedSemaphore

from werkzeug.security import check_password_hash

AT_ONCE, WAITING = 2, 1
RETRY_SECONDS = 5
_inside = BoundedSemaphore(AT_ONCE + WAITING)
_checking = BoundedSemaphore(AT_ONCE)


class TooManyAtOnce(Exception):
    """More people show a password than are checked at a time; nothing was counted against anybody."""


def matches(secret: str, password: str) -> bool:
    """Whether a password belongs to its hash.

    Raises:
        TooManyAtOnce: others are being checked, and one waits already.
    """
    if not _inside.acquire(blocking=False):
        raise TooManyAtOnce
    try:
        with _checking:
            return check_password_hash(secret, password)
    finally:
        _inside.release()
