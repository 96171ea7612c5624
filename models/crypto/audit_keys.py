"""Keys of the audit record: those that chain it, and the one that makes pseudonyms (M15, T15).

They are kept outside the database. A process that meets a key id it does not know asks its provider again, so
a new key can be added while others work.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from models.crypto.keyring import KEY_BYTES


class AuditKeyUnknown(LookupError):
    """The record names a key that this process has not: nothing is added to it and nothing verified."""


class AuditKeyWrong(RuntimeError):
    """The key of this id is not the one that chained the record so far: nothing is added to it."""


@dataclass(frozen=True)
class AuditKeys:
    """Chain keys by id, which of them chains now, and the key of pseudonyms."""

    chain_keys: Mapping[str, bytes] = field(repr=False)
    current_id: str
    pseudonym_key: bytes = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse keys of a wrong length and a current id that is not there."""
        if self.current_id not in self.chain_keys:
            raise ValueError("the current audit key id is not among the keys")
        if any(len(key) != KEY_BYTES for key in (*self.chain_keys.values(), self.pseudonym_key)):
            raise ValueError("keys have 32 bytes")


Provider = Callable[[], AuditKeys]

_provider: list[Provider] = []
_loaded: list[AuditKeys] = []


def load(provider: Provider) -> None:
    """Say where the keys come from, and read them once; called by the portal's door-keeper."""
    _provider[:] = [provider]
    _loaded[:] = [provider()]


def keys() -> AuditKeys:
    """The keys of this process.

    Raises:
        RuntimeError: none were loaded; nothing is recorded, so nothing is done.
    """
    if not _loaded:
        raise RuntimeError("no audit keys are loaded: nothing can be recorded")
    return _loaded[0]


def chain_key(key_id: str) -> bytes:
    """The chain key of an id; the provider is asked again where it is new.

    Raises:
        AuditKeyUnknown: the provider has no such key.
    """
    if key_id not in keys().chain_keys and _provider:
        _loaded[:] = [_provider[0]()]
    try:
        return keys().chain_keys[key_id]
    except KeyError:
        raise AuditKeyUnknown(f"the audit key {key_id!r} is not among the keys") from None
