"""A PDF of any number of pages, written as it grows: memory does not grow with it.

Every library at hand keeps its pages in memory until the end (pikepdf about 25 kB a page). What all pages
share is written by pikepdf; the pages follow as an incremental update (ISO 32000-1, 7.5.6): leaves of a tree
of two levels, each with its drawing operators.
"""

import hashlib
import io
from array import array
from collections.abc import Iterable
from typing import BinaryIO, Final

import pikepdf
from pikepdf import Dictionary, Name, Object, Pdf

from printing import archive
from printing.fixed_forms import FormLayout
from printing.ink_fonts import Used, embed

PAGES_A_NODE: Final = 500
SHARED: Final = Name("/KOKUHOSharedResources")  # qpdf takes what pages inherit off a tree without pages


def base_of(layout: FormLayout, used: Used, title: str) -> bytes:
    """A PDF without pages: the form and the fonts of the run, which all pages share."""
    target = io.BytesIO()
    with pikepdf.new() as pdf:
        fonts = embed(pdf, used)
        resources = Dictionary(XObject=Dictionary(Ground=_form(pdf, layout.ground)), Font=fonts)
        pdf.Root[SHARED] = pdf.make_indirect(resources)
        archive.make_archival(pdf, title)
        pdf.save(target, **archive.settings(object_stream_mode=pikepdf.ObjectStreamMode.disable))
    return target.getvalue()


def _form(pdf: Pdf, ground: bytes) -> Object:
    with pikepdf.open(io.BytesIO(ground)) as source:
        return pdf.copy_foreign(source.pages[0].as_form_xobject())


class GrowingPdf:
    """Adds pages to a base on a stream; `close` makes it whole."""

    def __init__(self, stream: BinaryIO, base: bytes, width: float, height: float) -> None:
        """Write the base; the size of the pages is in points."""
        with pikepdf.open(io.BytesIO(base)) as pdf:
            self._root, self._tree = pdf.Root.objgen[0], pdf.Root.Pages.objgen[0]
            self._resources = pdf.Root[SHARED].objgen[0]
            del pdf.Root[SHARED]
            self._catalog = pdf.Root.unparse(resolved=True)
            self._identity = bytes(pdf.trailer.ID[0])
            self._info = pdf.trailer.Info.objgen[0]
            self._next = self._first = len(pdf.objects) + 1
        self._before = int(base.rsplit(b"startxref", 1)[1].split()[0])
        self._size = width, height
        self._stream, self._at = stream, 0
        self._offsets = array("Q")
        self._nodes: list[tuple[int, int]] = []
        self._digest = hashlib.md5(base, usedforsecurity=False)
        self.pages = 0
        self._write(base)

    def add_node(self, contents: Iterable[bytes]) -> None:
        """Add pages by their drawing operators, deflated; they become one node of the tree."""
        node, kids = self._number(), []
        for content in contents:
            drawing, page = self._number(), self._number()
            self._object(
                drawing, b"<</Length %d/Filter/FlateDecode>>stream\n%b\nendstream" % (len(content), content)
            )
            self._object(
                page,
                b"<</Type/Page/Parent %d 0 R/Resources %d 0 R/Contents %d 0 R>>"
                % (node, self._resources, drawing),
            )
            kids.append(page)
        listed = b" ".join(b"%d 0 R" % kid for kid in kids)
        self._object(
            node, b"<</Type/Pages/Parent %d 0 R/Count %d/Kids[%b]>>" % (self._tree, len(kids), listed)
        )
        self._nodes.append((node, len(kids)))
        self.pages += len(kids)

    def close(self) -> None:
        """Write the root of the tree, the catalogue, the table of places and the trailer."""
        kids = b" ".join(b"%d 0 R" % node for node, _ in self._nodes)
        tree_at = self._at
        self._write(
            b"%d 0 obj\n<</Type/Pages/Count %d/Kids[%b]/MediaBox[0 0 %.2f %.2f]>>\nendobj\n"
            % (self._tree, self.pages, kids, *self._size)
        )
        catalog_at = self._at
        self._write(b"%d 0 obj\n%b\nendobj\n" % (self._root, self._catalog))
        table_at = self._at
        self._write(b"xref\n")
        for number, at in ((self._tree, tree_at), (self._root, catalog_at)):
            self._write(b"%d 1\n%010d 00000 n \n" % (number, at))
        self._write(b"%d %d\n" % (self._first, len(self._offsets)))
        for start in range(0, len(self._offsets), 10_000):
            self._write(b"".join(b"%010d 00000 n \n" % at for at in self._offsets[start : start + 10_000]))
        self._write(
            b"trailer\n<</Size %d/Root %d 0 R/Info %d 0 R/Prev %d/ID[<%b><%b>]>>\nstartxref\n%d\n%%%%EOF\n"
            % (
                self._next,
                self._root,
                self._info,
                self._before,
                self._identity.hex().encode(),
                self._digest.hexdigest().encode(),
                table_at,
            )
        )

    def _number(self) -> int:
        self._offsets.append(0)
        self._next += 1
        return self._next - 1

    def _object(self, number: int, body: bytes) -> None:
        self._offsets[number - self._first] = self._at
        self._write(b"%d 0 obj\n%b\nendobj\n" % (number, body))

    def _write(self, data: bytes) -> None:
        self._stream.write(data)
        self._digest.update(data)
        self._at += len(data)
