"""高齢受給者証: the share of 70 to 74, where the city keeps it apart from the 資格確認書 (a setting).

国民健康保険法施行規則7条の4; contents: letters-and-certificates, section 3. Valid from 1 August (or the month
after 70) to 31 July.
"""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from printing.certificates.card import Card
from printing.letter import Issuer, MailingAddress, PrintedDocument
from printing.wording import Paragraph


@dataclass(frozen=True, kw_only=True)
class ElderlyRecipientCard(PrintedDocument):
    """A household's letter with up to four cards a sheet."""

    document_number: Annotated[str, "文書番号"]
    dated: Annotated[date, "文書の日付"]
    recipient: Annotated[MailingAddress, "宛先"]
    issuer: Annotated[Issuer, "発行者"]
    cards: Annotated[tuple[Card, ...], "高齢受給者証"]
    heading: Annotated[str, "表題"]
    paragraphs: Annotated[tuple[Paragraph, ...], "手紙の本文"]
    letter: Annotated[str, "文面"]
    text_version: Annotated[int, "文面の版"]
    with_back: bool = True
