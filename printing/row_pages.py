"""Rows of a table cut into sheets, so that long texts take room in place of refusing the list."""

import math
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from printing.fonts import Face
from printing.glyphs import width_in_em

MM_PER_POINT: Final = 25.4 / 72
SPACE_EM: Final = 0.5
Row = TypeVar("Row")


def cut(rows: Sequence[Row], height_of: Callable[[Row], float], room_mm: float, most: int) -> list[list[Row]]:
    """The rows sheet by sheet: none higher than `room_mm`, none with more than `most` rows."""
    pages: list[list[Row]] = []
    left = 0.0
    for row in rows:
        height = height_of(row)
        if not pages or height > left or len(pages[-1]) == most:
            pages.append([])
            left = room_mm
        pages[-1].append(row)
        left -= height
    return pages


def lines_of(text: str, face: Face, width_mm: float, size_pt: float) -> int:
    """How many lines a text takes in a width when it breaks between words; rather one too many."""
    room = width_mm / (size_pt * MM_PER_POINT)
    lines, used = 1, 0.0
    for word in text.split():
        width = width_in_em(word, face)
        if used and used + width > room:
            lines, used = lines + 1, 0.0
        over = math.ceil(width / room) - 1
        lines, used = lines + over, used + width - over * room + SPACE_EM
    return lines
