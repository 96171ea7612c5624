"""電子媒体確認(報告)表: each use of a medium, one line a use, and its disposal (L6, M33; an inner paper).

It tells what was copied in the words of the request; no name of a citizen stands in it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

from printing.letter import Issuer, PrintedDocument

ROWS: Final = 5  # on one sheet; a row takes up to seven lines


@dataclass(frozen=True, kw_only=True)
class MediumUseLine:
    """One use: what, by whom approved, when out and in, when wiped and by whom."""

    place: Annotated[int, "番号"]
    what: Annotated[str, "内容"]
    way: Annotated[str, "経路"]
    file: Annotated[str, "ファイル"]
    copied: Annotated[str, "複製"]
    approved: Annotated[str, "承認"]
    lent: Annotated[str, "貸出"]
    returned: Annotated[str, "返却"]
    wiped: Annotated[str, "消去"]
    state: Annotated[str, "状態"]


@dataclass(frozen=True, kw_only=True)
class MediumRecord(PrintedDocument):
    """A medium with its uses; `made_at` is Japanese time as printed."""

    made_at: Annotated[datetime, "作成日時"]
    issuer: Annotated[Issuer, "担当"]
    number: Annotated[str, "媒体番号"]
    kind: Annotated[str, "種類"]
    kept_at: Annotated[str, "保管場所"]
    destroyed: Annotated[str, "廃棄"] = ""
    lines: Annotated[tuple[MediumUseLine, ...], "行"] = ()

    @property
    def line_pages(self) -> list[tuple[MediumUseLine, ...]]:
        """The lines sheet by sheet; one empty sheet where there are none."""
        cut = range(0, len(self.lines), ROWS)
        return [self.lines[begin : begin + ROWS] for begin in cut] or [()]
