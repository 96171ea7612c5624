"""資格確認書: cards to be peeled off a carrier sheet, one letter for a household.

国民健康保険法9条; contents: letters-and-certificates, section 3; text of the letter: section 8.8.
"""

from dataclasses import dataclass
from datetime import date

from printing.certificates.card import Card
from printing.letter import Issuer, MailingAddress, PrintedDocument
from printing.places import place


@dataclass(frozen=True, kw_only=True)
class EligibilityCertificate(PrintedDocument):
    """A household's letter with up to four cards a sheet; the back is laid for printing on both sides."""

    document_number: str = place("文書番号")
    dated: date = place("文書の日付")
    recipient: MailingAddress = place("宛先")
    issuer: Issuer = place("発行者")
    cards: tuple[Card, ...] = place("資格確認書")
    with_back: bool = True
