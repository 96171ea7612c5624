"""Every character must have a shape in our fonts, variation sequences included (Ruling 4).

A text is cut into runs: those of the base fonts carry no mark, those of a rarer face carry its class,
so that a page without rare characters never loads the 46 MB fallback. A missing glyph is an error with
the person's name: WeasyPrint alone would write a box and text extraction would not show it.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import groupby
from typing import Final

from markupsafe import Markup, escape

from printing.errors import GlyphMissing, PrintRefused
from printing.fonts import GOTHIC, MINCHO, RARE, VARIANTS, Face, coverage_of
from printing.places import texts

LONGEST_TEXT: Final = 2_000  # a longer field is a mistake or an attack, not a name or a remark
_REFUSED_CATEGORIES: Final = frozenset({"Cc", "Cf", "Co", "Cs", "Cn"})


@dataclass(frozen=True)
class Run:
    """A stretch of text drawn in one face; None is the base font of the place."""

    face: Face | None
    text: str


class NoGlyph(Exception):
    """A character that none of our faces draws."""

    def __init__(self, cluster: str) -> None:
        super().__init__(cluster)
        self.cluster = cluster


def is_variation_selector(character: str) -> bool:
    return "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"


def clusters(text: str) -> Iterator[str]:
    """Cut a text into characters, each with the variation selector that follows it."""
    start = 0
    for index in range(1, len(text) + 1):
        if index == len(text) or not is_variation_selector(text[index]):
            if start < index:
                yield text[start:index]
            start = index


def face_of(cluster: str) -> Face | None:
    """Return the face that draws a character: None for the base fonts."""
    if cluster == "\n":
        return None
    if unicodedata.category(cluster[0]) in _REFUSED_CATEGORIES or len(cluster) > 2:
        raise NoGlyph(cluster)
    if _draws(GOTHIC, cluster) and _draws(MINCHO, cluster):
        return None
    for face in (RARE, VARIANTS):
        if _draws(face, cluster):
            return face
    raise NoGlyph(cluster)


def _draws(face: Face, cluster: str) -> bool:
    coverage = coverage_of(face)
    if len(cluster) == 1:
        return ord(cluster) in coverage.characters
    return (ord(cluster[0]), ord(cluster[1])) in coverage.sequences


@lru_cache(maxsize=4096)
def _face_of_character(cluster: str) -> Face | None:
    return face_of(cluster)


@cache
def _common_characters() -> frozenset[str]:
    """Return what both base fonts draw; a text of these alone needs no closer look (nearly every text)."""
    shared = coverage_of(GOTHIC).characters.keys() & coverage_of(MINCHO).characters.keys()
    common = {character for character in map(chr, shared) if _is_plain(character)}
    return frozenset(common | {"\n"})


def _is_plain(character: str) -> bool:
    refused = unicodedata.category(character) in _REFUSED_CATEGORIES
    return not refused and not is_variation_selector(character)


def runs(text: str) -> tuple[Run, ...]:
    """Cut a text into runs of one face each."""
    if _common_characters().issuperset(text):
        return (Run(None, text),)
    faced = ((_face_of_character(cluster), cluster) for cluster in clusters(text))
    return tuple(
        Run(face, "".join(cluster for _, cluster in group))
        for face, group in groupby(faced, key=lambda pair: pair[0])
    )


def markup(text: str) -> Markup:
    """Escape a text for a template, its rarer runs in a span of their face."""
    if _common_characters().issuperset(text):
        return escape(text)
    parts = (
        escape(run.text)
        if run.face is None
        else Markup('<span class="{}">{}</span>').format(run.face.css_class, run.text)
        for run in runs(text)
    )
    return Markup().join(parts)


def width_in_em(text: str, base: Face = MINCHO) -> float:
    """Return the width of a text at size 1, for a name that must fit its place."""
    total = 0.0
    for cluster in clusters(text):
        face = _face_of_character(cluster) or base
        total += coverage_of(face).characters.get(ord(cluster[0]), 1.0)
    return total


def check_glyphs(document: object) -> None:
    """Refuse a document in which a character has no glyph, naming person, place and character."""
    for text in texts(document):
        if len(text.value) > LONGEST_TEXT:
            raise PrintRefused(
                "print.too_long",
                f"{text.label}が長すぎて印刷できません({len(text.value)}文字)。"
                f"{LONGEST_TEXT}文字までに短くしてください。",
                (text.label,),
            )
        try:
            runs(text.value)
        except NoGlyph as missing:
            raise GlyphMissing(text.person, text.label, missing.cluster) from None
