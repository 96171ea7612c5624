"""Checks the lines of a part against the layout of its source, column by column (J5).

Pieces of a CSV file without any fault are taken at one look (`faultless.py`). Of what follows a whole column
is looked at by one expression; only a column that does not pass is looked at value by value, for the line.
What is right comes back as lines to be kept, what is wrong as a list of faults.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from interchange.incoming import faultless
from interchange.incoming.days import read_day
from interchange.incoming.parts import MOST_LINE_BYTES, Part
from interchange.incoming.problems import Problem
from interchange.incoming.sources import KEY_DIGITS, Field, Source
from interchange.transfers.layouts import FORMULA

PIECE_BYTES = 128 * 1024
BOM = b"\xef\xbb\xbf"
Column = list[str | None]
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff]")


@dataclass
class Checked:
    """The lines of a part and their faults; `rows` counts all lines of data.

    `kept` are the texts of the lines that are right, with tabs between their values and nothing where a value
    is blank; `lines` are their numbers in the file.
    """

    rows: int = 0
    lines: Sequence[int] = ()
    kept: Sequence[str] = ()
    problems: list[Problem] = field(default_factory=list)
    columns: list[Column] = field(default_factory=list)


def check(source: Source, part: Part) -> Iterator[Checked]:
    """Check a part of a file, some lines at once: at one look, or where they do not pass column by column."""
    begin, line, content = 0, part.first_line, part.content
    while begin < len(content):
        end = content.find(b"\n", begin + PIECE_BYTES) + 1 or len(content)
        piece = Part(line, content[begin:end])
        checked = _at_one_look(source, piece) or by_columns(source, piece)
        line, begin = line + checked.rows + (line == 1 and source.kind == "csv"), end
        yield checked


def _at_one_look(source: Source, piece: Part) -> Checked | None:
    if source.kind != "csv":
        return None
    kept = faultless.read(source, _without_mark(source, piece), is_first=piece.first_line == 1)
    if kept is None:
        return None
    first = piece.first_line + (piece.first_line == 1)
    return Checked(len(kept), range(first, first + len(kept)), kept)


def by_columns(source: Source, part: Part) -> Checked:
    """Check lines column by column, whatever is in them."""
    checked, content = Checked(), _without_mark(source, part)
    numbered = list(enumerate(content.removesuffix(b"\n").split(b"\n"), part.first_line))
    count = len(numbered)
    if b"\r" in content:
        numbered = [(line, one.removesuffix(b"\r")) for line, one in numbered]
    if max(len(one) for _, one in numbered) > MOST_LINE_BYTES:
        numbered = list(_short_enough(numbered, checked))
    has_header = source.kind == "csv" and part.first_line == 1
    checked.rows = count - has_header
    if has_header and numbered and numbered[0][0] == 1:
        _check_header(source, numbered.pop(0)[1], checked)
    checked.lines = [line for line, _ in numbered]
    raw = [one for _, one in numbered]
    columns = _csv_columns(source, raw, checked) if source.kind == "csv" else _cut(source, raw, checked)
    for place, (told, values) in enumerate(zip(source.fields, columns, strict=True)):
        checked.columns.append(_check_column(source, place, told, values, checked))
    _compare(source, checked)
    _leave_out({one.line for one in checked.problems}, checked)
    checked.kept = ["\t".join(value or "" for value in row) for row in zip(*checked.columns, strict=True)]
    checked.columns.clear()
    return checked


def _without_mark(source: Source, part: Part) -> bytes:
    """The bytes without the mark of UTF-8 at the beginning of a file."""
    if part.first_line == 1 and source.encoding == "utf-8":
        return part.content.removeprefix(BOM)
    return part.content


def _short_enough(numbered: list[tuple[int, bytes]], checked: Checked) -> Iterator[tuple[int, bytes]]:
    for line, one in numbered:
        if len(one) > MOST_LINE_BYTES:
            checked.problems.append(Problem(line, 0, "", "line_too_long", {"most": f"{MOST_LINE_BYTES:,}"}))
        else:
            yield line, one


def _check_header(source: Source, raw: bytes, checked: Checked) -> None:
    told = raw.decode(source.encoding, "replace").split(",")
    names = [one.name for one in source.fields]
    for place, name in enumerate(names):
        if place >= len(told) or told[place].strip('"') != name:
            checked.problems.append(Problem(1, place + 1, name, "header", {"expected": name}))
            return
    if len(told) > len(names):
        checked.problems.append(_wrong(1, len(names) + 1, "columns", len(told), len(names)))


def _wrong(line: int, place: int, code: str, found: int, expected: int) -> Problem:
    return Problem(line, place, "", code, {"found": found, "expected": expected})


def _keep(checked: Checked, kept: list[int]) -> None:
    """Go on with some of the lines only, by their places."""
    checked.lines = [checked.lines[place] for place in kept]


def _decode(source: Source, raw: list[bytes], checked: Checked) -> list[str]:
    """The lines as texts; those that cannot be read, or hold a control sign, are told and left out."""
    try:
        text = b"\n".join(raw).decode(source.encoding)
        if not _CONTROL.search(text):
            return text.split("\n") if raw else []
    except UnicodeDecodeError:
        pass
    kept, texts = [], []
    for place, one in enumerate(raw):
        line = checked.lines[place]
        try:
            text = one.decode(source.encoding)
        except UnicodeDecodeError as error:
            told = {"encoding": source.encoding, "byte": error.start + 1}
            checked.problems.append(Problem(line, one.count(b",", 0, error.start) + 1, "", "encoding", told))
            continue
        if found := _CONTROL.search(text):
            sign = {"sign": f"{ord(found[0]):04X}"}
            checked.problems.append(Problem(line, text.count(",", 0, found.start()) + 1, "", "control", sign))
            continue
        kept.append(place)
        texts.append(text)
    _keep(checked, kept)
    return texts


def _csv_columns(source: Source, raw: list[bytes], checked: Checked) -> Sequence[Sequence[str]]:
    texts, count = _decode(source, raw, checked), len(source.fields)
    rows = [one.split(",") for one in texts]
    if any('"' in one for one in texts):
        rows = _quoted(texts, rows, checked)
    if any(len(row) != count for row in rows):
        kept = []
        for place, row in enumerate(rows):
            if len(row) == count:
                kept.append(place)
            else:
                found = min(len(row), count) + 1
                checked.problems.append(_wrong(checked.lines[place], found, "columns", len(row), count))
        _keep(checked, kept)
        rows = [rows[place] for place in kept]
    return list(zip(*rows, strict=True)) if rows else [()] * count


def _quoted(texts: list[str], rows: list[list[str]], checked: Checked) -> list[list[str]]:
    """The same where some line holds quotes; one whose quotes are not balanced is told and left out."""
    kept = []
    for place, text in enumerate(texts):
        if '"' in text:
            try:
                (rows[place],) = csv.reader([text], strict=True)
            except (csv.Error, ValueError):
                before = text.count(",", 0, text.rfind('"')) + 1
                checked.problems.append(Problem(checked.lines[place], before, "", "quotes"))
                continue
        kept.append(place)
    _keep(checked, kept)
    return [rows[place] for place in kept]


def _cut(source: Source, raw: list[bytes], checked: Checked) -> Sequence[Sequence[str]]:
    """The columns of a fixed layout, each decoded at once."""
    if any(len(one) != source.line_width for one in raw):
        kept = []
        for place, one in enumerate(raw):
            if len(one) == source.line_width:
                kept.append(place)
            else:
                line = checked.lines[place]
                checked.problems.append(_wrong(line, 1, "width", len(one), source.line_width))
        _keep(checked, kept)
        raw = [raw[place] for place in kept]
    columns, start = [], 0
    for told in source.fields:
        end = start + told.width
        columns.append(_decoded(source, told, start, [one[start:end] for one in raw], checked))
        start = end
    return columns


def _decoded(source: Source, told: Field, start: int, raw: list[bytes], checked: Checked) -> list[str]:
    try:
        text = b"\n".join(raw).decode(source.encoding)
        if not _CONTROL.search(text) and text.count("\n") == max(len(raw) - 1, 0):
            return [one.rstrip() for one in text.split("\n")] if raw else []
    except UnicodeDecodeError:
        pass
    texts = []
    for line, one in zip(checked.lines, raw, strict=True):
        text = ""
        try:
            text = one.decode(source.encoding)
        except UnicodeDecodeError as error:
            values = {"encoding": source.encoding, "byte": start + error.start + 1}
            checked.problems.append(Problem(line, start + error.start + 1, told.name, "encoding", values))
        if found := (_CONTROL.search(text) or re.search("\n", text)):
            values = {"sign": f"{ord(found[0]):04X}"}
            checked.problems.append(Problem(line, start + 1, told.name, "control", values))
            text = ""
        texts.append(text.rstrip())
    return texts


def _check_column(source: Source, place: int, told: Field, values: Sequence[str], checked: Checked) -> Column:
    """One column as it is kept: blanks as None, dates as ISO; its faults are told."""
    expression, fault = _EXPRESSIONS[told.kind](told)
    joined = "\n".join(values) + "\n" if values else ""
    if told.kind == "date":
        return _dates(source, place, told, values, checked)
    if not re.fullmatch(f"(?:{expression}\n)*+", joined):
        one = re.compile(expression)
        _tell_each(source, place, told, values, checked, lambda value: "" if one.fullmatch(value) else fault)
    if told.kind == "text" and any(FORMULA.match(value) for value in values):
        _tell_each(source, place, told, values, checked, lambda v: "formula" if FORMULA.match(v) else "")
    if told.kind == "key":
        return [value.zfill(KEY_DIGITS) for value in values]
    return [value or None for value in values] if told.optional else list(values)


def _tell_each(
    source: Source,
    place: int,
    told: Field,
    values: Sequence[str],
    checked: Checked,
    fault_of: Callable[[str], str],
) -> None:
    at = place + 1
    if source.kind == "fixed":
        at = sum(one.width for one in source.fields[:place]) + 1
    known = {(one.line, one.field) for one in checked.problems}
    words = {"length": told.length, "values": "、".join(told.values)}
    for line, value in zip(checked.lines, values, strict=True):
        if (line, told.name) in known or (told.optional and not value):
            continue
        if code := ("blank" if not value else fault_of(value)):
            kept = {name: words[name] for name in _NEEDS.get(code, ())}
            checked.problems.append(Problem(line, at, told.name, code, kept))


def _dates(source: Source, place: int, told: Field, values: Sequence[str], checked: Checked) -> Column:
    """Days as ISO texts; each spelling is read once."""
    known: dict[str, str | None] = {value: read_day(value) for value in set(values)}
    if None in known.values():
        _tell_each(source, place, told, values, checked, lambda v: "" if known[v] else "date")
    return [known[value] for value in values]


def _compare(source: Source, checked: Checked) -> None:
    """Amounts that may not be above another one of the line."""
    wrong = {one.line for one in checked.problems}
    for first, second in source.not_above:
        place, other = source.place(first), source.place(second)
        for line, one, two in zip(checked.lines, checked.columns[place], checked.columns[other], strict=True):
            if one != two and line not in wrong and int(one or 0) > int(two or 0):
                told = {"other": source.fields[other].ja}
                checked.problems.append(Problem(line, place + 1, first, "not_above", told))


def _leave_out(wrong: set[int], checked: Checked) -> None:
    checked.problems.sort(key=lambda one: (one.line, one.place))
    if not wrong:
        return
    kept = [place for place, line in enumerate(checked.lines) if line not in wrong]
    _keep(checked, kept)
    checked.columns = [[column[place] for place in kept] for column in checked.columns]


def _code(told: Field) -> tuple[str, str]:
    return "(?:" + "|".join(map(re.escape, told.values)) + ")", "code"


def _plain(expression: str, fault: str) -> Callable[[Field], tuple[str, str]]:
    def of(told: Field) -> tuple[str, str]:
        return (f"(?:{expression})?" if told.optional else expression), fault

    return of


def _sized(expression: str, fault: str) -> Callable[[Field], tuple[str, str]]:
    def of(told: Field) -> tuple[str, str]:
        return _plain(expression.replace("LENGTH", str(told.length)), fault)(told)

    return of


_NEEDS: dict[str, Iterable[str]] = {"digits": ("length",), "text": ("length",), "code": ("values",)}
_EXPRESSIONS: dict[str, Callable[[Field], tuple[str, str]]] = {
    "key": _plain("[0-9]{1,15}", "key"),
    "digits": _sized("[0-9]{LENGTH}", "digits"),
    "text": _sized("[^\n]{1,LENGTH}", "text"),
    "code": lambda told: (_code(told)[0] + ("?" if told.optional else ""), "code"),
    "amount": _plain("[0-9]{1,10}", "amount"),
    "signed": _plain("-?[0-9]{1,10}", "signed"),
    "year": _plain("(?:19|20)[0-9]{2}", "year"),
    "date": _plain("[^\n]+", "date"),
}
