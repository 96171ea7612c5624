"""From a request to print to the sheet itself, and from sheets to one PDF (C3; letters, section 9).

Two steps, so that nothing slow stands in a transaction: `prepare` reads the record, `render` lays out. What
cannot be printed (a character without a glyph, an empty ★ place, a certificate that has ended meanwhile) is
set aside with its reason; the other sheets are printed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select

from models.certificate import ENDED, EVENTS, Certificate, CertificateEvent, last_events
from models.document import PrintRequest
from printing.checks import check
from printing.collection.payment_slip import PaymentSlip
from printing.documents import DOCUMENTS, kind_of
from printing.errors import PrintRefused
from printing.letter import MailingAddress, PrintedDocument, TrayOffset
from printing.press import render_many
from printing.slip_sheets import slips_of
from printing.templates import SHEET_MARK, template
from services import letter_words
from services.context import Context
from services.papers import from_plain

CARDS, PLAIN = "cards", "plain"
ON_CARRIER = frozenset({"eligibility_certificate", "elderly_recipient_card"})  # peel-off carrier sheets
WHY_NOT = {
    "print.glyph_missing": "A character has no shape in the fonts for print. Correct the name or address.",
    "print.content_missing": "A place that must be filled is empty. Complete the record.",
    "print.does_not_fit": "A text does not fit its place. Register a shorter form.",
    "print.name_too_long": "The name does not fit its place. Register a short form for certificates.",
    "print.too_long": "A text is too long to be printed.",
    "print.individual_number": "A text holds an Individual Number, which no letter may show.",
    "print.certificate_ended": "The certificate has ended meanwhile; it must not be printed.",
    "print.too_deep": "The sheet is nested too deeply. Nothing was printed; tell an administrator.",
    "print.too_much": "The print took more memory than it may. Nothing was printed; print fewer at a time.",
    "print.took_too_long": "The print took too long and was ended. Nothing came out; print fewer at a time.",
    "print.stopped": "The process that prints was ended. Nothing was printed; print again.",
    "print.failed": "An unexpected error ended the print. Nothing was printed; tell an administrator.",
    "print.unknown_document": "This version of the portal does not know the paper.",
}
NO_CODE = "***-****"
NOT_SHOWN = "(支援措置のため見本には表示しません)"
OTHERWISE = "The paper cannot be printed as it stands. Tell an administrator."


@dataclass(frozen=True)
class Dress:
    """How a desk prints: the offset of the tray for each use, and whether all data are invented."""

    demo: bool = False
    offsets: Mapping[str, TrayOffset] = field(default_factory=dict)


@dataclass(frozen=True)
class Sheet:
    """One paper ready for layout: its request, its content, the certificates on it."""

    request_id: int
    document: PrintedDocument
    certificate_ids: tuple[int, ...] = ()


@dataclass(frozen=True)
class Unprintable:
    """A paper that stays waiting, and why. The message may name the person: it is shown, never logged."""

    request_id: int
    code: str
    message_ja: str

    @property
    def message_en(self) -> str:
        return why_not(self.code)


@dataclass(frozen=True)
class Rendered:
    """One PDF with the sheets in it, in order, and what could not be printed; no PDF where nothing could."""

    pdf: bytes | None
    sheets: tuple[Sheet, ...]
    refused: tuple[Unprintable, ...]


def why_not(code: str) -> str:
    """The reason of a code in English; the Japanese message names person and place."""
    return WHY_NOT.get(code, OTHERWISE)


def tray_of(document_name: str) -> str:
    """For which use a document takes its paper: a carrier sheet with cards, or plain A4."""
    return CARDS if document_name in ON_CARRIER else PLAIN


def certificate_ids(request: PrintRequest) -> tuple[int, ...]:
    """The certificates that a request prints; none for other papers."""
    if request.certificate_id is None:
        return ()
    return tuple(request.payload.get("certificate_ids", [request.certificate_id]))


def prepare(
    ctx: Context, requests: Sequence[PrintRequest], dress: Dress
) -> tuple[list[Sheet], list[Unprintable]]:
    """Read the content of each request, in the order given."""
    ids = [one for request in requests for one in certificate_ids(request)]
    certificates = _certificates(ctx, ids)
    states = last_events(ctx.session, ids) if ids else {}
    ended = {one: row.kind for one, row in states.items() if row.kind in ENDED}
    sheets: list[Sheet] = []
    refused: list[Unprintable] = []
    for request in requests:
        try:
            sheets.append(_sheet(request, certificates, ended, dress))
        except PrintRefused as why:
            refused.append(Unprintable(request.id, why.code, why.message_ja))
    return sheets, refused


def as_printed(ctx: Context, requests: Sequence[PrintRequest], at: datetime) -> list[Sheet]:
    """The sheets of a run of the past: with the certificates that were printed then, ended since or not."""
    ids = [one for request in requests for one in certificate_ids(request)]
    certificates = _certificates(ctx, ids)
    statement = select(CertificateEvent.certificate_id).where(
        CertificateEvent.certificate_id.in_(ids),
        CertificateEvent.kind == "printed",
        CertificateEvent.at == at,
    )
    left_out = dict.fromkeys(set(ids) - set(ctx.session.scalars(statement)), "") if ids else {}
    return [_sheet(request, certificates, left_out, Dress()) for request in requests]


def _certificates(ctx: Context, ids: Sequence[int]) -> dict[int, Certificate]:
    if not ids:
        return {}
    return {row.id: row for row in ctx.session.scalars(select(Certificate).where(Certificate.id.in_(ids)))}


def render(
    sheets: Sequence[Sheet], refused: Sequence[Unprintable] = (), *, preview: bool = False
) -> Rendered:
    """Lay all sheets out as one PDF; those that cannot be printed are found and left out."""
    aside = list(refused)
    sound = [sheet for sheet in sheets if _is_sound(sheet, aside)]
    pdf = None
    while sound and pdf is None:
        try:
            pdf = render_many([sheet.document for sheet in sound], preview=preview)
        except PrintRefused:
            sound = _without_misfits(sound, aside)
    return Rendered(pdf, tuple(sound), tuple(aside))


def _is_sound(sheet: Sheet, aside: list[Unprintable]) -> bool:
    try:
        check(sheet.document)
    except PrintRefused as why:
        aside.append(Unprintable(sheet.request_id, why.code, why.message_ja))
        return False
    return True


def _without_misfits(sheets: Sequence[Sheet], aside: list[Unprintable]) -> list[Sheet]:
    """The sheets that can be laid out alone or with others; found by halves, so that one costs little."""
    try:
        render_many([sheet.document for sheet in sheets])
    except PrintRefused as why:
        if len(sheets) == 1:
            aside.append(Unprintable(sheets[0].request_id, why.code, why.message_ja))
            return []
        middle = len(sheets) // 2
        return [*_without_misfits(sheets[:middle], aside), *_without_misfits(sheets[middle:], aside)]
    return list(sheets)


def _sheet(
    request: PrintRequest, certificates: Mapping[int, Certificate], ended: Mapping[int, str], dress: Dress
) -> Sheet:
    if request.document not in DOCUMENTS:
        raise PrintRefused(
            "print.unknown_document", f"「{request.title}」の様式がありません。管理者に連絡してください。"
        )
    wanted = certificate_ids(request)
    printed = tuple(one for one in wanted if one not in ended)
    if wanted and not printed:
        raise PrintRefused(
            "print.certificate_ended",
            f"この証はすでに「{EVENTS[ended[wanted[0]]][0]}」となったため、印刷しません。印刷の依頼を取り消してください。",
        )
    content = dict(request.payload)
    if wanted:
        content["cards"] = [certificates[one].contents for one in printed]
    content = letter_words.complete(request.document, content)
    document: PrintedDocument = from_plain(DOCUMENTS[request.document].dataclass, content)
    return Sheet(request.id, dressed(document, dress), printed)


def without_places(document: PrintedDocument) -> PrintedDocument:
    """The same without where it goes, to be looked at: paper alone tells the place of somebody protected."""
    slips: tuple[PaymentSlip, ...] = getattr(document, "slips", ())
    if slips:
        holder: Any = document
        document = replace(
            holder, slips=tuple(replace(one, postal_code=NO_CODE, address=(NOT_SHOWN,)) for one in slips)
        )
    recipient: MailingAddress | None = getattr(document, "recipient", None)
    if recipient is None:
        return document
    bare = replace(recipient, postal_code=NO_CODE, lines=(NOT_SHOWN,), building="")
    with_recipient: Any = document
    shown: PrintedDocument = replace(with_recipient, recipient=bare)
    return shown


def dressed(document: PrintedDocument, dress: Dress) -> PrintedDocument:
    """The document as this desk prints it: moved by its tray's offset, marked when data are invented."""
    offset = dress.offsets.get(tray_of(kind_of(document).name), TrayOffset())
    return replace(document, tray=offset, demo=dress.demo)


def sides_of(document: object) -> int:
    """How many sides of paper a document takes, without laying it out."""
    source: Any = template(kind_of(document).template)
    return str(source.render(doc=document, preview=False)).count(SHEET_MARK) + len(slips_of(document))
