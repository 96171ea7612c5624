"""What differs from sheet to sheet, written into the boxes of a fixed form as drawing operators (Ruling 4).

A text shrinks to 70 % of its size, then takes the lines that its box has; what fits in no way, or has no
glyph, is refused with the person's name, and nothing is cut off.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from printing.barcodes import crossed, gs1_128, qr
from printing.errors import GlyphMissing, TextDoesNotFit
from printing.fitting import SMALLEST
from printing.fixed_forms import FieldBox, FormLayout
from printing.fonts import GOTHIC, MINCHO, Face
from printing.glyphs import NoGlyph, clusters, runs
from printing.ink_fonts import KEYS, Used, encode, ink_font

LEADING: Final = 1.25
CAP_MIDDLE: Final = 0.37  # how far under the middle of a line the baseline lies, in em
SLACK: Final = 0.05  # points
KEPT_TEXTS: Final = 4096

_DRAWN: Final[Mapping[str, Callable[[str, float, float, float, float], bytes]]] = {
    "gs1-128": gs1_128,
    "qr": qr,
    "crossed": crossed,
}


@dataclass(frozen=True)
class Piece:
    """A stretch of text in one face: its key, glyphs in hexadecimal, width in em."""

    key: str
    glyphs: bytes
    width: float


class Pen:
    """Writes sheets of one form, and remembers which glyphs they need."""

    def __init__(self, layout: FormLayout, labels: Mapping[str, str]) -> None:
        """`labels` are the Japanese names of the fields, for what is refused."""
        self._boxes = layout.boxes
        self._labels = labels
        self._kept: dict[tuple[Face, str], tuple[Piece, ...]] = {}
        self.used = Used()

    def sheet(self, fields: Mapping[str, Sequence[str]], person: str) -> bytes:
        """The operators of one sheet.

        Raises:
            GlyphMissing, TextDoesNotFit: with the person and the field.
        """
        drawn = [b"q /Ground Do Q"]
        texts: list[bytes] = []
        for box in self._boxes:
            lines = fields[box.field]
            if not lines:
                continue
            draw = _DRAWN.get(box.kind)
            if draw is not None:
                drawn.append(draw(lines[0], box.left, box.bottom, box.width, box.height))
            else:
                texts += self._text(box, lines, person)
        return b"\n".join([*drawn, b"BT", *texts, b"ET"])

    def _text(self, box: FieldBox, lines: Sequence[str], person: str) -> Iterator[bytes]:
        face = MINCHO if box.mincho else GOTHIC
        label = self._labels.get(box.field, box.field)
        try:
            set_lines, size = self._fitted(box, face, lines)
        except NoGlyph as missing:
            raise GlyphMissing(person, label, missing.cluster) from None
        if not set_lines:
            raise TextDoesNotFit(person, label)
        pitch = size * LEADING
        base = box.bottom + box.height / 2 + pitch * (len(set_lines) - 1) / 2 - size * CAP_MIDDLE
        for place, pieces in enumerate(set_lines):
            yield from _line(box, pieces, size, base - place * pitch)

    def _fitted(
        self, box: FieldBox, face: Face, lines: Sequence[str]
    ) -> tuple[list[tuple[Piece, ...]], float]:
        """The lines and the size at which they fit; no lines where they fit in no way."""
        if len(lines) <= box.lines:
            pieces = [self._pieces(face, line) for line in lines]
            size = min(box.size, box.width / max(1e-9, *map(_width, pieces)))
            if size >= box.size * SMALLEST and self._high(box, size, len(lines)):
                return pieces, size
        if len(lines) == 1 and box.lines > 1:
            size = box.size * SMALLEST
            for pair in _halves(lines[0]):
                pieces = [self._pieces(face, half) for half in pair]
                if max(map(_width, pieces)) * size <= box.width + SLACK and self._high(box, size, 2):
                    return pieces, size
        return [], 0.0

    def _high(self, box: FieldBox, size: float, count: int) -> bool:
        return size * (1 + (count - 1) * LEADING) <= box.height + SLACK

    def _pieces(self, face: Face, text: str) -> tuple[Piece, ...]:
        kept = self._kept.get((face, text))
        if kept is None:
            if len(self._kept) >= KEPT_TEXTS:
                self._kept.clear()
            kept = tuple(self._piece(run.face or face, run.text) for run in runs(text))
            self._kept[face, text] = kept
        return kept

    def _piece(self, face: Face, text: str) -> Piece:
        glyphs, width, used = encode(ink_font(face), text)
        self.used.add(KEYS[face], used)
        return Piece(KEYS[face], glyphs, width)


def _width(pieces: tuple[Piece, ...]) -> float:
    return sum(piece.width for piece in pieces)


def _line(box: FieldBox, pieces: tuple[Piece, ...], size: float, base: float) -> Iterator[bytes]:
    free = box.width - _width(pieces) * size
    left = box.left + {"center": free / 2, "right": free}.get(box.align, 0.0)
    for piece in pieces:
        yield b"/%b %.2f Tf 1 0 0 1 %.2f %.2f Tm <%b> Tj" % (
            piece.key.encode(),
            size,
            left,
            base,
            piece.glyphs,
        )
        left += piece.width * size


def _halves(text: str) -> Iterator[tuple[str, str]]:
    """The ways to break a text in two, at a space where there is one, the most even first."""
    words = text.replace("\u3000", " ").split(" ")
    parts, glue = (words, " ") if len(words) > 1 else (list(clusters(text)), "")
    cuts = sorted(range(1, len(parts)), key=lambda cut: abs(len(parts) - 2 * cut))
    return ((glue.join(parts[:cut]), glue.join(parts[cut:])) for cut in cuts)
