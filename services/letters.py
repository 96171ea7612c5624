"""Letters whose text is data: filled from a case, asked for in the transaction of the deed (C3, C4)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from models.document import PrintRequest
from models.notification import Notification
from models.person import list_current
from printing.letter_texts import LETTERS
from printing.notifications.notice_letter import NoticeLetter
from rules.eras import format_long
from services import city, letter_texts, print_requests
from services.case_letters import addressee
from services.context import Context
from services.errors import NotFound
from services.notifications import title_of
from services.numbering import document_numbers
from services.print_requests import POST, Recipient

Values = dict[str, str]


class LetterUnknown(NotFound):
    """A definition asks for a letter that there is not."""

    code = "letter_unknown"


def ask(
    ctx: Context,
    notification: Notification,
    slug: str,
    household_id: int,
    person_id: int,
    until: date,
) -> PrintRequest:
    """Ask for a letter about one person of a household, in the words of the version in force.

    It goes to the head of the household; somebody under a protective measure gets it himself.

    Raises:
        LetterUnknown: there is no such letter.
    """
    if slug not in LETTERS:
        raise LetterUnknown(
            "この手続の定義が、用意されていない文面を指しています。管理者に知らせてください。",
            "The definition names a letter that there is not. Tell an administrator.",
        )
    entry: Mapping[str, Any] = {"household_id": household_id, "persons": [{"person_id": person_id}]}
    recipient = addressee(ctx, notification, entry)
    content = _content(ctx, notification, slug, person_id, recipient, until)
    title = f"{LETTERS[slug].title_ja} {recipient.address.name}"
    return print_requests.ask_for(
        ctx, "notice_letter", content, title, notification, recipient, POST, person_id
    )


def _content(
    ctx: Context,
    notification: Notification,
    slug: str,
    person_id: int,
    recipient: Recipient,
    until: date,
) -> NoticeLetter:
    settings = city.settings_on(ctx.session, ctx.today)
    text = letter_texts.in_force(ctx, slug)
    values: Values = {
        "氏名": list_current(ctx.session, [person_id])[person_id].name,
        "世帯主": recipient.address.name,
        "届出": title_of(ctx, notification),
        "受付番号": notification.number,
        "受付日": format_long(notification.received_on),
        "期限": format_long(until),
        "担当課": settings.issuer.section,
        "電話": settings.issuer.telephone,
    }
    return NoticeLetter(
        document_number=document_numbers(ctx.session, 1, settings)[0],
        dated=ctx.today,
        recipient=recipient.address,
        issuer=settings.issuer,
        heading=text.heading,
        paragraphs=LETTERS[slug].fill(text.body, values),
        letter=slug,
        text_version=text.version,
    )
