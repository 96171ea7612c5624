"""納付書 of one household without the notice: single ones, behind a sheet with the address.

It decides nothing, so it bears no seal (requirement D3; letters-and-certificates, section 1).
"""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from printing.collection.payment_slip import PaymentSlip, PaymentSlipForm
from printing.letter import Issuer, MailingAddress, PrintedDocument
from printing.premium.premium_notice import numbered


@dataclass(frozen=True, kw_only=True)
class PaymentSlips(PrintedDocument):
    """Slips that are handed over or posted by themselves; `assessment` is the id of the run."""

    dated: Annotated[date, "作成日"]
    recipient: Annotated[MailingAddress, "宛先"]
    issuer: Annotated[Issuer, "担当"]
    notice_number: Annotated[str, "通知書番号"]
    fiscal_year: Annotated[str, "年度"]
    payer: Annotated[str, "納付義務者"]
    slip_form: Annotated[PaymentSlipForm, "納付書の様式"]
    slips: Annotated[tuple[PaymentSlip, ...], "納付書"]
    assessment: Annotated[int, "賦課"] = 0

    @property
    def pages(self) -> int:
        """The sheet with the address and the slips."""
        return 1 + len(self.slips)

    @property
    def slip_sheets(self) -> tuple[PaymentSlip, ...]:
        """The slips, each with its page."""
        return numbered(self.slips, self.notice_number, 1, self.pages)
