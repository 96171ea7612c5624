r"""Regular expressions of XPath, as FEEL has them, run by RE2 in time that grows with the text only.

RE2 knows no look-ahead and no back-references; a pattern with one is no pattern here. What XPath has and RE2
has not is rewritten: `\i`, `\c`, blocks (`\p{IsHiragana}`), subtraction (`[a-z-[aeiou]]`), the flags.
"""

import re
from functools import lru_cache
from typing import Any

import re2

_FLAGS = frozenset("smixq")
_PLAIN_ESCAPES = frozenset("nrt\\|.?*+(){}-[]^$")
_CLASSES = {
    "d": r"\p{Nd}",
    "D": r"\P{Nd}",
    "s": r" \t\n\r",
    "w": r"\p{L}\p{M}\p{N}\p{S}",
    "W": r"\p{P}\p{Z}\p{C}",
    "i": r"\p{L}_:",
    "c": r"\p{L}\p{M}\p{Nd}\-._:·",
}
_NEGATED = {"S": "s", "I": "i", "C": "c"}
_BLOCKS = {
    "BasicLatin": (0x0, 0x7F),
    "Latin-1Supplement": (0x80, 0xFF),
    "LatinExtended-A": (0x100, 0x17F),
    "LatinExtended-B": (0x180, 0x24F),
    "Greek": (0x370, 0x3FF),
    "GreekandCoptic": (0x370, 0x3FF),
    "Cyrillic": (0x400, 0x4FF),
    "Hebrew": (0x590, 0x5FF),
    "Arabic": (0x600, 0x6FF),
    "Thai": (0xE00, 0xE7F),
    "GeneralPunctuation": (0x2000, 0x206F),
    "CurrencySymbols": (0x20A0, 0x20CF),
    "CJKSymbolsandPunctuation": (0x3000, 0x303F),
    "Hiragana": (0x3040, 0x309F),
    "Katakana": (0x30A0, 0x30FF),
    "CJKUnifiedIdeographs": (0x4E00, 0x9FFF),
    "HangulSyllables": (0xAC00, 0xD7A3),
    "HalfwidthandFullwidthForms": (0xFF00, 0xFFEF),
}
_MEMORY = 1 << 20
_LONGEST = 2_000


class NoPattern(Exception):
    """The text is no pattern that we run; the message says why, in Japanese."""


@lru_cache(maxsize=512)
def compiled(pattern: str, flags: str) -> Any:
    """The pattern, ready to search with. Raises NoPattern."""
    if set(flags) - _FLAGS:
        raise NoPattern("フラグは s m i x q だけです")
    if len(pattern) > _LONGEST:
        raise NoPattern(f"{_LONGEST}文字を超えています")
    text = re2.escape(pattern) if "q" in flags else _Rewriting(pattern, flags).whole()
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MEMORY
    marks = "".join(mark for mark in "ims" if mark in flags and (mark == "i" or "q" not in flags))
    try:
        return re2.compile(f"(?{marks}:{text})" if marks else text, options)
    except re2.error as error:
        raise NoPattern("書き方を確かめてください") from error


def replaced(text: str, pattern: str, replacement: str, flags: str, most: int) -> str | None:
    """The text with every match replaced; None when it would be longer than `most`. Raises NoPattern."""
    found = compiled(pattern, flags)
    if found.search("") is not None:
        raise NoPattern("空の文字列に当てはまる式では置き換えられません")
    pieces = [replacement] if "q" in flags else _replacement(replacement, found.groups)
    made: list[str] = []
    length = end = 0
    for match in found.finditer(text):
        made.append(text[end : match.start()])
        made += [piece if isinstance(piece, str) else match.group(piece) or "" for piece in pieces]
        length += sum(map(len, made[-len(pieces) - 1 :]))
        if length > most:
            return None
        end = match.end()
    made.append(text[end:])
    return "".join(made) if length + len(text) - end <= most else None


def _replacement(text: str, groups: int) -> list[str | int]:
    r"""What `$1` and `\$` stand for: texts and numbers of groups."""
    pieces: list[str | int] = []
    position = 0
    while position < len(text):
        sign, after = text[position], text[position + 1 : position + 2]
        if sign == "\\":
            if after not in {"\\", "$"} or not after:
                raise NoPattern("置換文字列の \\ の後は \\ か $ だけです")
            pieces.append(after)
            position += 2
        elif sign == "$":
            digits = re.match(r"[0-9]+", text[position + 1 :])
            if not digits:
                raise NoPattern("置換文字列の $ の後には番号が要ります")
            number = digits.group()
            while len(number) > 1 and int(number) > groups:
                number = number[:-1]
            pieces.append(int(number) if int(number) <= groups else "")
            position += 1 + len(number)
        else:
            pieces.append(sign)
            position += 1
    return pieces


def split(text: str, delimiter: str) -> list[str]:
    """The parts between matches of the pattern. Raises NoPattern."""
    found = compiled(delimiter, "")
    parts: list[str] = []
    end = 0
    for match in found.finditer(text):
        if match.end() == match.start() and match.start() in {0, len(text)}:
            continue
        parts.append(text[end : match.start()])
        end = match.end()
    return [*parts, text[end:]]


