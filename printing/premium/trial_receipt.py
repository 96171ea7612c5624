"""保険料試算書(控え): what was told at the counter, what the premium would be, how it was computed (D1, D4).

It is no decision, says so, and names nobody: persons stand by their place. The number leads to what was kept.
"""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final

from printing.fonts import GOTHIC
from printing.letter import Issuer, PrintedDocument
from printing.row_pages import cut, lines_of

ROOM_MM: Final = 224.0
SIZE_PT: Final = 8.0
LINE_MM, AROUND_MM = 3.9, 1.3
RULE_MM, PARAMETER_MM, SOURCE_MM = (
    75.0,
    57.0,
    63.0,
)  # widths of the columns with long texts, less their margins
MOST_ROWS: Final = 60
UNVERIFIED: Final = "未確認"


@dataclass(frozen=True, kw_only=True)
class TrialPerson:
    """One person as told: yen of the year before, or nothing told."""

    place: Annotated[str, "番号"]
    relation: Annotated[str, "続柄"]
    birth: Annotated[date, "生年月日"]
    salary: Annotated[str, "給与収入"]
    pension: Annotated[str, "年金収入"]
    other_income: Annotated[str, "その他の所得"]
    months: Annotated[str, "加入の月"]


@dataclass(frozen=True, kw_only=True)
class TrialPart:
    """One part of the premium, yen."""

    name: Annotated[str, "区分"]
    income_levy: Annotated[str, "所得割"]
    per_capita_levy: Annotated[str, "均等割"]
    household_levy: Annotated[str, "平等割"]
    cap: Annotated[str, "限度額"]
    amount: Annotated[str, "年額"]


@dataclass(frozen=True, kw_only=True)
class TrialInstalment:
    """One payment period."""

    number: Annotated[int, "期"]
    due_on: Annotated[date, "納期限"]
    yen: Annotated[int, "額"]


@dataclass(frozen=True, kw_only=True)
class TrialLine:
    """One figure of the derivation; `values` are of the persons in turn, or one of the household."""

    title: Annotated[str, "項目"]
    values: Annotated[tuple[str, ...], "額"]
    rule: Annotated[str, "計算"]
    article: Annotated[str, "根拠"]


@dataclass(frozen=True, kw_only=True)
class TrialParameter:
    """A figure of the law that was read, with its source; `mark` is filled where it is not verified."""

    title: Annotated[str, "基準値"]
    value: Annotated[str, "値"]
    source: Annotated[str, "出典"]
    mark: Annotated[str, "確かさ"] = ""


@dataclass(frozen=True, kw_only=True)
class TrialReceipt(PrintedDocument):
    """The receipt of one trial. `asked` are amounts that were asked about and confirmed."""

    number: Annotated[str, "試算番号"]
    made_on: Annotated[date, "試算日"]
    fiscal_year: Annotated[str, "年度"]
    issuer: Annotated[Issuer, "担当"]
    total: Annotated[int, "年間保険料"]
    reduction: Annotated[str, "軽減"]
    persons: Annotated[tuple[TrialPerson, ...], "収入"]
    parts: Annotated[tuple[TrialPart, ...], "内訳"]
    instalments: Annotated[tuple[TrialInstalment, ...], "期別"]
    lines: Annotated[tuple[TrialLine, ...], "計算の過程"]
    parameters: Annotated[tuple[TrialParameter, ...], "基準値"]
    asked: Annotated[tuple[str, ...], "確認した額"] = ()

    @property
    def unverified(self) -> int:
        """How many figures of the law nobody has compared with their source."""
        return sum(one.mark == UNVERIFIED for one in self.parameters)

    @property
    def line_pages(self) -> list[list[TrialLine]]:
        """The derivation sheet by sheet."""
        return cut(self.lines, _line_height, ROOM_MM, MOST_ROWS)

    @property
    def parameter_pages(self) -> list[list[TrialParameter]]:
        """The figures of the law sheet by sheet."""
        return cut(self.parameters, _parameter_height, ROOM_MM, MOST_ROWS)


def _line_height(line: TrialLine) -> float:
    told = lines_of(line.rule, GOTHIC, RULE_MM, SIZE_PT) + lines_of(line.article, GOTHIC, RULE_MM, SIZE_PT)
    return AROUND_MM + LINE_MM * max(told, len(line.values))


def _parameter_height(one: TrialParameter) -> float:
    title = lines_of(one.title, GOTHIC, PARAMETER_MM, SIZE_PT)
    return AROUND_MM + LINE_MM * max(title, lines_of(one.source, GOTHIC, SOURCE_MM, SIZE_PT))
