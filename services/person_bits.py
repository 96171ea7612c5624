"""Who stands in a file: a row of bits by the id of the person, kept compressed (X15)."""

from __future__ import annotations

import zlib


class PersonBits:
    """A set of persons that takes an eighth of a byte for each id up to the highest."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self._bits = bytearray()

    def add(self, person_id: int) -> None:
        """Put a person in; twice is once."""
        place = person_id // 8
        if place >= len(self._bits):
            self._bits.extend(bytes(max(place + 1, 2 * len(self._bits)) - len(self._bits)))
        self._bits[place] |= 1 << person_id % 8

    def __len__(self) -> int:
        """How many are in it."""
        return int.from_bytes(self._bits, "little").bit_count()

    def packed(self) -> bytes:
        """As it is kept."""
        return zlib.compress(bytes(self._bits).rstrip(b"\0"))


def holds(packed: bytes, person_id: int) -> bool:
    """Whether a person stands in a file, by what was kept of it."""
    opened = zlib.decompress(packed)
    return person_id // 8 < len(opened) and bool(opened[person_id // 8] >> person_id % 8 & 1)
