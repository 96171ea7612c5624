"""A name must fit its place: it shrinks to 70 %, then takes two lines, then its registered short form.

Source: letters-and-certificates, section 1 (names). Nothing is cut off silently: what fits in no way is
refused, with the person's name.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from printing.errors import PrintRefused
from printing.glyphs import clusters, width_in_em

MM_PER_POINT: Final = 25.4 / 72
SMALLEST: Final = 0.7  # of the full size
_STEP_PT: Final = 0.5
SHORT_FORM_MARK: Final = "※"


@dataclass(frozen=True)
class Fitted:
    """A text cut into lines at a size at which every line fits its width."""

    lines: tuple[str, ...]
    size_pt: float
    is_short_form: bool = False


def fit(text: str, width_mm: float, size_pt: float, short_form: str = "") -> Fitted:
    """Fit a name into a width: full size, smaller down to 70 %, two lines, short form with ※."""
    one_line = _one_line(text, width_mm, size_pt)
    if one_line:
        return one_line
    smallest = size_pt * SMALLEST
    for lines in _two_lines(text):
        if all(_width_mm(line, smallest) <= width_mm for line in lines):
            return Fitted(lines, smallest)
    short = _one_line(short_form + SHORT_FORM_MARK, width_mm, size_pt) if short_form else None
    if short:
        return Fitted(short.lines, short.size_pt, is_short_form=True)
    raise PrintRefused(
        "print.name_too_long",
        f"{text}さんの氏名が枠に入りません(7割の大きさで2行にしても入りきりません)。"
        "証に使う短い表記を登録してから、もう一度印刷してください。",
        (text,),
    )


def _width_mm(text: str, size_pt: float) -> float:
    return width_in_em(text) * size_pt * MM_PER_POINT


def _one_line(text: str, width_mm: float, size_pt: float) -> Fitted | None:
    size = size_pt
    while size >= size_pt * SMALLEST - 1e-9:
        if _width_mm(text, size) <= width_mm:
            return Fitted((text,), size)
        size -= _STEP_PT
    return None


def _two_lines(text: str) -> list[tuple[str, str]]:
    """Return the ways to break a name in two: at a space, the most even first; else in the middle."""
    words = text.replace("\u3000", " ").split(" ")
    if len(words) > 1:
        breaks = [(" ".join(words[:cut]), " ".join(words[cut:])) for cut in range(1, len(words))]
    else:
        parts = list(clusters(text))
        breaks = [("".join(parts[:cut]), "".join(parts[cut:])) for cut, _ in enumerate(pairwise(parts), 1)]
    return sorted(breaks, key=lambda pair: abs(width_in_em(pair[0]) - width_in_em(pair[1])))
