"""Taking a JSON file in: bounded in depth and numbers, no key twice, and the line of every value.

The parser of the standard library knows no lines and lets the last of two equal keys win.
"""

from __future__ import annotations

import re
from json.decoder import scanstring  # type: ignore[attr-defined]  # its stub does not know it
from typing import Any

from workflows.engine.checking.files import File
from workflows.engine.checking.problems import Problem, problem

MAX_DEPTH = 60
MAX_DIGITS = 40
MAX_VALUES = 50_000
MAX_TEXT = 20_000
_BLANK = re.compile(r"[ \t\n\r]*")
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d{1,3}(?!\d))?", re.ASCII)
_WORDS = {"true": True, "false": False, "null": None}


class _Refused(Exception):
    def __init__(self, code: str, at: int, **words: object) -> None:
        super().__init__(code)
        self.code, self.at, self.words = code, at, words


class JsonText:
    """A parsed file: `value`, and by pointer (`/properties/name`) the line of each value."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.value: Any = None
        self.lines: dict[str, int] = {}
        self.pointer = ""
        self._line, self._counted = 1, 0
        self._values = 0

    def read(self) -> None:
        self.value, at = self._value(self._skip(0), 0)
        if at != len(self.text):
            raise _Refused("not_json", at, why="more text after the end")

    def line_of(self, pointer: str) -> int:
        """The line of a value, or of what holds it."""
        while pointer and pointer not in self.lines:
            pointer = pointer.rpartition("/")[0]
        return self.lines.get(pointer, 1)

    def _at(self, at: int) -> int:
        self._line += self.text.count("\n", self._counted, at)
        self._counted = at
        return self._line

    def _skip(self, at: int) -> int:
        found = _BLANK.match(self.text, at)
        return found.end() if found else at

    def _value(self, at: int, depth: int) -> tuple[Any, int]:
        self._values += 1
        if depth > MAX_DEPTH:
            raise _Refused("too_deep", at, limit=MAX_DEPTH)
        if self._values > MAX_VALUES:
            raise _Refused("too_many_elements", at, limit=f"{MAX_VALUES:,}")
        self.lines.setdefault(self.pointer, self._at(at))
        value: Any
        match self.text[at : at + 1]:
            case "{":
                value, end = self._object(at + 1, depth)
            case "[":
                value, end = self._array(at + 1, depth)
            case '"':
                value, end = self._string(at)
            case _:
                value, end = self._plain(at)
        return value, self._skip(end)

    def _string(self, at: int) -> tuple[str, int]:
        try:
            text, end = scanstring(self.text, at + 1, True)
        except ValueError as error:
            raise _Refused("not_json", at, why=error.args[0].split(":")[0]) from error
        if len(text) > MAX_TEXT:
            raise _Refused("text_too_long", at, limit=f"{MAX_TEXT:,}")
        return text, end

    def _plain(self, at: int) -> tuple[Any, int]:
        for word, value in _WORDS.items():
            if self.text.startswith(word, at):
                return value, at + len(word)
        found = _NUMBER.match(self.text, at)
        if found is None:
            raise _Refused("not_json", at, why="a value is missing")
        digits = found.group()
        after = self.text[found.end() : found.end() + 1]
        if len(digits) > MAX_DIGITS or after in {"e", "E"}:
            raise _Refused("number_too_large", at, limit=MAX_DIGITS)
        number: int | float = int(digits) if digits.lstrip("-").isdigit() else float(digits)
        if number in {float("inf"), float("-inf")}:
            raise _Refused("number_too_large", at, limit=MAX_DIGITS)
        return number, found.end()

    def _object(self, at: int, depth: int) -> tuple[dict[str, Any], int]:
        value: dict[str, Any] = {}
        holder, at = self.pointer, self._skip(at)
        while self.text[at : at + 1] != "}":
            if self.text[at : at + 1] != '"':
                raise _Refused("not_json", at, why="a key in quotes is missing")
            key, end = self._string(at)
            self.pointer = f"{holder}/{_escaped(key)}"
            if key in value:
                raise _Refused("duplicate_key", at, what=key, other=self.lines[self.pointer])
            self.lines[self.pointer] = self._at(at)
            end = self._expect(":", self._skip(end))
            value[key], at = self._value(self._skip(end), depth + 1)
            self.pointer = holder
            at = self._next(at, "}")
        return value, at + 1

    def _array(self, at: int, depth: int) -> tuple[list[Any], int]:
        value: list[Any] = []
        holder, at = self.pointer, self._skip(at)
        while self.text[at : at + 1] != "]":
            self.pointer = f"{holder}/{len(value)}"
            item, at = self._value(at, depth + 1)
            value.append(item)
            self.pointer = holder
            at = self._next(at, "]")
        return value, at + 1

    def _next(self, at: int, closing: str) -> int:
        """The place of the next entry, or of the closing bracket; a comma before that is no JSON."""
        if self.text[at : at + 1] == closing:
            return at
        after = self._skip(self._expect(",", at))
        if self.text[after : after + 1] == closing:
            raise _Refused("not_json", at, why="a comma before the end")
        return after

    def _expect(self, sign: str, at: int) -> int:
        if self.text[at : at + 1] != sign:
            raise _Refused("not_json", at, why=f"'{sign}' is missing")
        return at + 1


def read_json(file: File, text: str) -> JsonText | Problem:
    """The values of a file with their lines, or what keeps it from being taken in."""
    reader = JsonText(text)
    try:
        reader.read()
    except _Refused as refused:
        line = text.count("\n", 0, refused.at) + 1
        return problem(refused.code, file.name, line, reader.pointer or "/", **refused.words)
    return reader


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")
