"""Why the keys of the vault do not do what was asked; no message holds a key or a number."""

from __future__ import annotations

from collections.abc import Mapping


class KeyProviderUnavailable(LookupError):
    """Whoever keeps the key-encryption keys does not answer, or has none: nothing is sealed or opened."""


class KeysNotOpened(LookupError):
    """Some data keys could not be wrapped anew: their key-encryption key is missing or another one."""

    def __init__(self, done: int, left: Mapping[str, int]) -> None:
        """Keep how many were wrapped, and how many were left of each key-encryption key."""
        told = ", ".join(f"{kek_id}: {count}" for kek_id, count in sorted(left.items()))
        super().__init__(f"{done} data keys were wrapped anew; these do not open with the keys given: {told}")
        self.done, self.left = done, left


class TooManyOrphans(RuntimeError):
    """Many data keys have no row in this database: it may be an older one, and nothing was destroyed."""

    def __init__(self, orphans: int, seen: int) -> None:
        """Keep how many of the keys that were looked at have no row."""
        super().__init__(
            f"{orphans} of {seen} data keys have no number in this database; nothing was destroyed. "
            "Is it a restored copy that is older than the key store?"
        )
        self.orphans, self.seen = orphans, seen
