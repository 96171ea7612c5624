"""What goes wrong with a backup, in words for the operator."""

from __future__ import annotations

from pathlib import Path


def reason_of(error: Exception) -> str:
    """Why a file could not be used, without its name."""
    return (error.strerror if isinstance(error, OSError) else str(error)) or type(error).__name__


class BackupRefused(Exception):
    """Something cannot be done, and nothing was changed; says why and what to do."""


class CopyDamaged(Exception):
    """A file of a backup is missing, was changed or cut; it is named."""

    def __init__(self, path: Path, what: str) -> None:
        """Name the file and say what is wrong with it."""
        super().__init__(f"{path}: {what}")
        self.path = path
