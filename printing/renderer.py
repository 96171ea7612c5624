"""The only WeasyPrint code: a document, or many, become PDF bytes.

Order of a print: ★ places, Individual Number, glyphs, layout, overflow, fonts, bytes. Any doubt on the
way refuses the print (`printing.errors`), a warning of WeasyPrint included. Nothing is fetched: not a
file, not an address (security.md, findings 7 and 8); values reach the templates escaped. The same
document gives the same bytes.
"""

import logging
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import groupby, islice
from threading import Lock
from typing import Any, Final
from xml.etree import ElementTree as ET

from weasyprint import CSS, HTML, Document, Page
from weasyprint.document import DocumentMetadata
from weasyprint.logger import LOGGER
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher

from printing.checks import check
from printing.documents import DocumentKind, kind_of
from printing.errors import PrintRefused, TextDoesNotFit
from printing.fixed_forms import FORMS, PIXEL, FieldBox, FormKind, FormLayout, boxes_of
from printing.fonts import FACES, Face
from printing.glyphs import check_glyphs
from printing.overflow import check_page
from printing.overlay import Leaf, compose, join, own_font_names
from printing.slip_sheets import bind, slips_of
from printing.templates import INK_MARK, SHEET_MARK, stylesheet, template

__all__ = [
    "INK_MARK",
    "SHEET_MARK",
    "check",
    "check_glyphs",
    "faces_not_taken",
    "lay_out_form",
    "render",
    "render_many",
]

PAGES_PER_PDF: Final = 50  # WeasyPrint keeps about 1.4 MB a page (stack.md, section 3.2)
DOCUMENTS_PER_LAYOUT: Final = 25
GROUNDS_KEPT: Final = 64

_LOCK: Final = Lock()  # Pango's font map is shared and not thread-safe
_GROUNDS: Final[OrderedDict[tuple[str, str], bytes]] = OrderedDict()


@dataclass(frozen=True)
class _Side:
    """One side of paper: its finished ground and the laid-out ink, if there is any."""

    ground: bytes
    ink: Page | None


