"""A definition as one parcel: BPMN, DMN and forms, and the hash by which a case keeps it (Ruling 1)."""

from __future__ import annotations

import hashlib
import json
import zlib
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Bundle:
    """Everything a case of this procedure needs. Forms are keyed `slug/element`: schema and ui."""

    slug: str
    bpmn: dict[str, str]
    dmn: dict[str, str]
    forms: dict[str, dict[str, Any]]

    def pack(self) -> bytes:
        """The parcel as stored bytes; the same content always gives the same bytes before compression."""
        return zlib.compress(self._canonical(), 6)

    @property
    def hash(self) -> str:
        """SHA-256 of the content."""
        return hashlib.sha256(self._canonical()).hexdigest()

    def _canonical(self) -> bytes:
        content = {"slug": self.slug, "bpmn": self.bpmn, "dmn": self.dmn, "forms": self.forms}
        return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def unpack(packed: bytes) -> Bundle:
    """The parcel of stored bytes."""
    content = json.loads(zlib.decompress(packed))
    return Bundle(**content)
