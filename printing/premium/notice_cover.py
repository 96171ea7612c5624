"""区切り紙: the sheet before each bundle of a mass print, with its counts and every set in it.

It is the separator between postal areas and the list by which sets are counted after a jam.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

from printing.fonts import GOTHIC
from printing.glyphs import clusters, width_in_em
from printing.letter import Issuer, PrintedDocument

NAME_EM: Final = 12.0


@dataclass(frozen=True, kw_only=True)
class CoverLine:
    """One set of the bundle: whose, its pages in the PDF from 1 on, how many slips, yen of the year."""

    set_number: Annotated[str, "処理番号"]
    household_number: Annotated[str, "世帯番号"]
    name: Annotated[str, "宛名"]
    kind: Annotated[str, "通知"]
    first_page: Annotated[int, "最初の頁"]
    last_page: Annotated[int, "最後の頁"]
    slips: Annotated[int, "納付書の枚数"]
    total: Annotated[int, "年額"]

    @property
    def short_name(self) -> str:
        """The name as far as it has room: a list is no letter, and a long name must not stop a bundle."""
        kept = ""
        for cluster in clusters(self.name):
            if width_in_em(kept + cluster, GOTHIC) > NAME_EM:
                return f"{kept}…"
            kept += cluster
        return kept


@dataclass(frozen=True, kw_only=True)
class NoticeCover(PrintedDocument):
    """The sheet before a bundle. `left_out` counts households of the bundle that are not in it."""

    bundle: Annotated[str, "束の番号"]
    area: Annotated[str, "地区"]
    run_number: Annotated[str, "賦課"]
    fiscal_year: Annotated[str, "年度"]
    made_at: Annotated[datetime, "作成日時"]
    issuer: Annotated[Issuer, "担当"]
    lines: Annotated[tuple[CoverLine, ...], "通知"]
    left_out: Annotated[int, "除いた世帯"] = 0

    @property
    def pages(self) -> int:
        """All pages of the bundle, this one among them."""
        return self.lines[-1].last_page if self.lines else 1

    @property
    def slips(self) -> int:
        """The slips of the bundle."""
        return sum(one.slips for one in self.lines)

    @property
    def total(self) -> int:
        """What the households of the bundle owe for the year, yen."""
        return sum(one.total for one in self.lines)
