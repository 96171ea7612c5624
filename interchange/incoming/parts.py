"""Cutting a stream into parts at line ends, so that neither a line nor a sign is ever torn (J5).

No second byte of UTF-8 or cp932 is a line feed. A line that is longer than a line may be is torn all the
same: the check then finds it too long, and the memory stays bounded.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

PART_BYTES = 8 * 1024 * 1024
MOST_LINE_BYTES = 64 * 1024


@dataclass(frozen=True)
class Part:
    """Whole lines of a file; `first_line` counts from 1."""

    first_line: int
    content: bytes


def cut(stream: IO[bytes], size: int = PART_BYTES) -> Iterator[Part]:
    """The parts of a stream, one at a time."""
    held, line = b"", 1
    while True:
        read = stream.read(size)
        held += read
        end = held.rfind(b"\n") + 1
        if not read or not end:
            end = len(held)
        if held:
            yield Part(line, held[:end])
        line += held.count(b"\n", 0, end)
        held = held[end:]
        if not read:
            return
