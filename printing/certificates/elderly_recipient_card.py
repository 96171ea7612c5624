"""高齢受給者証: the share of 70 to 74, where the city keeps it apart from the 資格確認書 (a setting).

国民健康保険法施行規則7条の4; contents: letters-and-certificates, section 3. Valid from 1 August (or the month
after 70) to 31 July.
"""

from dataclasses import dataclass
from datetime import date

from printing.certificates.card import Card
from printing.letter import Issuer, MailingAddress, PrintedDocument
from printing.places import place


@dataclass(frozen=True, kw_only=True)
class ElderlyRecipientCard(PrintedDocument):
    """A household's letter with up to four cards a sheet."""

    document_number: str = place("文書番号")
    dated: date = place("文書の日付")
    recipient: MailingAddress = place("宛先")
    issuer: Issuer = place("発行者")
    cards: tuple[Card, ...] = place("高齢受給者証")
    with_back: bool = True
