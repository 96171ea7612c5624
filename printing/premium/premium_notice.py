"""納入通知書兼決定通知書: what a household owes for a year, when, how it came to be, and its slips (issue 7).

Sources: letters-and-certificates, sections 1, 4, 8.1 and 8.3. Amounts are whole yen; the first page lies in
the window, the second one holds the calculation, the payment slips follow.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Final

from printing.collection.payment_slip import PaymentSlip, PaymentSlipForm
from printing.fonts import GOTHIC
from printing.letter import Issuer, MailingAddress, PrintedDocument
from printing.row_pages import cut, lines_of

FIRST_ROOM_MM: Final = 62.0  # for persons, beside the tables that stand on the page of the calculation
ROOM_MM: Final = 210.0
MOST_ROWS: Final = 40
LINE_MM, AROUND_MM, SIZE_PT = 3.8, 1.4, 8.0
NAME_MM, NOTE_MM = 30.0, 24.0  # widths of the columns with long texts, less their margins


@dataclass(frozen=True, kw_only=True)
class NoticePart:
    """One part of the premium: its rates as texts, its levies and its amount of the year in yen."""

    name: Annotated[str, "区分"]
    income_rate: Annotated[str, "所得割の率"]
    per_capita_rate: Annotated[str, "均等割額"]
    household_rate: Annotated[str, "平等割額"]
    income_levy: Annotated[int, "所得割"]
    per_capita_levy: Annotated[int, "均等割"]
    household_levy: Annotated[int, "平等割"]
    before_cap: Annotated[int, "合計"]
    cap: Annotated[int, "限度額"]
    amount: Annotated[int, "年額"]
    before: Annotated[int | None, "変更前の年額"] = None


@dataclass(frozen=True, kw_only=True)
class NoticePerson:
    """One member of the household as he counted; `levies` are income and per-capita levy of each part."""

    name: Annotated[str, "氏名"]
    months: Annotated[str, "加入の月"]
    total_income: Annotated[str, "総所得金額等"]
    leviable_income: Annotated[str, "基準総所得金額"]
    levies: Annotated[tuple[str, ...], "所得割と均等割"]
    notes: Annotated[str, "備考"] = ""


@dataclass(frozen=True, kw_only=True)
class NoticeInstalment:
    """One payment: its name, the day on which it is due (inclusive), yen; what it was before a change."""

    name: Annotated[str, "期別"]
    due_on: Annotated[date | None, "納期限"]
    yen: Annotated[int, "額"]
    before: Annotated[int | None, "変更前の額"] = None
    stays: Annotated[bool, "納期限の過ぎた期"] = False


@dataclass(frozen=True, kw_only=True)
class NoticeFact:
    """One figure of the test of the reduction, or a rule with its article."""

    label: Annotated[str, "項目"]
    value: Annotated[str, "内容"]


@dataclass(frozen=True, kw_only=True)
class PremiumNotice(PrintedDocument):
    """The letter to who pays. `set_number` ties every page to the household; `assessment` is the run's id."""

    document_number: Annotated[str, "文書番号"]
    dated: Annotated[date, "決定の日"]
    recipient: Annotated[MailingAddress, "宛先"]
    issuer: Annotated[Issuer, "発行者"]
    city: Annotated[str, "市の名前"]
    prefecture: Annotated[str, "県の名前"]
    fiscal_year: Annotated[str, "年度"]
    notice_number: Annotated[str, "通知書番号"]
    payer: Annotated[str, "納付義務者"]
    total: Annotated[int, "年間保険料"]
    reduction: Annotated[str, "軽減"]
    parts: Annotated[tuple[NoticePart, ...], "内訳"]
    instalments: Annotated[tuple[NoticeInstalment, ...], "期別"]
    persons: Annotated[tuple[NoticePerson, ...], "加入者"]
    test: Annotated[tuple[NoticeFact, ...], "軽減の判定"]
    rules: Annotated[tuple[NoticeFact, ...], "計算の方法と根拠"]
    places: Annotated[str, "納付場所"]
    assessment: Annotated[int, "賦課"] = 0
    exemption: Annotated[int, "減免の額"] = 0
    undeclared: Annotated[int, "未申告の人数"] = 0
    set_number: Annotated[str, "処理番号"] = ""
    slip_form: Annotated[PaymentSlipForm | None, "納付書の様式"] = None
    slips: Annotated[tuple[PaymentSlip, ...], "納付書"] = ()

    @property
    def person_pages(self) -> list[list[NoticePerson]]:
        """The members sheet by sheet: those that stand beside the tables, then those who do not fit."""
        first = cut(self.persons, _height, FIRST_ROOM_MM, MOST_ROWS)[:1]
        rest = self.persons[len(first[0]) if first else 0 :]
        return [*first, *cut(rest, _height, ROOM_MM, MOST_ROWS)]

    @property
    def letter_pages(self) -> int:
        """The sides of the letter without the slips."""
        return 1 + len(self.person_pages)

    @property
    def pages(self) -> int:
        """All pages of the set."""
        return self.letter_pages + len(self.slips)

    @property
    def slip_sheets(self) -> tuple[PaymentSlip, ...]:
        """The slips, each with its page of the set."""
        return numbered(self.slips, self.set_number or self.notice_number, self.letter_pages, self.pages)


def numbered(slips: tuple[PaymentSlip, ...], number: str, before: int, pages: int) -> tuple[PaymentSlip, ...]:
    """Slips with the number of their set and their page in it."""
    return tuple(
        replace(slip, run_number=f"{number} {place}/{pages}") for place, slip in enumerate(slips, before + 1)
    )


def _height(person: NoticePerson) -> float:
    rows = max(
        lines_of(person.name, GOTHIC, NAME_MM, SIZE_PT),
        lines_of(person.months, GOTHIC, NOTE_MM, SIZE_PT),
        lines_of(person.notes, GOTHIC, NOTE_MM, SIZE_PT),
        2,
    )
    return AROUND_MM + LINE_MM * rows
