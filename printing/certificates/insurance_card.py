"""被保険者証: issued until 2024-12-01; printed now only as a view of a past record, never as a card.

Abolished by the law in force from 2024-12-02 (facts, 4.4). Every copy bears 過去の記録, no seal.
"""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from printing.certificates.card import Card
from printing.letter import Issuer, PrintedDocument


@dataclass(frozen=True, kw_only=True)
class InsuranceCard(PrintedDocument):
    """Copies of the cards of the past, up to four on a sheet."""

    dated: Annotated[date, "出力した日"]
    issuer: Annotated[Issuer, "発行者"]
    cards: Annotated[tuple[Card, ...], "被保険者証"]
