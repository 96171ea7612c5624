"""資格情報のお知らせ (資格情報通知書): an A4 sheet for each person, the lower right part to be cut out.

It decides nothing and is no certificate, so it bears no seal. Contents: letters-and-certificates,
section 3; text: section 8.9. Below 70 it has no expiry.
"""

from dataclasses import dataclass
from datetime import date

from printing.certificates.card import Card
from printing.letter import Issuer, MailingAddress, PrintedDocument
from printing.places import place


@dataclass(frozen=True, kw_only=True)
class EligibilityNotice(PrintedDocument):
    """The notices of a household, one sheet for each person."""

    document_number: str = place("文書番号")
    dated: date = place("文書の日付")
    recipient: MailingAddress = place("宛先")
    issuer: Issuer = place("発行者")
    cards: tuple[Card, ...] = place("資格情報")
