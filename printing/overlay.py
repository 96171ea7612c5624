"""A sheet is a ground, laid out once, with the variable ink laid over it (Ruling 4).

The ground (labels, lines, notes, seal) holds nothing of a person, so its finished page is kept and every
sheet of a run shares one copy of it. Preview, single and mass print take this same way. pikepdf only.
"""

import hashlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import pikepdf
from pikepdf import Dictionary, Name, Object, Page, Pdf, Stream

from printing import archive

A4_POINTS: Final = (595.2756, 841.8898)
GROUND_NAME: Final = Name("/Ground")


@dataclass(frozen=True)
class Leaf:
    """One side of paper: the PDF page of its ground, and whether ink lies over it."""

    ground: bytes
    has_ink: bool


def own_font_names(pdf_bytes: bytes) -> bytes:
    """Give the subset fonts of a ground a tag of their own: two subsets must not share one name."""
    digest = hashlib.sha256(pdf_bytes).digest()
    tag = "".join(chr(65 + byte % 26) for byte in digest[:6])
    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf_bytes)) as pdf:
        for font in _fonts(pdf):
            _rename(font, tag)
        pdf.save(target, deterministic_id=True)
    return target.getvalue()


def _fonts(pdf: Pdf) -> Iterator[Object]:
    for item in pdf.objects:
        if isinstance(item, Dictionary) and item.get("/Type") in {Name.Font, Name.FontDescriptor}:
            yield item


def _rename(font: Object, tag: str) -> None:
    for key in ("/BaseFont", "/FontName"):
        if key in font:
            family = str(font[key]).partition("+")[2]
            font[key] = Name(f"/{tag}+{family}")
    for descendant in font.get("/DescendantFonts", ()):
        _rename(descendant, tag)


def compose(ink: bytes | None, leaves: Sequence[Leaf], title: str) -> bytes:
    """Lay the pages of ink, in order, over the grounds; a leaf without ink bears its ground alone."""
    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(ink)) if ink else pikepdf.new() as pdf:
        grounds: dict[bytes, Object] = {}
        for index, leaf in enumerate(leaves):
            if not leaf.has_ink:
                _insert_blank(pdf, index)
            if leaf.ground not in grounds:
                grounds[leaf.ground] = _form(pdf, leaf.ground)
            _underlay(pdf, pdf.pages[index], grounds[leaf.ground])
        archive.make_archival(pdf, title)
        pdf.save(target, **archive.settings())
    return target.getvalue()


def _insert_blank(pdf: Pdf, index: int) -> None:
    blank = Dictionary(Type=Name.Page, MediaBox=[0, 0, *A4_POINTS], Resources=Dictionary())
    pdf.pages.insert(index, Page(pdf.make_indirect(blank)))


def _form(pdf: Pdf, ground: bytes) -> Object:
    with pikepdf.open(io.BytesIO(ground)) as source:
        return pdf.copy_foreign(source.pages[0].as_form_xobject())


def _underlay(pdf: Pdf, page: Page, ground: Object) -> None:
    """Draw the ground before the ink; each page gets a resource dictionary of its own."""
    resources = _copy(page.obj, "/Resources")
    forms = _copy(resources, "/XObject")
    forms[GROUND_NAME] = ground
    resources["/XObject"] = forms
    page.obj["/Resources"] = resources
    page.contents_add(Stream(pdf, f"q {GROUND_NAME} Do Q\n".encode()), prepend=True)


def _copy(holder: Object, key: str) -> Object:
    fresh: Object = Dictionary()
    if key in holder:
        for name, value in holder[key].items():
            fresh[name] = value
    return fresh


def join(parts: Sequence[bytes]) -> bytes:
    """Put several PDFs in one, in order."""
    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(parts[0])) as whole:
        for part in parts[1:]:
            with pikepdf.open(io.BytesIO(part)) as more:
                whole.pages.extend(more.pages)
        whole.save(target, **archive.settings())
    return target.getvalue()
