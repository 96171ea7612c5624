"""What a case is about where it is about no notification: the record that it belongs to, and what is open."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from models.case import Case
from services.context import Context


@dataclass(frozen=True)
class About:
    """A card beside the case: heading, lines, the page of the record, what is missing; the usual paper.

    What takes the width of the page has a template of its own.
    """

    heading: tuple[str, str]
    lines: Sequence[tuple[tuple[str, str], str]] = ()
    url: str = ""
    page: tuple[str, str] = ("", "")  # what stands on the link
    missing: Sequence[tuple[str, str]] = ()
    paper: str = ""
    template: str = ""  # what stands below the task, made of `shown`
    shown: Any = None

    @property
    def missing_words(self) -> tuple[str, str]:
        """All that is missing, in both languages."""
        return "、".join(ja for ja, _ in self.missing), ", ".join(en for _, en in self.missing)


Reader = Callable[[Context, Case], About | None]
_readers: dict[str, Reader] = {}


def register_about(slug: str, reader: Reader) -> None:
    """Say what the cases of a procedure are about."""
    _readers[slug] = reader


def about(ctx: Context, case: Case) -> About | None:
    """What a case is about; None where its procedure says nothing of it."""
    reader = _readers.get(case.slug)
    return reader(ctx, case) if reader is not None else None
