"""限度額適用認定証: the class up to which a hospital charges, on application (施行規則27条の14の2).

Contents: letters-and-certificates, section 3. A postcard of 128 by 91 mm on its letter, one a person; the
back tells the limits of the class and when to give it back.
"""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from printing.certificates.card import Card
from printing.letter import Issuer, MailingAddress, PrintedDocument
from printing.wording import Paragraph


@dataclass(frozen=True, kw_only=True)
class CeilingCertificate(PrintedDocument):
    """A letter with one certificate a sheet, its back on the back."""

    document_number: Annotated[str, "文書番号"]
    dated: Annotated[date, "文書の日付"]
    recipient: Annotated[MailingAddress, "宛先"]
    issuer: Annotated[Issuer, "発行者"]
    cards: Annotated[tuple[Card, ...], "認定証"]
    heading: Annotated[str, "表題"]
    paragraphs: Annotated[tuple[Paragraph, ...], "手紙の本文"]
    letter: Annotated[str, "文面"]
    text_version: Annotated[int, "文面の版"]
    with_back: bool = True
