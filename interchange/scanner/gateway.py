"""ClamAV's clamd by its own words, over a socket of this machine or of another one (clamd(8), INSTREAM).

`zINSTREAM`, then each part with its length in four bytes, then a length of nought; the answer is one line
that ends with NUL: `stream: OK`, `stream: NAME FOUND` or `… ERROR`.
"""

from __future__ import annotations

import re
import socket
import struct
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

SECONDS = 20
PART = 64 * 1024
LONGEST_ANSWER = 4096
CLAMD_PORT = 3310
FOUND = re.compile(r"\Astream: (.{1,200}) FOUND\Z")


class ScannerAway(Exception):
    """The scanner gave no verdict: it is not there, is busy, or could not look at the file."""


@dataclass(frozen=True)
class Verdict:
    """What the scanner says: `infection` is the name of what it found, empty where it found nothing."""

    infection: str = ""

    @property
    def is_clean(self) -> bool:
        return not self.infection


class Scanner(Protocol):
    """Something that looks at the bytes of a file."""

    def scan(self, content: bytes) -> Verdict:
        """Look at a file.

        Raises:
            ScannerAway: there is no verdict now.
        """


class Clamd:
    """clamd at `unix:/path/of/its/socket` or `tcp://host:port`."""

    def __init__(self, address: str) -> None:
        """Remember the address; nothing is opened before something is scanned."""
        self._parts = urlsplit(address)

    def scan(self, content: bytes) -> Verdict:
        """Send a file to clamd and read its answer.

        Raises:
            ScannerAway: clamd is not there, does not answer in time, or could not look at the file.
        """
        try:
            with self._connected() as way:
                _send(way, content)
                told = _read(way)
        except OSError as error:
            raise ScannerAway(type(error).__name__) from error
        if told == "stream: OK":
            return Verdict()
        found = FOUND.match(told)
        if found is None:
            raise ScannerAway(told[:80])
        return Verdict(found[1])

    @contextmanager
    def _connected(self) -> Iterator[socket.socket]:
        if self._parts.scheme == "unix":
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as way:
                way.settimeout(SECONDS)
                way.connect(unquote(self._parts.path))
                yield way
        else:
            place = (self._parts.hostname or "localhost", self._parts.port or CLAMD_PORT)
            with socket.create_connection(place, SECONDS) as way:
                yield way


def _send(way: socket.socket, content: bytes) -> None:
    way.sendall(b"zINSTREAM\0")
    for start in range(0, len(content), PART):
        part = content[start : start + PART]
        way.sendall(struct.pack("!I", len(part)) + part)
    way.sendall(struct.pack("!I", 0))


def _read(way: socket.socket) -> str:
    told = b""
    while not told.endswith(b"\0") and len(told) < LONGEST_ANSWER:
        part = way.recv(LONGEST_ANSWER)
        if not part:
            break
        told += part
    return told.rstrip(b"\0\n").decode("utf-8", "replace")
