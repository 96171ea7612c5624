"""Individual Numbers as the resident register tells them: a CSV file, read whole or not at all (A5, A7).

UTF-8 (a byte order mark is allowed), header line `addressee_number,individual_number`. The second column is
taken as it is told, blank or wrong too: what becomes of it is decided person by person. No message holds it.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field

COLUMNS = ("addressee_number", "individual_number")
DIGITS = 15
LONGEST = 40


class NumbersFileWrong(Exception):
    """The file is not of the agreed form; `line` says where. Nothing of it is used."""

    def __init__(self, line: int, message_ja: str, message_en: str) -> None:
        """Keep the place and both texts."""
        super().__init__(message_en)
        self.line = line
        self.message_ja = message_ja
        self.message_en = message_en


@dataclass(frozen=True)
class ToldNumber:
    """Whose number, by his address number of fifteen digits, and what was told; it shows nowhere."""

    addressee_number: str
    text: str = field(repr=False)


def read(content: bytes) -> list[ToldNumber]:
    """All lines of a file, in its order.

    Raises:
        NumbersFileWrong: the text, the columns or an address number is wrong, or a person stands in it twice.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NumbersFileWrong(0, "文字コードが UTF-8 ではありません", "the text is not UTF-8") from None
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    found: dict[str, ToldNumber] = {}
    try:
        if tuple(next(lines, ())) != COLUMNS:
            named = ",".join(COLUMNS)
            raise NumbersFileWrong(1, f"1行目が {named} ではありません", f"the first line is not {named}")
        for row in lines:
            told = _told(row, lines.line_num)
            if told.addressee_number in found:
                raise NumbersFileWrong(
                    lines.line_num, "同じ宛名番号が2回あります", "an address number stands in it twice"
                )
            found[told.addressee_number] = told
    except csv.Error:
        raise NumbersFileWrong(lines.line_num, "CSVとして読めません", "this is no CSV") from None
    return list(found.values())


def _told(row: list[str], line: int) -> ToldNumber:
    if len(row) != len(COLUMNS) or len(row[1]) > LONGEST:
        raise NumbersFileWrong(line, "列の数か長さが違います", "the number or length of columns is wrong")
    if not re.fullmatch(rf"\d{{1,{DIGITS}}}", row[0], re.ASCII):
        raise NumbersFileWrong(line, "宛名番号が正しくありません", "the address number is wrong")
    return ToldNumber(row[0].zfill(DIGITS), row[1].strip())
