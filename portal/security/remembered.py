"""What somebody searched for, kept between two pages without showing it in an address, a log or a cookie.

A search holds names and dates of birth, so it may not stand in a query string (docs/patterns-screens.md).
It is sealed into the session, bound to the account; the address holds a word that only finds it there.
A few are kept of each page, so that searches in several tabs do not disturb one another.
"""

from __future__ import annotations

import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from cryptography.exceptions import InvalidTag
from flask import session

from models.crypto import cipher
from portal.security.actor import current_actor

KEPT = 4
SESSION_KEY = "remembered"
WORD_BYTES = 6
PARTS = 4  # word, id of the key, what is sealed, the page


def keep(name: str, values: dict[str, Any]) -> str:
    """Seal `values` under a new word and forget the oldest of this page beyond the few that are kept."""
    keys = cipher.keys()
    plain = json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()
    sealed = urlsafe_b64encode(cipher.seal(keys, plain, context=_place(name))).decode()
    word = secrets.token_urlsafe(WORD_BYTES)
    own = [entry for entry in _entries() if entry[3] == name][-KEPT + 1 :]
    others = [entry for entry in _entries() if entry[3] != name]
    session[SESSION_KEY] = [*others, *own, [word, keys.current_id, sealed, name]]
    return word


def recall(name: str, word: str | None) -> dict[str, Any] | None:
    """What was kept under a word by this person for this page; None where nothing is left of it."""
    found = next((entry for entry in _entries() if entry[0] == word), None)
    if found is None:
        return None
    try:
        plain = cipher.unseal(
            cipher.keys(), urlsafe_b64decode(found[2]), key_id=found[1], context=_place(name)
        )
    except (InvalidTag, KeyError):
        return None
    values: dict[str, Any] = json.loads(plain)
    return values


def _entries() -> list[list[str]]:
    entries: list[list[str]] = session.get(SESSION_KEY, [])
    return [entry for entry in entries if len(entry) == PARTS]


def _place(name: str) -> str:
    return f"remembered:{name}:{current_actor().staff_id}"
