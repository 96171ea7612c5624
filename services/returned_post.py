"""A certificate that came back undelivered: its household is told by letter how to get it (H29).

The certificate itself goes by mail that is not forwarded; the letter is ordinary post, and says nothing of
the contents of the certificate.
"""

from __future__ import annotations

from sqlalchemy import select

from models.audit.tags import Tag
from models.certificate import KINDS, Certificate, CertificateEvent, last_events
from models.document import PrintRequest
from models.person import list_current
from printing.notifications.notice_letter import NoticeLetter
from rules.eras import format_long
from services import audit, city, handing_over, letter_words, print_requests
from services.case_letters import head_of
from services.context import JST, Context
from services.errors import RuleBroken
from services.numbering import document_numbers
from services.print_requests import POST, Recipient

LETTER = "certificate_came_back"
DOCUMENT = "notice_letter"


class DidNotComeBack(RuleBroken):
    """Only of a certificate that came back and still lies in the office is its household told."""

    code = "certificate_did_not_come_back"


class AlreadyAsked(RuleBroken):
    """The letter of this return was asked for before."""

    code = "letter_already_asked"


def ask(ctx: Context, certificate_id: int) -> PrintRequest:
    """Ask for the letter of a certificate that came back; once for each time that it does.

    Raises:
        NotFound: there is no such certificate.
        DidNotComeBack: it does not lie in the office undelivered.
        AlreadyAsked: the letter of this return was asked for.
    """
    row = handing_over.get(ctx, certificate_id, lock=True)
    event = _came_back(ctx, row)
    asked = find_asked(ctx, row, event)
    if asked is not None:
        raise AlreadyAsked(
            "この証のお受取りのお願いは、すでに作ってあります。印刷待ちの画面から刷ってください。",
            "The letter of this return was asked for already. Print it from the print queue.",
        )
    settings = city.settings_on(ctx.session, ctx.today)
    recipient = _recipient(ctx, row)
    content = _content(ctx, row, event, recipient, document_numbers(ctx.session, 1, settings)[0])
    title = f"戻った証のお受取りのお願い {recipient.address.name}"
    request = print_requests.ask_for(
        ctx, DOCUMENT, content, title, None, recipient, POST, row.person_id, row.household_id
    )
    audit.record(ctx, Tag.PRINT_ASKED, f"person:{row.person_id}", detail={"certificate": row.id})
    return request


def find_asked(ctx: Context, row: Certificate, event: CertificateEvent) -> PrintRequest | None:
    """The letter that was asked for since a certificate came back."""
    statement = select(PrintRequest).where(
        PrintRequest.household_id == row.household_id,
        PrintRequest.person_id == row.person_id,
        PrintRequest.document == DOCUMENT,
        PrintRequest.requested_at >= event.at,
        PrintRequest.state != "cancelled",
    )
    found = ctx.session.scalars(statement.order_by(PrintRequest.id))
    return next((one for one in found if one.payload.get("letter") == LETTER), None)


def _came_back(ctx: Context, row: Certificate) -> CertificateEvent:
    last = last_events(ctx.session, [row.id])[row.id]
    if last.kind != "undelivered":
        raise DidNotComeBack(
            f"証{row.serial}は、いま手元に戻っていません(状態は「{handing_over.state_of(ctx, row)}」です)。"
            "返戻を記録してから作ってください。",
            f"Certificate {row.serial} does not lie here undelivered. Record that it came back first.",
        )
    return last


def _recipient(ctx: Context, row: Certificate) -> Recipient:
    """The head of the household; the person himself under a protective measure, or where no head lives."""
    head_id = head_of(ctx, row.household_id) or row.person_id
    records = list_current(ctx.session, {row.person_id, head_id})
    alone = records[row.person_id].protective_measure or records[head_id].died_on is not None
    reader = row.person_id if alone else head_id
    return print_requests.recipients_of(ctx, [reader])[reader]


def _content(
    ctx: Context, row: Certificate, event: CertificateEvent, recipient: Recipient, number: str
) -> NoticeLetter:
    issuer = city.settings_on(ctx.session, ctx.today).issuer
    values = {
        "氏名": list_current(ctx.session, [row.person_id])[row.person_id].name,
        "宛名": recipient.address.name,
        "証": KINDS[row.kind][0],
        "証の番号": row.serial,
        "返戻日": format_long(event.at.astimezone(JST).date()),
        **letter_words.of_office(issuer),
    }
    return NoticeLetter(
        document_number=number,
        dated=ctx.today,
        recipient=recipient.address,
        issuer=issuer,
        **letter_words.in_force(ctx, LETTER, values),
    )
