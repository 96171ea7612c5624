"""Deaths as the resident register tells them: a CSV file, read whole or not at all (B1).

UTF-8 (a byte order mark is allowed), header line `died_on,addressee_number`: an ISO date and the address
number (宛名番号, digits, at most fifteen).
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

COLUMNS = ("died_on", "addressee_number")
DIGITS = 15


class DeathsFileWrong(Exception):
    """The file is not of the agreed form; `line` says where (0: the file itself). Nothing of it is used."""

    def __init__(self, line: int, message_ja: str, message_en: str) -> None:
        """Keep the place and both texts."""
        super().__init__(message_en)
        self.line = line
        self.message_ja = message_ja
        self.message_en = message_en


@dataclass(frozen=True)
class Death:
    """Who died, by his address number of fifteen digits, and on which day."""

    addressee_number: str
    died_on: date


class DeathsFile:
    """The file that the resident register's section puts at hand."""

    def __init__(self, path: Path) -> None:
        """Keep where the file lies; it is read at each asking."""
        self._path = path

    def read(self, today: date) -> list[Death]:
        """All deaths of the file, in its order.

        Raises:
            DeathsFileWrong: it is not there, or something in it is not of the agreed form.
        """
        try:
            text = self._path.read_bytes().decode("utf-8-sig")
        except OSError as error:
            raise DeathsFileWrong(0, "ファイルがありません", "the file is not there") from error
        except UnicodeDecodeError as error:
            raise DeathsFileWrong(0, "文字コードが UTF-8 ではありません", "the text is not UTF-8") from error
        return read(text, today)


def read(text: str, today: date) -> list[Death]:
    """All deaths of a text, in its order.

    Raises:
        DeathsFileWrong: a column, a date or a number is wrong, or a person stands in it twice.
    """
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    found: dict[str, Death] = {}
    try:
        if tuple(next(lines, ())) != COLUMNS:
            raise DeathsFileWrong(
                1,
                f"1行目が {','.join(COLUMNS)} ではありません",
                f"the first line is not {','.join(COLUMNS)}",
            )
        for row in lines:
            death = _death(row, lines.line_num, today)
            if death.addressee_number in found:
                raise DeathsFileWrong(
                    lines.line_num, "同じ宛名番号が2回あります", "an address number stands in it twice"
                )
            found[death.addressee_number] = death
    except csv.Error as error:
        raise DeathsFileWrong(lines.line_num, "CSVとして読めません", "this is no CSV") from error
    return list(found.values())


def _death(row: list[str], line: int, today: date) -> Death:
    if len(row) != len(COLUMNS):
        raise DeathsFileWrong(line, "列の数が違います", "the number of columns is wrong")
    told, number = row
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", told, re.ASCII):
            raise ValueError(told)
        died_on = date.fromisoformat(told)
    except ValueError as error:
        raise DeathsFileWrong(
            line, "死亡年月日が正しくありません(例:2026-11-23)", "the date is wrong (e.g. 2026-11-23)"
        ) from error
    if died_on > today:
        raise DeathsFileWrong(line, "死亡年月日が先の日付です", "the date lies in the future")
    if not re.fullmatch(rf"\d{{1,{DIGITS}}}", number, re.ASCII):
        raise DeathsFileWrong(line, "宛名番号が正しくありません", "the address number is wrong")
    return Death(number.zfill(DIGITS), died_on)
