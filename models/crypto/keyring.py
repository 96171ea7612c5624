"""Keys by id. Custody (files, rotation) is the portal's; nobody outside models sees the bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

KEY_BYTES = 32


@dataclass(frozen=True)
class Keyring:
    """Data keys by id, which of them seals now, the key of the blind index, later keys of manifests."""

    data_keys: Mapping[str, bytes] = field(repr=False)
    current_id: str
    index_key: bytes = field(repr=False)
    signing_keys: tuple[bytes, ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        """Refuse keys of a wrong length and a current id that is not there."""
        if self.current_id not in self.data_keys:
            raise ValueError("the current key id is not in the keyring")
        if any(
            len(key) != KEY_BYTES for key in (*self.data_keys.values(), self.index_key, *self.signing_keys)
        ):
            raise ValueError("keys have 32 bytes")

    def data_key(self, key_id: str) -> bytes:
        """The key of an id.

        Raises:
            KeyError: the id is unknown; what it sealed stays closed.
        """
        return self.data_keys[key_id]
