"""Payment slips in one PDF with their letter (Ruling 4): the fixed form, drawn sheet by sheet.

A document that has `slip_form` and `slip_sheets` is followed by them. Letters are laid out by WeasyPrint;
the slips are drawn into the boxes of the form, laid out once.
"""

import io
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import fields, replace
from typing import Any, Final

import pikepdf
from pikepdf import Name

from printing import archive
from printing.collection.payment_slip import TITLE, PaymentSlip
from printing.fixed_forms import FormLayout
from printing.growing_pdf import GrowingPdf, base_of
from printing.ink import Pen
from printing.places import label_of

LABELS: Final = {field.name: label_of(field) for field in fields(PaymentSlip)}
LEVEL: Final = 3
LayOut = Callable[[object], FormLayout]


def slips_of(document: Any) -> tuple[PaymentSlip, ...]:
    """The slips that follow a document; none for most."""
    found: tuple[PaymentSlip, ...] = getattr(document, "slip_sheets", ())
    return found if getattr(document, "slip_form", None) is not None else ()


def form_of(document: Any) -> object:
    """The form of a document's slips, moved and marked as the document is."""
    return replace(document.slip_form, tray=document.tray, demo=document.demo)


def bind(letters: bytes | None, documents: Sequence[object], sides: Sequence[int], lay_out: LayOut) -> bytes:
    """Put the slips of each document behind its pages; `sides` says how many pages each has in `letters`.

    Raises:
        GlyphMissing, TextDoesNotFit: with the person and the field of the slip.
    """
    slips: dict[object, list[PaymentSlip]] = {}
    for document in documents:
        if mine := slips_of(document):
            slips.setdefault(form_of(document), []).extend(mine)
    target = io.BytesIO()
    with ExitStack() as opened, pikepdf.new() as whole:
        drawn = {
            form: iter(opened.enter_context(pikepdf.open(io.BytesIO(_draw(lay_out(form), of)))).pages)
            for form, of in slips.items()
        }
        source = opened.enter_context(pikepdf.open(io.BytesIO(letters))) if letters else None
        pages = iter(source.pages) if source is not None else iter(())
        for document, count in zip(documents, sides, strict=True):
            whole.pages.extend(_next(pages, count))
            if mine := slips_of(document):
                whole.pages.extend(_next(drawn[form_of(document)], len(mine)))
        titled = source is not None and Name.Title in source.docinfo
        archive.make_archival(whole, str(source.docinfo[Name.Title]) if source and titled else TITLE)
        whole.save(target, **archive.settings())
    return target.getvalue()


def _next(pages: Iterator[Any], count: int) -> list[Any]:
    return [next(pages) for _ in range(count)]


def _draw(layout: FormLayout, slips: Sequence[PaymentSlip]) -> bytes:
    pen = Pen(layout, LABELS)
    drawn = [zlib.compress(pen.sheet(slip.fields(), slip.name), LEVEL) for slip in slips]
    target = io.BytesIO()
    pdf = GrowingPdf(target, base_of(layout, pen.used, TITLE), layout.width, layout.height)
    pdf.add_node(drawn)
    pdf.close()
    return target.getvalue()
