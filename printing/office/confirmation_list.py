"""確認リスト: Individual Numbers that were held, for the files of the office (A7, M07; an inner paper).

It never holds a digit: the persons, the kind and the notification say where to look.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

from printing.letter import Issuer, PrintedDocument

ROWS: Final = 15  # on one sheet; a row may take two lines of each name


@dataclass(frozen=True, kw_only=True)
class ConfirmationLine:
    """One row of the list."""

    place: Annotated[int, "番号"]
    kind: Annotated[str, "種類"]
    raised_on: Annotated[str, "保留の日"]
    name: Annotated[str, "対象の方"]
    born: Annotated[str, "生年月日"]
    other: Annotated[str, "相手の方"]
    reception_number: Annotated[str, "受付番号"]
    status: Annotated[str, "状態"]
    reason: Annotated[str, "決定の理由"]
    decided_by: Annotated[str, "決定者"]


@dataclass(frozen=True, kw_only=True)
class ConfirmationList(PrintedDocument):
    """The rows that a filter chose; `made_at` is Japanese time as printed."""

    made_at: Annotated[datetime, "作成日時"]
    issuer: Annotated[Issuer, "担当"]
    chosen: Annotated[str, "絞り込み"]
    lines: Annotated[tuple[ConfirmationLine, ...], "行"] = ()

    @property
    def line_pages(self) -> list[tuple[ConfirmationLine, ...]]:
        """The lines sheet by sheet; one empty sheet where there are none."""
        cut = range(0, len(self.lines), ROWS)
        return [self.lines[begin : begin + ROWS] for begin in cut] or [()]
