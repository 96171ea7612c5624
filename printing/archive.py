"""What a PDF says of itself and carries with it, so that it is PDF/A-2b (ISO 19005-2), for the archive.

Fonts are embedded, nothing is encrypted, nothing of it lies elsewhere; here it gets its output intent (sRGB)
and its metadata. No date stands there: the same document gives the same bytes. That what we print keeps the
standard is held by the tests, with the rules of veraPDF as pikepdf carries them (issue 7, item 8).
"""

from typing import Any, Final
from xml.sax.saxutils import escape

import pikepdf
from pikepdf import Dictionary, Name, Pdf, Stream
from pikepdf.pdfa import prepare, resolve_save_kwargs

STANDARD: Final = "2b"
_PACKET: Final = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" \
xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<pdfaid:part>2</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>"""


def make_archival(pdf: Pdf, title: str) -> None:
    """Give a document its title, language, output intent and metadata; empty lists are taken off."""
    for held in pdf.objects:
        if isinstance(held, Dictionary | Stream) and "/Resources" in held:
            _drop_empty(held["/Resources"])
    prepare(pdf, STANDARD)
    pdf.Root.Lang = pikepdf.String("ja")
    packet = _PACKET.format(title=escape(title)).encode()
    pdf.Root.Metadata = pdf.make_stream(packet, Type=Name.Metadata, Subtype=Name.XML)
    for name in tuple(pdf.docinfo.keys()):
        del pdf.docinfo[name]
    pdf.docinfo[Name.Title] = title


def settings(**own: Any) -> dict[str, Any]:
    """How `Pdf.save` is asked, so that the bytes depend on the content alone and the standard is kept."""
    return resolve_save_kwargs(STANDARD, deterministic_id=True, **own)


def _drop_empty(resources: Any) -> None:
    """Take kinds of resources off that list nothing: patterns and shadings stand there on every page."""
    for name in list(resources):
        if isinstance(resources[name], Dictionary) and not len(resources[name]):
            del resources[name]
