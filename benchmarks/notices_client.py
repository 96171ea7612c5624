"""`python -m benchmarks.notices_client ours|plain BUNDLES`: lays letters out, prints the figures as JSON.

A bundle has forty letters of two kinds of households. What is laid out once for all (fonts, grounds) is
warmed before the clock begins, on both ways.
"""

from __future__ import annotations

import io
import json
import resource
import sys
from collections.abc import Sequence
from time import process_time
from typing import Any

import pikepdf
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration

from printing.documents import kind_of
from printing.renderer import render_many
from printing.templates import INK_MARK, SHEET_MARK, stylesheet, template
from tests.printing import samples

OF_BUNDLE = 40


def main(way: str, bundles: int) -> None:
    """Print the figures."""
    lay_out = {"ours": render_many, "plain": Plain()}[way]
    lay_out(_letters(-1)[:2])
    begun, pages = process_time(), 0
    for bundle in range(bundles):
        with pikepdf.open(io.BytesIO(lay_out(_letters(bundle)))) as pdf:
            pages += len(pdf.pages)
    spent = process_time() - begun
    told = {
        "pages_a_second": pages / spent,
        "letters": OF_BUNDLE * bundles,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    sys.stdout.write(json.dumps(told) + "\n")


def _letters(bundle: int) -> list[object]:
    """Forty letters, each of a household of its own; every other one has a person fewer."""
    return [
        samples.premium_notice(
            notice_number=f"2026-0001-{bundle * OF_BUNDLE + place:010}",
            payer=f"見本 {place}郎",
            persons=samples.premium_notice().persons[place % 2 :],
        )
        for place in range(OF_BUNDLE)
    ]


class Plain:
    """WeasyPrint alone: ground and ink of each letter laid out anew, then the letters joined."""

    def __init__(self) -> None:
        """The fonts and the styles are read once."""
        self._fonts = FontConfiguration()
        self._styles: Any = None

    def __call__(self, documents: Sequence[object]) -> bytes:
        kind = kind_of(documents[0])
        self._styles = self._styles or CSS(string=stylesheet(kind.stylesheets), font_config=self._fonts)
        whole = io.BytesIO()
        with pikepdf.new() as joined:
            for document in documents:
                written = template(kind.template).render(doc=document, preview=False).split(SHEET_MARK)[1:]
                sheets = "".join(
                    f"{ground}{ink}" for ground, _, ink in (one.partition(INK_MARK) for one in written)
                )
                page = HTML(string=f'<html lang="ja"><body>{sheets}</body></html>')
                pdf = page.write_pdf(stylesheets=[self._styles], font_config=self._fonts)
                with pikepdf.open(io.BytesIO(pdf)) as letter:
                    joined.pages.extend(letter.pages[: len(written)])
            joined.save(whole)
        return whole.getvalue()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
