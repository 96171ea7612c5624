"""不備通知: what a notification still lacks, and until when (letters-and-certificates, section 7).

It decides nothing: 公印省略.
"""

from dataclasses import dataclass
from datetime import date

from printing.letter import Issuer, MailingAddress, PrintedDocument
from printing.notifications.papers import MissingPaper
from printing.places import place


@dataclass(frozen=True, kw_only=True)
class MissingPapersNotice(PrintedDocument):
    """A letter to the notifier with the papers to send in."""

    document_number: str = place("文書番号")
    dated: date = place("文書の日付")
    recipient: MailingAddress = place("宛先")
    issuer: Issuer = place("発行者")
    reception_number: str = place("受付番号")
    received_on: date = place("受付日")
    procedure: str = place("届出の種類")
    items: tuple[MissingPaper, ...] = place("足りない書類")
    answer_until: date = place("提出期限")
    remark: str = place("備考", default="")
