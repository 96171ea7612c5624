"""Whom an event is about, without saying it to whoever reads the record (M15; security.md b, OpenCRVS)."""

from __future__ import annotations

import hashlib
import hmac

from models.crypto import audit_keys

PERSONAL = frozenset({"person", "household"})
PSEUDONYM_BYTES = 16
PSEUDONYM_LENGTH = 2 * PSEUDONYM_BYTES  # longer than any number of a row, so that one is not made twice


def pseudonym_of(subject: str) -> str:
    """A subject as the record keeps it: whoever is a citizen by a keyed hash, everything else as it is.

    The kind stays readable (`person:9f0c…`); equal subjects give equal pseudonyms, so that the record is
    searched by making the pseudonym anew.
    """
    kind, colon, name = subject.partition(":")
    if kind not in PERSONAL or not name or len(name) == PSEUDONYM_LENGTH:
        return subject
    digest = hmac.digest(audit_keys.keys().pseudonym_key, subject.encode(), hashlib.sha256)
    return kind + colon + digest[:PSEUDONYM_BYTES].hex()
