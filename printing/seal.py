"""The printed image of an official seal (印影の印刷), drawn as SVG from the outlines of our Mincho.

It is plainly fictitious: the outlines of a text face, and the text that the settings give (見本市長之印).
A city that may print its real seal replaces this image by its own. Columns run from right to left.
"""

from functools import lru_cache
from math import ceil
from typing import Final

from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.pens.transformPen import TransformPen
from fontTools.ttLib import TTFont
from markupsafe import Markup

from printing.errors import PrintRefused
from printing.fonts import VARIANTS, FontFileMissing, find_file

SIDE: Final = 1000
FRAME: Final = 70
INK: Final = "#c8281e"


@lru_cache(maxsize=8)
def seal_svg(text: str) -> Markup:
    """Return the square seal of a text of four to nine characters."""
    rows = ceil(len(text) ** 0.5) if len(text) != 6 else 2
    columns = ceil(len(text) / rows) if text else 0
    if not 2 <= columns <= 3:
        raise PrintRefused(
            "print.seal_text",
            "公印の文字は3文字から9文字までです。市の設定を確かめてください。",
            ("公印の文字",),
        )
    width, height = (SIDE - 2 * FRAME) / columns, (SIDE - 2 * FRAME) / rows
    paths = []
    for index, character in enumerate(text):
        column, row = columns - 1 - index // rows, index % rows
        paths.append(_outline(character, FRAME + column * width, FRAME + row * height, width, height))
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" class="seal-image" viewBox="0 0 {0} {0}">'
        '<rect x="20" y="20" width="{1}" height="{1}" rx="40" fill="none" stroke="{2}" stroke-width="40"/>'
        '<path fill="{2}" d="{3}"/></svg>'
    ).format(SIDE, SIDE - 40, INK, "".join(paths))


def _outline(character: str, x: float, y: float, width: float, height: float) -> str:
    path = find_file(VARIANTS)
    if path is None:
        raise FontFileMissing(VARIANTS)
    with TTFont(path, lazy=True) as font:
        glyphs, em = font.getGlyphSet(), font["head"].unitsPerEm
        descent = -0.12 * em
        pen = SVGPathPen(glyphs, ntos=lambda number: f"{number:.0f}")
        scale_x, scale_y = width / em, height / em
        placed = TransformPen(pen, (scale_x, 0, 0, -scale_y, x, y + height + descent * scale_y))
        glyphs[font.getBestCmap()[ord(character)]].draw(placed)
    return str(pen.getCommands())
