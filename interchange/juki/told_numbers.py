"""Individual Numbers as the resident register tells them: a CSV file, read whole or not at all (A5, A7).

Header line `addressee_number,individual_number`. The second column is taken as told, blank or wrong too: what
becomes of it is decided person by person. No message holds it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from interchange.juki.register_file import RegisterFileWrong, address_number, read_each

COLUMNS = ("addressee_number", "individual_number")
LONGEST = 40


@dataclass(frozen=True)
class ToldNumber:
    """Whose number, by his address number of fifteen digits, and what was told; it shows nowhere."""

    addressee_number: str
    text: str = field(repr=False)


def read(content: bytes) -> list[ToldNumber]:
    """All lines of a file, in its order.

    Raises:
        RegisterFileWrong: text, columns or an address number are wrong, or a person stands in it twice.
    """
    return read_each(content, COLUMNS, _told)


def _told(row: list[str], line: int) -> tuple[str, ToldNumber]:
    if len(row[1]) > LONGEST:
        raise RegisterFileWrong(line, "個人番号の欄が長すぎます", "the column of the number is too long")
    number = address_number(row[0], line)
    return number, ToldNumber(number, row[1].strip())
