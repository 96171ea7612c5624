"""変更決定通知書: what a change makes of the year and each instalment, and by which figure (8.4)."""

from dataclasses import dataclass
from typing import Annotated, Final

from printing.fonts import GOTHIC
from printing.premium.premium_notice import PremiumNotice
from printing.row_pages import cut, lines_of

ROOM_MM: Final = 224.0
MOST_ROWS: Final = 50
SIZE_PT: Final = 8.0
LINE_MM, AROUND_MM = 3.9, 1.3
TITLE_MM, RULE_MM = 42.0, 60.0  # widths of the columns with long texts, less their margins


@dataclass(frozen=True, kw_only=True)
class NoticeDifference:
    """A figure of which the two assessments say something else; `who` is empty for the household."""

    who: Annotated[str, "誰"]
    title: Annotated[str, "項目"]
    before: Annotated[str, "変更前"]
    after: Annotated[str, "変更後"]
    rule: Annotated[str, "計算"]


@dataclass(frozen=True, kw_only=True)
class PremiumChangeNotice(PremiumNotice):
    """The letter about a change. Instalments that were due up to the day of the decision stay as they are."""

    before_total: Annotated[int, "変更前の年間保険料"]
    before_number: Annotated[str, "変更前の通知書番号"]
    reason: Annotated[str, "変更の理由"]
    differences: Annotated[tuple[NoticeDifference, ...], "変わった項目"]
    overpaid: Annotated[int, "納め過ぎの額"] = 0
    before_exemption: Annotated[int, "変更前の減免の額"] = 0

    @property
    def difference_pages(self) -> list[list[NoticeDifference]]:
        """The figures that differ, sheet by sheet."""
        return cut(self.differences, _row_height, ROOM_MM, MOST_ROWS)

    @property
    def letter_pages(self) -> int:
        """The sides of the letter without the slips."""
        return 1 + len(self.difference_pages) + len(self.person_pages)


def _row_height(one: NoticeDifference) -> float:
    title = lines_of(f"{one.who} {one.title}", GOTHIC, TITLE_MM, SIZE_PT)
    return AROUND_MM + LINE_MM * max(title, lines_of(one.rule, GOTHIC, RULE_MM, SIZE_PT))
