"""Our faces for text that is written straight into a PDF: glyphs, widths, and the subset of a run.

Text is written as two bytes a glyph (Identity-H); the glyph numbers of the font file are kept, so that pages
can be written before it is known which glyphs a run needs.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Final

import pikepdf
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream

from printing.fonts import GOTHIC, MINCHO, RARE, VARIANTS, Face, FontFileMissing, find_file
from printing.glyphs import clusters

KEYS: Final[Mapping[Face, str]] = {GOTHIC: "G", MINCHO: "N", RARE: "R", VARIANTS: "V"}
_KEPT_TABLES: Final = ("glyf", "loca", "head", "hhea", "hmtx", "maxp", "cvt ", "fpgm", "prep")
_LINES_A_BLOCK: Final = 100


@dataclass(frozen=True)
class InkFont:
    """The glyph of each character (and variation sequence) of a face, and the widths in em."""

    face: Face
    glyphs: Mapping[str, tuple[int, float]]

    def glyph_of(self, cluster: str) -> tuple[int, float]:
        """The number and width of the glyph of a character; a selector that the face lacks is left out."""
        found = self.glyphs.get(cluster)
        return found if found is not None else self.glyphs[cluster[0]]


@dataclass
class Used:
    """Which glyphs a run has written, and for which text, by face."""

    glyphs: dict[str, dict[int, str]] = field(default_factory=dict)

    def add(self, key: str, glyphs: Mapping[int, str]) -> None:
        """Remember the glyphs of a text."""
        self.glyphs.setdefault(key, {}).update(glyphs)


@cache
def ink_font(face: Face) -> InkFont:
    """Read a face once per process.

    Raises:
        FontFileMissing: its file is not installed.
    """
    with _open(face) as font:
        em, metrics, order = font["head"].unitsPerEm, font["hmtx"], font.getReverseGlyphMap()
        best = font.getBestCmap()
        glyphs = {chr(point): (order[name], metrics[name][0] / em) for point, name in best.items()}
        for table in font["cmap"].tables:
            for selector, pairs in (table.uvsDict if table.format == 14 else {}).items():
                for point, name in pairs:
                    own = name or best.get(point)
                    if own:
                        glyphs[chr(point) + chr(selector)] = (order[own], metrics[own][0] / em)
    return InkFont(face, glyphs)


def _open(face: Face) -> TTFont:
    path = find_file(face)
    if path is None:
        raise FontFileMissing(face)
    return TTFont(path, lazy=True, recalcTimestamp=False)  # the same glyphs, the same bytes


def encode(font: InkFont, text: str) -> tuple[bytes, float, dict[int, str]]:
    """A text as glyph numbers in hexadecimal, its width in em, and the glyphs that it needs."""
    parts, width, used = [], 0.0, {}
    for cluster in clusters(text):
        glyph, advance = font.glyph_of(cluster)
        parts.append(b"%04X" % glyph)
        width += advance
        used[glyph] = cluster
    return b"".join(parts), width, used


def embed(pdf: Pdf, used: Used) -> Dictionary:
    """The fonts of a run as a dictionary of resources, each with the glyphs it needs."""
    fonts = Dictionary()
    for face, key in KEYS.items():
        glyphs = used.glyphs.get(key)
        if glyphs:
            fonts[f"/{key}"] = _font(pdf, ink_font(face), key, glyphs)
    return fonts


def _font(pdf: Pdf, font: InkFont, key: str, glyphs: Mapping[int, str]) -> Object:
    program = subset_of(font.face, sorted(glyphs))
    with TTFont(io.BytesIO(program), lazy=True) as own:
        scale = 1000 / own["head"].unitsPerEm
        box = [round(own["head"].__dict__[side] * scale) for side in ("xMin", "yMin", "xMax", "yMax")]
        rise, fall = round(own["hhea"].ascent * scale), round(own["hhea"].descent * scale)
        widths = _widths(own, sorted(glyphs), scale)
    name = Name(f"/INK{key * 3}+{font.face.family.replace(' ', '')}")
    file = Stream(pdf, program)
    file["/Length1"] = len(program)
    descriptor = Dictionary(
        Type=Name.FontDescriptor,
        FontName=name,
        Flags=4,
        FontBBox=Array(box),
        ItalicAngle=0,
        Ascent=rise,
        Descent=fall,
        CapHeight=rise,
        StemV=80,
        FontFile2=pdf.make_indirect(file),
    )
    system = Dictionary(Registry=pikepdf.String("Adobe"), Ordering=pikepdf.String("Identity"), Supplement=0)
    descendant = Dictionary(
        Type=Name.Font,
        Subtype=Name.CIDFontType2,
        BaseFont=name,
        CIDSystemInfo=system,
        FontDescriptor=pdf.make_indirect(descriptor),
        DW=1000,
        W=Array(widths),
        CIDToGIDMap=Name.Identity,
    )
    whole = Dictionary(
        Type=Name.Font,
        Subtype=Name.Type0,
        BaseFont=name,
        Encoding=Name("/Identity-H"),
        DescendantFonts=Array([pdf.make_indirect(descendant)]),
        ToUnicode=pdf.make_indirect(Stream(pdf, _to_unicode(glyphs))),
    )
    return pdf.make_indirect(whole)


def _widths(font: TTFont, glyphs: list[int], scale: float) -> list[object]:
    metrics, order = font["hmtx"], font.getGlyphOrder()
    widths: list[object] = []
    for glyph in glyphs:
        widths += [glyph, Array([round(metrics[order[glyph]][0] * scale)])]
    return widths


def subset_of(face: Face, glyphs: list[int]) -> bytes:
    """The font file with the shapes of these glyphs alone, at their own numbers."""
    options = Options()
    options.retain_gids = True
    options.notdef_outline = True
    options.glyph_names = False
    options.hinting = False
    options.layout_features = []
    with _open(face) as font:
        order = font.getGlyphOrder()
        options.drop_tables += [tag for tag in font.keys() if tag not in _KEPT_TABLES and tag != "GlyphOrder"]  # noqa: SIM118 - a font is no mapping
        subsetter = Subsetter(options)
        subsetter.populate(glyphs=[order[glyph] for glyph in glyphs])
        subsetter.subset(font)
        target = io.BytesIO()
        font.save(target)
    return target.getvalue()


def _to_unicode(glyphs: Mapping[int, str]) -> bytes:
    lines = [f"<{glyph:04X}> <{text.encode('utf-16-be').hex()}>" for glyph, text in sorted(glyphs.items())]
    blocks = []
    for start in range(0, len(lines), _LINES_A_BLOCK):
        block = lines[start : start + _LINES_A_BLOCK]
        blocks.append(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar\n")
    return (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Ink def /CMapType 2 def\n"
        "1 begincodespacerange <0000> <FFFF> endcodespacerange\n" + "".join(blocks) + "endcmap end end\n"
    ).encode()