class _Rewriting:
    """From XPath's way of writing to RE2's, sign by sign."""

    def __init__(self, pattern: str, flags: str) -> None:
        self.text = _without_spaces(pattern) if "x" in flags else pattern
        self.dot = "." if "s" in flags else r"[^\n\r]"
        self.position = 0

    def take(self) -> str:
        sign = self.text[self.position : self.position + 1]
        self.position += 1
        return sign

    def whole(self) -> str:
        made = []
        while self.position < len(self.text):
            sign = self.take()
            if sign == "\\":
                made.append(self.escape())
            elif sign == "[":
                made.append(self.char_class())
            elif sign == ".":
                made.append(self.dot)
            elif sign == "(" and self.text[self.position : self.position + 1] == "?":
                if self.text[self.position : self.position + 2] != "?:":
                    raise NoPattern("(?…) は使えません")
                made.append(sign)
            else:
                made.append(sign)
        return "".join(made)

    def escape(self) -> str:
        """An escape outside of brackets."""
        sign = self.take()
        if sign in _PLAIN_ESCAPES and sign:
            return f"\\{sign}"
        if sign in {"p", "P"}:
            return self.category(sign, inside=False)
        if sign in _CLASSES:
            return f"[{_CLASSES[sign]}]"
        if sign in _NEGATED:
            return f"[^{_CLASSES[_NEGATED[sign]]}]"
        if sign.isdigit():
            raise NoPattern("後方参照(\\1 など)は使えません")
        raise NoPattern(f"\\{sign} は使えません")

    def category(self, letter: str, *, inside: bool) -> str:
        end = self.text.find("}", self.position)
        name = self.text[self.position + 1 : end]
        if self.take() != "{" or end < 0:
            raise NoPattern("\\p の後には {…} が要ります")
        self.position = end + 1
        if not name.startswith("Is"):
            return f"\\{letter}{{{name}}}"
        if name[2:] not in _BLOCKS:
            raise NoPattern(f"文字の範囲「{name[:40]}」はありません")
        low, high = _BLOCKS[name[2:]]
        block = f"\\x{{{low:X}}}-\\x{{{high:X}}}"
        if inside and letter == "P":
            raise NoPattern("[ ] の中で \\P{Is…} は使えません")
        return block if inside else f"[{'^' if letter == 'P' else ''}{block}]"

    def char_class(self) -> str:
        """From behind the bracket to its end."""
        start = self.position
        negated = self.text[self.position : self.position + 1] == "^"
        self.position += negated
        inner: list[str] = []
        while True:
            sign = self.take()
            if not sign:
                raise NoPattern("[ が閉じていません")
            if sign == "]" and self.position > start + negated + 1:
                return f"[{'^' if negated else ''}{''.join(inner)}]"
            if sign == "[":
                if inner[-1:] != ["-"]:
                    raise NoPattern("[ ] の中の [ は \\[ と書きます")
                return self.subtraction("".join(inner[:-1]), negated=negated)
            inner.append(self.inside_escape() if sign == "\\" else sign)

    def inside_escape(self) -> str:
        sign = self.take()
        if sign in {"p", "P"}:
            return self.category(sign, inside=True)
        if sign in _CLASSES:
            return _CLASSES[sign]
        if sign in _PLAIN_ESCAPES and sign:
            return f"\\{sign}"
        raise NoPattern(f"[ ] の中で \\{sign} は使えません")

    def subtraction(self, base: str, *, negated: bool) -> str:
        """`[a-z-[aeiou]]`, reckoned out where both sides are plain characters."""
        removed = self.char_class()
        if self.take() != "]":
            raise NoPattern("[…-[…]] が閉じていません")
        left = _points(base, negated=negated)
        right = _points(removed[1:-1].removeprefix("^"), negated=removed.startswith("[^"))
        return _class_of(_minus(left, right))


def _without_spaces(pattern: str) -> str:
    """Flag x: white space counts inside brackets only."""
    made, depth, position = [], 0, 0
    while position < len(pattern):
        sign = pattern[position]
        if sign == "\\" and position + 1 < len(pattern):
            following = position + 1
            while following < len(pattern) and not depth and pattern[following].isspace():
                following += 1
            made.append(sign + pattern[following : following + 1])
            position = following + 1
            continue
        depth += (sign == "[") - (sign == "]" and depth > 0)
        if depth or not sign.isspace():
            made.append(sign)
        position += 1
    return "".join(made)


_LAST_POINT = 0x10FFFF


def _points(inner: str, *, negated: bool) -> list[tuple[int, int]]:
    """The code points of the inside of a class, as ranges."""
    single = re.compile(r"\\x\{([0-9A-F]+)\}|\\([nrt])|\\([^pP])|([^\\])", re.DOTALL)
    signs: list[int] = []
    plain: list[bool] = []
    position = 0
    while position < len(inner):
        found = single.match(inner, position)
        if not found:
            raise NoPattern("差の [ ] の中で \\p は使えません")
        code, control, escaped, sign = found.groups()
        if control:
            signs.append(ord({"n": "\n", "r": "\r", "t": "\t"}[control]))
        else:
            signs.append(int(code, 16) if code else ord(escaped or sign))
        plain.append(sign is not None)
        position = found.end()
    ranges, place = [], 0
    while place < len(signs):
        if place + 2 < len(signs) and signs[place + 1] == ord("-") and plain[place + 1]:
            ranges.append((signs[place], signs[place + 2]))
            place += 3
        else:
            ranges.append((signs[place], signs[place]))
            place += 1
    return _minus([(0, _LAST_POINT)], ranges) if negated else ranges


def _minus(left: list[tuple[int, int]], right: list[tuple[int, int]]) -> list[tuple[int, int]]:
    for low, high in right:
        left = [
            part
            for start, end in left
            for part in ((start, min(end, low - 1)), (max(start, high + 1), end))
            if part[0] <= part[1]
        ]
    return left


def _class_of(ranges: list[tuple[int, int]]) -> str:
    if not ranges:
        return r"[^\x{0}-\x{10FFFF}]"
    return "[" + "".join(f"\\x{{{low:X}}}-\\x{{{high:X}}}" for low, high in ranges) + "]"
