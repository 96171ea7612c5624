"""The faces we print with, where their files lie, and which characters each has.

Body text is a universal-design gothic; names and addresses are a Mincho. A rare character is taken
from IPAmj Mincho (文字情報基盤, 54,578 characters), which is drawn alike to IPAex Mincho, and a rare
variation sequence from BIZ UD Mincho. A face is found by its file; that WeasyPrint really took it is
proved on every PDF (`printing.renderer`). Measurements: stack.md, section 3.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from fontTools.ttLib import TTFont

FONT_FOLDERS: Final = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path.home() / ".local/share/fonts",
)


@dataclass(frozen=True)
class Face:
    """A face: its family as fontconfig knows it, its file, the Debian package that brings it."""

    family: str
    file_name: str
    package: str
    css_class: str = ""


GOTHIC: Final = Face("BIZ UDPGothic", "BIZUDPGothic-Regular.ttf", "fonts-morisawa-bizud-gothic")
MINCHO: Final = Face("IPAexMincho", "ipaexm.ttf", "fonts-ipaexfont-mincho")
RARE: Final = Face("IPAmjMincho", "ipamjm.ttf", "fonts-ipamj-mincho", "mj")
VARIANTS: Final = Face("BIZ UDMincho", "BIZUDMincho-Regular.ttf", "fonts-morisawa-bizud-mincho", "uv")
FACES: Final = (GOTHIC, MINCHO, RARE, VARIANTS)


@dataclass(frozen=True)
class Coverage:
    """What a face can draw: code points, variation sequences, and widths in em."""

    characters: dict[int, float]
    sequences: frozenset[tuple[int, int]]


class FontFileMissing(RuntimeError):
    """The file of a face is not installed; the start-up check names the package."""

    def __init__(self, face: Face) -> None:
        super().__init__(
            f"書体 {face.family} のファイル {face.file_name} がありません。パッケージ {face.package} を"
            f"入れてください。(font {face.family} is missing: install {face.package})"
        )
        self.face = face


def find_file(face: Face) -> Path | None:
    """Return the file of a face, or None where it is not installed."""
    hits = (hit for folder in FONT_FOLDERS if folder.is_dir() for hit in folder.rglob(face.file_name))
    return next(hits, None)


@cache
def coverage_of(face: Face) -> Coverage:
    """Read what a face can draw, once per process (0.05 to 0.2 s)."""
    path = find_file(face)
    if path is None:
        raise FontFileMissing(face)
    with TTFont(path, lazy=True) as font:
        em, metrics = font["head"].unitsPerEm, font["hmtx"]
        widths = {point: metrics[glyph][0] / em for point, glyph in font.getBestCmap().items()}
        tables = [table.uvsDict for table in font["cmap"].tables if table.format == 14]
    pairs = ((base, selector) for uvs in tables for selector, rows in uvs.items() for base, _ in rows)
    return Coverage(widths, frozenset(pairs))
