"""特別徴収開始・中止・仮徴収額決定通知書: what is deducted from a pension, in which months (letters, 4).

The same sheet tells that a deduction begins, that it ends, or what the provisional months take. Whole yen.
"""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from printing.letter import Issuer, MailingAddress, PrintedDocument


@dataclass(frozen=True, kw_only=True)
class PensionMonth:
    """One pension: its month, the day on which it is paid, yen that are taken from it."""

    month: Annotated[int, "月"]
    paid_on: Annotated[date, "年金の支払日"]
    kind: Annotated[str, "仮徴収・本徴収"]
    yen: Annotated[int, "額"]


@dataclass(frozen=True, kw_only=True)
class PensionInstalment:
    """What is asked for besides by slip or transfer: its name, the day on which it is due, yen."""

    name: Annotated[str, "期別"]
    due_on: Annotated[date, "納期限"]
    yen: Annotated[int, "額"]


@dataclass(frozen=True, kw_only=True)
class PensionNotice(PrintedDocument):
    """The letter to the head of a household. `total` is None before the premium of the year is known."""

    document_number: Annotated[str, "文書番号"]
    dated: Annotated[date, "日付"]
    recipient: Annotated[MailingAddress, "宛先"]
    issuer: Annotated[Issuer, "発行者"]
    city: Annotated[str, "市の名前"]
    prefecture: Annotated[str, "県の名前"]
    fiscal_year: Annotated[str, "年度"]
    household_number: Annotated[str, "世帯番号"]
    payer: Annotated[str, "納付義務者"]
    pension_payer: Annotated[str, "年金の支払者"]
    reason: Annotated[str, "理由"]
    total: Annotated[int | None, "年間保険料"]
    months: Annotated[tuple[PensionMonth, ...], "年金から差し引く月と額"]
    instalments: Annotated[tuple[PensionInstalment, ...], "納付書・口座振替の期と額"] = ()
    overpaid: Annotated[int, "納め過ぎの額"] = 0
    decision: Annotated[int, "決定"] = 0

    @property
    def by_pension(self) -> int:
        """What the pensions pay together."""
        return sum(one.yen for one in self.months)

    @property
    def billed(self) -> int:
        """What is asked for by slip or transfer together."""
        return sum(one.yen for one in self.instalments)


@dataclass(frozen=True, kw_only=True)
class PensionBeginNotice(PensionNotice):
    """特別徴収開始通知書: the rest of the year is deducted from October on."""


@dataclass(frozen=True, kw_only=True)
class PensionProvisionalNotice(PensionNotice):
    """仮徴収額決定通知書: April, June and August take what February took."""


@dataclass(frozen=True, kw_only=True)
class PensionStopNotice(PensionNotice):
    """特別徴収中止通知書: nothing is deducted any more, and how the rest is paid."""
