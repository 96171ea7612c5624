"""届出受付票: handed over when a notification was received; upper half for the person, lower for the city.

Contents: letters-and-certificates, section 7. It decides nothing, so it bears no seal.
"""

from dataclasses import dataclass
from datetime import datetime

from printing.letter import Issuer, PrintedDocument
from printing.notifications.papers import MissingPaper
from printing.places import place


@dataclass(frozen=True, kw_only=True)
class ReceptionSlip(PrintedDocument):
    """`received_at` is Japanese time as printed; `persons` are names as the office prints them."""

    reception_number: str = place("受付番号")
    received_at: datetime = place("受付日時")
    procedure: str = place("届出の種類")
    way: str = place("受付方法")
    notifier: str = place("届出人", default="")
    persons: tuple[str, ...] = place("対象の方")
    missing: tuple[MissingPaper, ...] = place("足りない書類", default=())
    next_steps: tuple[str, ...] = place("これからの流れ")
    clerk: str = place("受付者")
    issuer: Issuer = place("担当")
