"""The texts of letters: which version is in force, their history, what differs between two (C4)."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from models.letter_text import find_in_force, list_versions
from models.staff import names_of
from printing.letter_texts import LETTERS, LetterKind, shipped
from services.context import Context
from services.errors import NotFound

SHIPPED = 0  # the version number of a text as we ship it


@dataclass(frozen=True)
class TextVersion:
    """Heading and text of a letter in one version; 0 is the text as shipped, which nobody has published."""

    version: int
    heading: str
    body: str
    author: str = ""
    published_by: str = ""
    published_at: datetime | None = None
    reason: str = ""


@dataclass(frozen=True)
class ChangedLine:
    """A line of two texts put beside one another: same, added or removed."""

    kind: str
    text: str


def kind_of(slug: str) -> LetterKind:
    """The letter of a slug.

    Raises:
        NotFound: there is none.
    """
    kind = LETTERS.get(slug)
    if kind is None:
        raise NotFound("この文面はありません。一覧から選び直してください。", "There is no such letter.")
    return kind


def in_force(ctx: Context, slug: str) -> TextVersion:
    """The text with which a letter is printed now."""
    row = find_in_force(ctx.session, slug)
    if row is None:
        return TextVersion(SHIPPED, *shipped(slug))
    return TextVersion(row.version, row.heading, row.body, published_at=row.published_at, reason=row.reason)


def history(ctx: Context, slug: str) -> list[TextVersion]:
    """All versions of a letter, the one in force first, the shipped one last."""
    kind_of(slug)
    rows = list_versions(ctx.session, slug)
    names = names_of(ctx.session, {one for row in rows for one in (row.author_id, row.published_by_id)})
    told = [
        TextVersion(
            row.version,
            row.heading,
            row.body,
            names.get(row.author_id, ""),
            names.get(row.published_by_id, ""),
            row.published_at,
            row.reason,
        )
        for row in rows
    ]
    return [*told, TextVersion(SHIPPED, *shipped(slug))]


def version_of(ctx: Context, slug: str, version: int) -> TextVersion:
    """One version of a letter.

    Raises:
        NotFound: there is no such letter or version.
    """
    found = next((one for one in history(ctx, slug) if one.version == version), None)
    if found is None:
        raise NotFound("この版の文面はありません。一覧から選び直してください。", "There is no such version.")
    return found


def differences(before: tuple[str, str], after: tuple[str, str]) -> Sequence[ChangedLine]:
    """Heading and text of two versions line by line; what is the same stands between."""
    old, new = ([heading, "", *body.splitlines()] for heading, body in (before, after))
    kinds = {" ": "same", "+": "added", "-": "removed"}
    compared = difflib.Differ().compare(old, new)
    return [ChangedLine(kinds[line[0]], line[2:]) for line in compared if line[0] in kinds]
