"""資格情報のお知らせ (資格情報通知書): an A4 sheet for each person, the lower right part to be cut out.

It decides nothing and is no certificate, so it bears no seal. Contents: letters-and-certificates,
section 3; text: section 8.9. Below 70 it has no expiry.
"""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from printing.certificates.card import Card
from printing.letter import Issuer, MailingAddress, PrintedDocument
from printing.wording import Paragraph


@dataclass(frozen=True, kw_only=True)
class EligibilityNotice(PrintedDocument):
    """The notices of a household, one sheet for each person."""

    document_number: Annotated[str, "文書番号"]
    dated: Annotated[date, "文書の日付"]
    recipient: Annotated[MailingAddress, "宛先"]
    issuer: Annotated[Issuer, "発行者"]
    cards: Annotated[tuple[Card, ...], "資格情報"]
    heading: Annotated[str, "表題"]
    paragraphs: Annotated[tuple[Paragraph, ...], "手紙の本文"]
    letter: Annotated[str, "文面"]
    text_version: Annotated[int, "文面の版"]
