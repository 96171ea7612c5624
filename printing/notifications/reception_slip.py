"""届出受付票: handed over when a notification was received; upper half for the person, lower for the city.

Contents: letters-and-certificates, section 7. It decides nothing, so it bears no seal.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from printing.letter import Issuer, PrintedDocument
from printing.notifications.papers import MissingPaper


@dataclass(frozen=True, kw_only=True)
class ReceptionSlip(PrintedDocument):
    """`received_at` is Japanese time as printed; `persons` are names as the office prints them."""

    reception_number: Annotated[str, "受付番号"]
    received_at: Annotated[datetime, "受付日時"]
    procedure: Annotated[str, "届出の種類"]
    way: Annotated[str, "受付方法"]
    notifier: Annotated[str, "届出人"] = ""
    persons: Annotated[tuple[str, ...], "対象の方"]
    missing: Annotated[tuple[MissingPaper, ...], "足りない書類"] = ()
    next_steps: Annotated[tuple[str, ...], "これからの流れ"]
    clerk: Annotated[str, "受付者"]
    issuer: Annotated[Issuer, "担当"]
