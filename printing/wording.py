"""The text of a letter as data: paragraphs, bold words and named places, and nothing else.

    {氏名}様の在学証明書を**{期限}まで**にお出しください。

A blank line parts paragraphs; a line that begins with ・ is an item of a list. `**` begins and ends bold
words within a line. `{名前}` is a place that the office's data fill; which there are is declared for each
letter. Some of them are a block, a table of the letter: it stands in a line of its own, exactly once. A text
runs nothing and reaches nothing: what fills a place is set as it is, never read again.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

LONGEST_TEXT: Final = 4000  # characters: what fits a side of A4 beside the rest
LONGEST_HEADING: Final = 30
MOST_PARAGRAPHS: Final = 40
ITEM: Final = "・"
_TOKEN: Final = re.compile(r"\*\*|\{[^{}\n]*\}|[{}]|[^*{}]+|\*")
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, kw_only=True)
class Run:
    """Words set alike."""

    text: str
    bold: bool = False


@dataclass(frozen=True, kw_only=True)
class Paragraph:
    """A paragraph, or an item of a list, or the place of a table of the letter (`block`, its name)."""

    runs: tuple[Run, ...]
    is_item: bool = False
    block: str = ""


@dataclass(frozen=True)
class Piece:
    """Words, or the name of a place, before anything fills it."""

    text: str
    bold: bool
    is_place: bool = False


@dataclass(frozen=True)
class Fault:
    """What keeps a text from being used: a code, where it stands (line and column from 1), the words."""

    code: str
    line: int
    column: int
    what: str = ""


@dataclass(frozen=True)
class Line:
    """One paragraph as written."""

    pieces: tuple[Piece, ...]
    is_item: bool
    block: str = ""


class WordingRefused(ValueError):
    """A text that cannot be used; `faults` say why and where."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(", ".join(f"{one.code} {one.line}:{one.column}" for one in self.faults))


def faults_of(
    heading: str, text: str, places: Collection[str], blocks: Collection[str] = ()
) -> tuple[Fault, ...]:
    """Everything that keeps heading and text from being used, in the order in which it stands there."""
    found = []
    if not heading.strip() or "\n" in heading or _CONTROL.search(heading):
        found.append(Fault("heading_empty", 0, 1))
    if len(heading) > LONGEST_HEADING:
        found.append(Fault("heading_too_long", 0, LONGEST_HEADING + 1))
    if set(heading) & set("{}*"):
        found.append(Fault("heading_with_marks", 0, 1))
    if not text.strip():
        found.append(Fault("text_empty", 1, 1))
    if len(text) > LONGEST_TEXT:
        found.append(Fault("text_too_long", text.count("\n", 0, LONGEST_TEXT) + 1, 1))
        return tuple(found)
    lines, more = _read(text, places, blocks)
    if len(lines) > MOST_PARAGRAPHS:
        found.append(Fault("too_many_paragraphs", 1, 1))
    return (*found, *more)


def read(text: str, places: Collection[str], blocks: Collection[str] = ()) -> tuple[Line, ...]:
    """Read a text whose places are among those declared.

    Raises:
        WordingRefused: it cannot be used.
    """
    lines, faults = _read(text, places, blocks)
    if faults:
        raise WordingRefused(faults)
    return tuple(lines)


def places_in(text: str) -> tuple[str, ...]:
    """The names of the places in a text, each once, in order; with faults those that can be read."""
    names = (token[1:-1] for token in _TOKEN.findall(text) if len(token) > 1 and token[0] == "{")
    return tuple(dict.fromkeys(names))


def fill(text: str, values: Mapping[str, str], blocks: Collection[str] = ()) -> tuple[Paragraph, ...]:
    """The paragraphs with every place filled; those of `blocks` are left to the letter.

    Raises:
        WordingRefused: it cannot be used, or names a place that has no value.
    """
    return tuple(
        Paragraph(
            runs=tuple(
                Run(text=values[piece.text] if piece.is_place else piece.text, bold=piece.bold)
                for piece in line.pieces
            ),
            is_item=line.is_item,
            block=line.block,
        )
        for line in read(text, values, blocks)
    )


def _read(text: str, places: Collection[str], blocks: Collection[str]) -> tuple[list[Line], list[Fault]]:
    lines: list[Line] = []
    faults: list[Fault] = []
    known = frozenset(places) | frozenset(blocks)
    goes_on = False
    for number, raw in enumerate(text.replace("\r\n", "\n").split("\n"), start=1):
        words = raw.strip(" \u3000") if not raw.strip(" \u3000") else raw.rstrip()
        if not words:
            goes_on = False
            continue
        if (strange := _CONTROL.search(words)) is not None:
            faults.append(Fault("control_character", number, strange.start() + 1))
            continue
        is_item = words.startswith(ITEM)
        pieces = _pieces(words.removeprefix(ITEM), number, len(ITEM) if is_item else 0, known, faults)
        named = [piece.text for piece in pieces if piece.is_place and piece.text in blocks]
        if named and (len(pieces) > 1 or is_item):
            faults.append(Fault("block_not_alone", number, 1, f"{{{named[0]}}}"))
        if named:
            lines.append(Line((), is_item=False, block=named[0]))
            goes_on = False
            continue
        if goes_on and not is_item:
            lines[-1] = Line((*lines[-1].pieces, *pieces), lines[-1].is_item)
        else:
            lines.append(Line(tuple(pieces), is_item))
        goes_on = True
    return lines, [*faults, *_of_blocks(lines, blocks)]


def _of_blocks(lines: Collection[Line], blocks: Collection[str]) -> list[Fault]:
    """Each table of a letter stands in its text once."""
    told = [line.block for line in lines if line.block]
    return [Fault("block_not_once", 0, 1, f"{{{one}}}") for one in blocks if told.count(one) != 1]


def _pieces(
    words: str, number: int, before: int, places: Collection[str], faults: list[Fault]
) -> list[Piece]:
    pieces: list[Piece] = []
    bold, begun = False, 1
    for found in _TOKEN.finditer(words):
        token, column = found[0], found.start() + before + 1
        if token == "**":  # noqa: S105 - a mark of the text
            bold, begun = not bold, column
        elif token in {"{", "}"}:
            faults.append(Fault("stray_brace", number, column, token))
        elif token.startswith("{"):
            if token[1:-1] not in places:
                faults.append(Fault("unknown_place", number, column, token))
            pieces.append(Piece(token[1:-1], bold, is_place=True))
        else:
            pieces.append(Piece(token, bold))
    if bold:
        faults.append(Fault("bold_not_ended", number, begun))
    return pieces
