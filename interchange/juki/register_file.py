"""What every CSV file of the resident register has in common: read whole or not at all.

UTF-8 (a byte order mark is allowed), a header line that names the columns, and a person by his address number
(宛名番号, at most fifteen digits), who stands in it once.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Sequence
from typing import TypeVar

DIGITS = 15
Told = TypeVar("Told")


class RegisterFileWrong(Exception):
    """The file is not of the agreed form; `line` says where (0: the file itself). Nothing of it is used."""

    def __init__(self, line: int, message_ja: str, message_en: str) -> None:
        """Keep the place and both texts."""
        super().__init__(message_en)
        self.line = line
        self.message_ja = message_ja
        self.message_en = message_en


def read_each(
    content: bytes, columns: Sequence[str], told: Callable[[list[str], int], tuple[str, Told]]
) -> list[Told]:
    """What `told` makes of each line and its number (an address number and a value), in order.

    Raises:
        RegisterFileWrong: the text or the columns are wrong, or a person stands in it twice; and from `told`.
    """
    lines = csv.reader(io.StringIO(_text(content), newline=""), strict=True)
    found: dict[str, Told] = {}
    try:
        if next(lines, []) != list(columns):
            named = ",".join(columns)
            raise RegisterFileWrong(1, f"1行目が {named} ではありません", f"the first line is not {named}")
        for row in lines:
            if len(row) != len(columns):
                raise RegisterFileWrong(lines.line_num, "列の数が違います", "the number of columns is wrong")
            number, value = told(row, lines.line_num)
            if number in found:
                raise RegisterFileWrong(
                    lines.line_num, "同じ宛名番号が2回あります", "an address number stands in it twice"
                )
            found[number] = value
    except csv.Error:
        raise RegisterFileWrong(lines.line_num, "CSVとして読めません", "this is no CSV") from None
    return list(found.values())


def address_number(text: str, line: int) -> str:
    """An address number in its fifteen digits.

    Raises:
        RegisterFileWrong: it is none.
    """
    if not re.fullmatch(rf"\d{{1,{DIGITS}}}", text, re.ASCII):
        raise RegisterFileWrong(line, "宛名番号が正しくありません", "the address number is wrong")
    return text.zfill(DIGITS)


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise RegisterFileWrong(0, "文字コードが UTF-8 ではありません", "the text is not UTF-8") from None
