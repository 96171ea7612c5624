"""One certificate and a hundred of them: CPU time of a warm process beside plain WeasyPrint (issue 2, Speed).

The baseline prints the same sheets from the same HTML with a font configuration of its own for each PDF, as
WeasyPrint's documentation shows. Aims: 80 ms in the base font, 200 ms with the fallback font, 100 in 5 s.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from statistics import median
from time import perf_counter, process_time

from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration

from benchmarks.figures import Figure, less_is_better
from printing.documents import kind_of
from printing.renderer import INK_MARK, SHEET_MARK, render, render_many
from printing.templates import stylesheet, template
from tests.printing.samples import card, eligibility_certificate, recipient

TIMES, BASELINE_TIMES, MANY = 40, 8, 100
RARE = "\U00020bb7\u7530"  # 𠮷田, whose first character is in the fallback font only
COMMON = "\u898b\u672c"
GIVEN = ("太郎", "花子", "一郎", "葵", "健", "梅", "翼", "希", "光", "桜")


def run() -> Iterator[Figure]:
    """CPU milliseconds of one certificate in each font, then seconds of a hundred in one PDF."""
    for name, family in (("base_font", COMMON), ("fallback_font", RARE)):
        documents = [_certificate(place, family) for place in range(TIMES)]
        _warm(documents[0])
        ours = _middle(render, documents)
        plain = _middle(_plain, documents[:BASELINE_TIMES])
        yield less_is_better(f"certificates.one.{name}", ours, "ms CPU", plain)
    many = [_certificate(place, COMMON) for place in range(MANY)]
    ours, peer = _spent(render_many, many), _spent(_plain_many, many)
    yield less_is_better("certificates.hundred", ours[0], "s", peer[0])
    yield less_is_better("certificates.hundred.cpu", ours[1], "s CPU", peer[1])


def _certificate(place: int, family: str) -> object:
    """Somebody's certificate; each differs in name, number and address."""
    name = f"{family} {GIVEN[place % len(GIVEN)]}"
    return eligibility_certificate(
        card(name=name, serial=f"2026-{place:07}", number=f"9{place:07}"),
        recipient=recipient(name=name, lines=(f"見本県見本市架空町{place + 1}番地",)),
    )


def _warm(document: object) -> None:
    """Load fonts and sheets before the clock runs, as in a process that has printed before."""
    render(document)
    _plain(document)


def _middle(deed: Callable[[object], object], documents: Sequence[object]) -> float:
    """The median CPU time of one document, in milliseconds."""
    spent = []
    for document in documents:
        begun = process_time()
        deed(document)
        spent.append((process_time() - begun) * 1000)
    return median(spent)


def _spent(deed: Callable[[Sequence[object]], object], documents: Sequence[object]) -> tuple[float, float]:
    """Seconds on the wall and of CPU."""
    begun = perf_counter(), process_time()
    deed(documents)
    return perf_counter() - begun[0], process_time() - begun[1]


def _plain(document: object) -> bytes:
    return _plain_many([document])


def _plain_many(documents: Sequence[object]) -> bytes:
    """The same sheets as one HTML, by WeasyPrint as it comes."""
    kind = kind_of(documents[0])
    fonts = FontConfiguration()
    source = template(kind.template)
    sheets = [
        sheet.replace(INK_MARK, "")
        for document in documents
        for sheet in source.render(doc=document, preview=False).split(SHEET_MARK)[1:]
    ]
    pages = "".join(f'<div class="page">{sheet}</div>' for sheet in sheets)
    laid = CSS(string=stylesheet(kind.stylesheets) + PLAIN, font_config=fonts)
    html = HTML(string=f'<html lang="ja"><body>{pages}</body></html>')
    return bytes(html.write_pdf(stylesheets=[laid], font_config=fonts))


PLAIN = """
.page { position: relative; width: 210mm; height: 297mm; break-after: page }
.page .sheet { position: absolute; left: 0; top: 0; break-before: auto }
"""
