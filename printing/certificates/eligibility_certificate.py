"""資格確認書: cards to be peeled off a carrier sheet, one letter for a household.

国民健康保険法9条; contents: letters-and-certificates, section 3; text of the letter: section 8.8.
"""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from printing.certificates.card import Card
from printing.letter import Issuer, MailingAddress, PrintedDocument
from printing.wording import Paragraph


@dataclass(frozen=True, kw_only=True)
class EligibilityCertificate(PrintedDocument):
    """A household's letter with up to four cards a sheet; the back is laid for printing on both sides."""

    document_number: Annotated[str, "文書番号"]
    dated: Annotated[date, "文書の日付"]
    recipient: Annotated[MailingAddress, "宛先"]
    issuer: Annotated[Issuer, "発行者"]
    cards: Annotated[tuple[Card, ...], "資格確認書"]
    heading: Annotated[str, "表題"]
    paragraphs: Annotated[tuple[Paragraph, ...], "手紙の本文"]
    letter: Annotated[str, "文面"]
    text_version: Annotated[int, "文面の版"]
    with_back: bool = True
