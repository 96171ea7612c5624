"""Payment slips of a household out of its assessment: one for each instalment that is to be paid (D3)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from rules.calendar_months import add_months
from rules.collection.qr_payload import QrLayoutWrong, payload
from rules.periods import month_end
from services.errors import RuleBroken
from services.slip_files import STORE_LIMIT, SlipWrong, form_with, slip_of

if TYPE_CHECKING:
    from models.assessment import AssessmentRun
    from printing.collection.payment_slip import PaymentSlip, PaymentSlipForm
    from printing.letter import MailingAddress
    from rules.law import Law
    from services.assessing.household_page import Told
    from services.city import Settings

LATE: Final = 0  # the number of the instalment after the regular ones


class SlipCannotBe(RuleBroken):
    """What is to be paid fits on no slip: its amount, or who pays it."""

    code = "slip_cannot_be"


@dataclass(frozen=True)
class Due:
    """One instalment: its number (`LATE` for the one after the last), its day (inclusive), whole yen."""

    number: int
    due_on: date
    yen: int

    @property
    def name(self) -> str:
        return f"第{self.number}期" if self.number else "随時"


@dataclass(frozen=True)
class Payer:
    """Who pays, and where letters reach him."""

    name: str
    address: MailingAddress


@dataclass(frozen=True)
class SlipLaw:
    """What slips need of law and city: read once for many households."""

    law: Law
    settings: Settings
    dated: date

    def form(self) -> PaymentSlipForm:
        """The form of the city, as its settings stand."""
        return form_with(
            lambda name: self.settings.text(name.removeprefix("municipal/")),
            self.law.on(self.dated).integer(STORE_LIMIT),
            self.settings.issuer,
            demo=False,
        )


def dues_of(told: Told) -> Iterator[Due]:
    """The instalments of an assessment in their order, those of nothing among them; then what comes late.

    What is deducted from a pension is none of them.
    """
    for number, day in enumerate(told.due_dates, 1):
        yield Due(number, day, told.parts.regular[number - 1])
    if told.parts.late:
        yield Due(LATE, told.late_due_on, told.parts.late)


def notice_number(run: AssessmentRun, household_number: str) -> str:
    """The number of a decision: that of the run and of the household."""
    return f"{run.number}-{household_number}"


def slips_of(
    dues: Collection[Due],
    run: AssessmentRun,
    household_number: str,
    payer: Payer,
    law: SlipLaw,
    reissued: Mapping[str, int] | None = None,
) -> tuple[PaymentSlip, ...]:
    """A slip for each instalment above nothing. `reissued`: how often one was issued before, by its name.

    Raises:
        SlipCannotBe: an amount, a name or a number fits on no slip; which and why.
    """
    again = reissued or {}
    try:
        return tuple(
            slip_of(_data(due, run, household_number, payer, law, again.get(due.name, 0)), law.law)
            for due in dues
            if due.yen > 0
        )
    except SlipWrong as wrong:
        raise SlipCannotBe(
            f"{payer.name}さんの納付書を作れません。{wrong.message_ja}",
            f"A payment slip cannot be made ({wrong.where}). Look at amount, address and settings.",
        ) from wrong
    except QrLayoutWrong as wrong:
        raise SlipCannotBe(
            f"市の設定「collection/qr_layout」が正しくないため、納付書を作れません({wrong})。管理者に連絡してください。",
            f"The layout of the QR is wrong ({wrong}). Tell an administrator.",
        ) from wrong


def _data(
    due: Due, run: AssessmentRun, household_number: str, payer: Payer, law: SlipLaw, reissue: int
) -> dict[str, object]:
    months = int(law.settings.text("collection/handling_months"))
    until = month_end(add_months(max(due.due_on, law.dated).replace(day=1), months))
    place = payer.address
    lines = ["".join(place.lines), *([place.building] if place.building else [])]
    serial = run.number.rpartition("-")[2]
    told = {
        "notice_number": notice_number(run, household_number),
        "customer_number": f"{run.fiscal_year}{household_number:0>10}{serial:0>4}{due.number:02}",
        "fiscal_year": run.fiscal_year,
        "instalment": due.number or "随時",
        "amount": due.yen,
        "due_on": due.due_on.isoformat(),
        "pay_until": until.isoformat(),
    }
    qr = payload(law.settings.text("collection/qr_layout"), {name: str(one) for name, one in told.items()})
    own = {"payer_name": payer.name, "postal_code": place.postal_code, "address": lines, "reissue": reissue}
    return told | own | ({"qr": qr} if qr else {})
