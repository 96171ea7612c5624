"""書類返却書: papers given back because they were not needed (assessment III-2; letters, section 7).

Below it the receipt that stays with the city when the papers are handed over at the counter.
"""

from dataclasses import dataclass
from datetime import date

from printing.letter import Issuer, MailingAddress, PrintedDocument
from printing.notifications.papers import ReturnedPaper
from printing.places import place


@dataclass(frozen=True, kw_only=True)
class PapersReturned(PrintedDocument):
    """A letter that goes with the papers; `way` is how they go back (窓口で手渡し, 郵送)."""

    document_number: str = place("文書番号")
    dated: date = place("文書の日付")
    recipient: MailingAddress = place("宛先")
    issuer: Issuer = place("発行者")
    reception_number: str = place("受付番号")
    received_on: date = place("受付日")
    procedure: str = place("届出の種類")
    items: tuple[ReturnedPaper, ...] = place("返却する書類")
    way: str = place("返却の方法")
