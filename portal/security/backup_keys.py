"""Custody of the keys of backups: other ones than those of the vault, the sessions and the record (T18).

Their file is JSON: `{"current": "b1", "keys": {"b1": "<hex, 32 bytes>"}}`. Old keys stay for old backups.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from models.crypto import stream
from models.crypto.keyring import KEY_BYTES
from models.crypto.stream import StreamDamaged, StreamKeyUnknown, StreamWriter
from portal.self_check.findings import told
from portal.self_check.of_settings import key_file
from portal.settings import UnsafeSetting

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

DAMAGED = (StreamDamaged, StreamKeyUnknown)


@dataclass(frozen=True)
class BackupKeys:
    """The keys of one kind of copies, and which of them seals now."""

    keys: Mapping[str, bytes] = field(repr=False)
    current_id: str

    def sealing(self, out: SupportsWrite[bytes], name: str) -> StreamWriter:
        """A writer that seals for a stream of this name."""
        return StreamWriter(out, self.current_id, self.keys[self.current_id], name)

    def opened(self, source: BinaryIO, name: str) -> Iterator[bytes]:
        """The plain pieces of a stream of this name.

        Raises:
            StreamDamaged, StreamKeyUnknown: it does not open.
        """
        return stream.read(source, self.keys, name)

    def sign(self, text: bytes) -> dict[str, str]:
        """The HMAC of a text, and the key it was made with."""
        return {"key": self.current_id, "mac": self._mac(self.current_id, text)}

    def is_signed(self, text: bytes, signature: Mapping[str, str]) -> bool:
        """Whether somebody with one of these keys signed the text."""
        key_id = str(signature.get("key", ""))
        return key_id in self.keys and hmac.compare_digest(
            self._mac(key_id, text), str(signature.get("mac", ""))
        )

    def _mac(self, key_id: str, text: bytes) -> str:
        return hmac.digest(self.keys[key_id], b"manifest:" + text, hashlib.sha256).hex()


def read_backup_keys(path: Path | None, variable: str) -> BackupKeys:
    """The keys of a file.

    Raises:
        UnsafeSetting: there is no such file, others can read it, or it holds no keys.
    """
    if path is None:
        raise UnsafeSetting([f"{variable}: name the file of the keys of backups (docs/backup.md)"])
    if problems := told([key_file(variable, path)]):
        raise UnsafeSetting(problems)
    try:
        content = json.loads(path.read_text())
        keys = {str(key_id): bytes.fromhex(value) for key_id, value in content["keys"].items()}
        current = content["current"]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UnsafeSetting([f"{variable}: {path} holds no keys ({type(error).__name__})"]) from error
    if current not in keys or any(len(key) != KEY_BYTES for key in keys.values()):
        raise UnsafeSetting([f"{variable}: {path} needs keys of 32 bytes, and `current` names one of them"])
    return BackupKeys(keys, current)