class _Warnings(logging.Handler):
    """Collects what WeasyPrint warns of; the text may hold a person's data and goes to no log."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


@cache
def _font_configuration() -> FontConfiguration:
    return FontConfiguration()


@cache
def _fetcher() -> URLFetcher:
    return URLFetcher(allowed_protocols={"data"}, allow_redirects=False, fail_on_errors=True)


def grounds_kept() -> list[str]:
    """The kinds of documents whose grounds are laid out already."""
    return sorted({kind for kind, _ in _GROUNDS})


def is_refused(address: str) -> bool:
    """Whether a document that names this address cannot make us read it."""
    try:
        _fetcher().fetch(address)
    except ValueError:
        return True
    return False


@cache
def _stylesheet(names: tuple[str, ...]) -> CSS:
    return CSS(string=stylesheet(names), url_fetcher=_fetcher(), font_config=_font_configuration())


def render(document: object, *, preview: bool = False) -> bytes:
    """Print one document. A preview bears 見本・無効 across each page and differs in nothing else."""
    return render_many([document], preview=preview)


def render_many(documents: Sequence[object], *, preview: bool = False) -> bytes:
    """Print documents in the order given as one PDF; one that cannot be printed refuses the run."""
    if not documents:
        raise PrintRefused(
            "print.nothing",
            "印刷するものがありません。印刷する証や通知を選んでから、もう一度押してください。",
        )
    for document in documents:
        check(document)
    sides: list[int] = []
    with _LOCK, _warnings_refused():
        parts = list(_pdf_parts(documents, sides, preview=preview))
    letters = join(parts) if len(parts) > 1 else (parts[0] if parts else None)
    if letters is not None and not any(map(slips_of, documents)):
        return letters
    return bind(letters, documents, sides, lambda form: _form_layout(form, preview=preview))


@contextmanager
def _warnings_refused() -> Iterator[None]:
    handler, propagate = _Warnings(), LOGGER.propagate
    LOGGER.addHandler(handler)
    LOGGER.propagate = False
    try:
        yield
    finally:
        LOGGER.removeHandler(handler)
        LOGGER.propagate = propagate
    if handler.messages:
        raise PrintRefused(
            "print.warning",
            "印刷の途中で、書体又は様式についての警告が出たため、印刷を止めました。"
            "紙に正しく出ないおそれがあります。管理者に連絡してください。",
            handler.messages,
        )


@lru_cache(maxsize=8)
def _form_layout(form: object, *, preview: bool) -> FormLayout:
    ground, size, boxes = lay_out_form(form, preview=preview)
    return FormLayout(ground, *size, tuple(boxes))


def _pdf_parts(documents: Sequence[object], counted: list[int], *, preview: bool) -> Iterator[bytes]:
    title = " ".join(dict.fromkeys(kind_of(document).title_ja for document in documents))
    sides = _sides(documents, counted, preview=preview)
    while part := list(islice(sides, PAGES_PER_PDF)):
        inked = [side.ink for side in part if side.ink is not None]
        leaves = [Leaf(side.ground, side.ink is not None) for side in part]
        yield compose(_write(inked) if inked else None, leaves, title)


def _sides(documents: Sequence[object], counted: list[int], *, preview: bool) -> Iterator[_Side]:
    for kind, group in groupby(documents, key=kind_of):
        while batch := list(islice(group, DOCUMENTS_PER_LAYOUT)):
            yield from _sides_of(kind, batch, counted, preview=preview)


def _sides_of(
    kind: DocumentKind, documents: Sequence[object], counted: list[int], *, preview: bool
) -> Iterator[_Side]:
    """Lay out the ink of documents of one kind together, each over the ground of its sheet.

    `counted` takes how many sides each document has.
    """
    source = template(kind.template)
    written = [source.render(doc=one, preview=preview).split(SHEET_MARK)[1:] for one in documents]
    counted += map(len, written)
    sheets = [sheet.partition(INK_MARK) for of_one in written for sheet in of_one]
    pages = iter(_lay_out(kind, [ink for _, _, ink in sheets if ink.strip()]))
    for ground, _, ink in sheets:
        yield _Side(_ground(kind, ground), next(pages) if ink.strip() else None)


def _ground(kind: DocumentKind, html: str) -> bytes:
    """Return the finished ground of a sheet; the last ones used are kept."""
    key = (kind.name, html)
    ground = _GROUNDS.pop(key, None) or own_font_names(_write(_lay_out(kind, [html])))
    _GROUNDS[key] = ground
    if len(_GROUNDS) > GROUNDS_KEPT:
        _GROUNDS.popitem(last=False)
    return ground


def lay_out_form(form: object, *, preview: bool = False) -> tuple[bytes, tuple[float, float], list[FieldBox]]:
    """Lay out a fixed form: its page, its size in points, and the boxes of its fields."""
    kind = FORMS[type(form)]
    check_glyphs(form)
    sheet = template(kind.template).render(doc=form, preview=preview).split(SHEET_MARK)[1]
    with _LOCK, _warnings_refused():
        (page,) = _lay_out(kind, [sheet.partition(INK_MARK)[0]])
        ground = own_font_names(_write([page]))
    size = (page.width * PIXEL, page.height * PIXEL)
    return ground, size, boxes_of(page._page_box)  # noqa: SLF001 - as in `_lay_out`


def _lay_out(kind: DocumentKind | FormKind, sheets: list[str]) -> list[Page]:
    if not sheets:
        return []
    document = _source(f'<html lang="ja"><body>{"".join(sheets)}</body></html>').render(
        font_config=_font_configuration(), stylesheets=[_stylesheet(kind.stylesheets)]
    )
    if len(document.pages) != len(sheets):
        raise TextDoesNotFit(kind.title_ja, "用紙")
    for page in document.pages:
        check_page(page._page_box, kind.title_ja)  # noqa: SLF001 - the boxes have no public door (stack.md, 3.4)
    return list(document.pages)


def _source(xhtml: str) -> HTML:
    """Read our own well-formed XHTML with the C parser: the HTML5 parser takes a tenth of a print."""
    source = HTML(string="<html/>", url_fetcher=_fetcher(), base_url=None)
    tree = ET.fromstring(xhtml)  # noqa: S314 - written by our templates, every value escaped
    source.wrapper_element = type(source.wrapper_element).from_html_root(tree, content_language=None)
    source.etree_element = source.wrapper_element.etree_element
    return source


def _write(pages: list[Page]) -> bytes:
    metadata = DocumentMetadata(lang="ja")  # nothing of a person
    document = Document(pages, metadata, _fetcher(), _font_configuration(), {}, None)
    return bytes(document.write_pdf(finisher=_check_fonts, uncompressed_pdf=True))


def _check_fonts(document: Document, _pdf: Any) -> None:
    """Prove that every font taken is one of ours: a missing one is replaced silently otherwise."""
    taken = {font.family for font in document.fonts.values()}
    foreign = taken - {face.family for face in FACES}
    if foreign:
        raise PrintRefused(
            "print.font_missing",
            "印刷用の書体が入っていないため、印刷を止めました。管理者に連絡してください"
            f"(代わりに使われた書体:{'、'.join(sorted(foreign))})。",
            sorted(foreign),
        )


def faces_not_taken() -> list[Face]:
    """Return the faces that a trial print does not take, whatever their files say (start-up check)."""
    spans = "".join(f"<p style='font-family:\"{face.family}\"'>見</p>" for face in FACES)
    with _LOCK, _warnings_refused():
        document = _source(f"<html><body>{spans}</body></html>").render(font_config=_font_configuration())
        document.write_pdf()
    taken = {font.family for font in document.fonts.values()}
    return [face for face in FACES if face.family not in taken]
