"""Files of copies: whole on the disk or not there, and one stream to several places at a time."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

AT_ONCE = 1024 * 1024


class EveryPlaceFailed(OSError):
    """No place could take the file."""


class Spread:
    """A file that is written to several folders at once; a place that fails is left out from then on."""

    def __init__(self, paths: Sequence[Path], lost: Callable[[Path, OSError], None]) -> None:
        """Open the file at each path; `lost` is told of paths that fail."""
        self._lost = lost
        self._files: dict[Path, BinaryIO] = {}
        self._hash, self.size = hashlib.sha256(), 0
        for path in paths:
            with self._watched(path):
                descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
                self._files[path] = os.fdopen(descriptor, "wb")

    @property
    def sha256(self) -> str:
        """The hash of what was written so far."""
        return self._hash.hexdigest()

    def write(self, content: bytes) -> int:
        """Write to every place that is left.

        Raises:
            EveryPlaceFailed: none is.
        """
        self._hash.update(content)
        self.size += len(content)
        for path, file in list(self._files.items()):
            with self._watched(path):
                file.write(content)
        if not self._files:
            raise EveryPlaceFailed("none of the places could take the copy")
        return len(content)

    def close(self) -> None:
        """Bring it to the disks."""
        for path, file in list(self._files.items()):
            with self._watched(path):
                file.flush()
                os.fsync(file.fileno())
                file.close()

    @contextmanager
    def _watched(self, path: Path) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            file = self._files.pop(path, None)
            with suppress(OSError):
                if file is not None:
                    file.close()
            self._lost(path, error)


def write_whole(path: Path, content: bytes) -> None:
    """Put a file there at once, on the disk before this returns."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def hash_of(path: Path) -> tuple[str, int]:
    """The SHA-256 of a file in hex, and its size."""
    found, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while part := file.read(AT_ONCE):
            found.update(part)
            size += len(part)
    return found.hexdigest(), size
