"""From rows to the bytes of a file: CSV or fixed length, in the encoding of the recipient (J2).

A character that the encoding does not know, or that would break the line, is replaced by a geta mark (〓) and
listed by line, item and code point; so is the first one of a CSV value that a spreadsheet would take for a
formula (T06). What is too long for its place is refused, never cut.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from interchange.transfers.definitions import Layout

GETA = "〓"
AT_ONCE = 5_000
LINE_END = "\r\n"
WIDE_BLANK = "\u3000"  # stands in names and addresses; Python does not call it printable
FORMULA = re.compile(r"[=+@＝＋＠]|[-－](?!\d+\Z)")


class LayoutBroken(ValueError):
    """A value does not fit into its place; `line` counts persons from 1, `item` is the id of the item."""

    def __init__(self, line: int, item: str, width: int) -> None:
        """Keep the place, never the value."""
        super().__init__(f"line {line}: {item} is longer than {width} bytes")
        self.line, self.item, self.width = line, item, width


@dataclass(frozen=True)
class Replaced:
    """A character that was replaced: where, and which one."""

    line: int
    item: str
    code_point: str


@dataclass
class Written:
    """How many lines of persons went into a file, and what was replaced in them."""

    lines: int = 0
    replaced: list[Replaced] = field(default_factory=list)


class Taking(Protocol):
    """Whatever takes the bytes of a file, one after the other."""

    def write(self, content: bytes, /) -> int: ...


def write(layout: Layout, items: Sequence[str], rows: Iterable[Sequence[str]], out: Taking) -> Written:
    """Write the rows, each a text for each item, a part at a time as they come.

    Raises:
        LayoutBroken: a value is longer than its place.
        KeyError: a fixed layout has no width for an item.
    """
    written = Written()
    if layout.kind == "csv":
        out.write(_csv([items]).encode(layout.encoding))
    for part in _parts(rows):
        out.write(_encoded(layout, items, part, written))
        written.lines += len(part)
    return written


def _parts(rows: Iterable[Sequence[str]]) -> Iterable[list[Sequence[str]]]:
    part: list[Sequence[str]] = []
    for row in rows:
        part.append(row)
        if len(part) == AT_ONCE:
            yield part
            part = []
    if part:
        yield part


def _encoded(layout: Layout, items: Sequence[str], rows: list[Sequence[str]], written: Written) -> bytes:
    """One part; only a row that cannot be written as it is, is looked at character by character."""
    if not _all_stay(layout, rows):
        rows = [
            row if _all_stay(layout, [row]) else _cleaned(layout, items, row, written, line)
            for line, row in enumerate(rows, written.lines + 1)
        ]
    text = _csv(rows) if layout.kind == "csv" else _fixed(layout, items, rows, written.lines + 1)
    return text.encode(layout.encoding)


def _all_stay(layout: Layout, rows: Sequence[Sequence[str]]) -> bool:
    """Whether every value of the rows can be written as it is."""
    if layout.kind == "csv" and any(FORMULA.match(value) for row in rows for value in row):
        return False
    return _stays(layout.encoding, "".join("".join(row) for row in rows))


def _stays(encoding: str, text: str) -> bool:
    """Whether a text can be written as it is."""
    if not text.replace(WIDE_BLANK, "").isprintable():
        return False
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _cleaned(
    layout: Layout, items: Sequence[str], row: Sequence[str], written: Written, line: int
) -> list[str]:
    cleaned = []
    for item, value in zip(items, row, strict=True):
        signs = list(value)
        is_formula = layout.kind == "csv" and FORMULA.match(value) is not None
        for place, sign in enumerate(value):
            if (is_formula and place == 0) or not _stays(layout.encoding, sign):
                signs[place] = GETA
                written.replaced.append(Replaced(line, item, f"U+{ord(sign):04X}"))
        cleaned.append("".join(signs))
    return cleaned


def _csv(rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=LINE_END).writerows(rows)
    return text.getvalue()


def _fixed(layout: Layout, items: Sequence[str], rows: Iterable[Sequence[str]], first: int) -> str:
    """Lines in which each value is filled up with blanks to its width in bytes."""
    widths = [layout.widths[item] for item in items]
    lines = []
    for line, row in enumerate(rows, first):
        fields = []
        for item, width, value in zip(items, widths, row, strict=True):
            size = len(value) if value.isascii() else len(value.encode(layout.encoding))
            if size > width:
                raise LayoutBroken(line, item, width)
            fields.append(value + " " * (width - size))
        lines.append("".join(fields))
    return LINE_END.join([*lines, ""])
