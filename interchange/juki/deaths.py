"""Deaths as the resident register tells them: a CSV file, read whole or not at all (B1).

Header line `died_on,addressee_number`: an ISO date and the address number (宛名番号).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

from interchange.juki.register_file import RegisterFileWrong, address_number, read_each

COLUMNS = ("died_on", "addressee_number")


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
            RegisterFileWrong: it is not there, or something in it is not of the agreed form.
        """
        try:
            content = self._path.read_bytes()
        except OSError as error:
            raise RegisterFileWrong(0, "ファイルがありません", "the file is not there") from error
        return read(content, today)


def read(content: bytes, today: date) -> list[Death]:
    """All deaths of a file, in its order.

    Raises:
        RegisterFileWrong: a column, a date or a number is wrong, or a person stands in it twice.
    """
    return read_each(content, COLUMNS, partial(_death, today))


def _death(today: date, row: list[str], line: int) -> tuple[str, Death]:
    told, number = row
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", told, re.ASCII):
            raise ValueError(told)
        died_on = date.fromisoformat(told)
    except ValueError as error:
        raise RegisterFileWrong(
            line, "死亡年月日が正しくありません(例:2026-11-23)", "the date is wrong (e.g. 2026-11-23)"
        ) from error
    if died_on > today:
        raise RegisterFileWrong(line, "死亡年月日が先の日付です", "the date lies in the future")
    whose = address_number(number, line)
    return whose, Death(whose, died_on)
