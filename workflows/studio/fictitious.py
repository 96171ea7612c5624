"""What somebody entered, made into the entry of nobody: other names, days and numbers of the same shape.

What the definition itself says stays, since the course follows it: the choices of its forms, the texts of its
conditions and tables, the declared answers of its operations. All else is replaced, alike by alike.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from random import SystemRandom
from typing import Any
from uuid import uuid4

from forms.formats import is_reference
from rules.numbers import (
    insurer_number_check_digit,
    insurer_number_is_valid,
    municipality_code_check_digit,
    municipality_code_is_valid,
)
from workflows.engine.bundle import Bundle
from workflows.engine.operations import examples_of, operation_names

LONG_AGO = timedelta(days=730)
WEEKS = 8
JITTER = 28
KANJI = "山川田村林森石野原谷島崎浜岡坂橋松竹梅桜青白黒赤東西南北春夏秋冬大小中上下高長"
HIRAGANA = "あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろ"
KATAKANA = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロ"
HALF_WIDTH = "".join(chr(one) for one in range(0xFF71, 0xFF9D))
_QUOTED = re.compile(r'(?:"|&quot;)((?:(?!&quot;)[^"<>\n]){1,80})(?:"|&quot;)')
_PARTIAL = re.compile(r"(\d{4})(-\d{2}-00)", re.ASCII)


class Disguise:
    """Replaces the values of one case, each value always by the same one."""

    def __init__(self, said: Iterable[str], began: datetime) -> None:
        """Know what the definition itself says, and when the case began."""
        self._said = frozenset(said)
        self._random = SystemRandom()
        self._began = began.date()
        self._shift = -7 * self._random.randint(1, WEEKS)
        self._known: dict[Any, Any] = {}

    def moment(self, at: datetime) -> datetime:
        """A moment of the case, moved by the same number of weeks as every day in it."""
        return at + timedelta(days=self._shift)

    def of(self, value: Any, name: str = "") -> Any:
        """The value of a field, replaced."""
        if isinstance(value, Mapping):
            return {key: self.of(one, str(key)) for key, one in value.items()}
        if isinstance(value, list):
            return [self.of(one, name) for one in value]
        if value is None or isinstance(value, bool) or (isinstance(value, str) and value in self._said):
            return value
        key = (type(value), value, self._is_id(name))
        if key not in self._known:
            self._known[key] = self._text(value) if isinstance(value, str) else self._number(value, name)
        return self._known[key]

    def _text(self, text: str) -> str:
        if is_reference(text):
            return f"vault:{uuid4()}"
        partial = _PARTIAL.fullmatch(text)
        if partial is not None:  # a day of which only the year or the month is known
            return f"{int(partial[1]) - self._random.randint(1, 3):04}{partial[2]}"
        if municipality_code_is_valid(text):
            five = self._like(text[:2], text[2:5])
            return f"{five}{municipality_code_check_digit(five)}"
        if insurer_number_is_valid(text):
            most = self._like(text[:-4], text[-4:-1])
            return f"{most}{insurer_number_check_digit(most)}"
        try:
            return self._day(date.fromisoformat(text)).isoformat()
        except ValueError:
            return self._other(text)

    def _other(self, text: str) -> str:
        try:
            return self.moment(datetime.fromisoformat(text)).isoformat()
        except ValueError:
            return "".join(self._letter(one, place) for place, one in enumerate(text))

    def _day(self, day: date) -> date:
        """A day of the case; one of long before, as a birth, by some days more."""
        shift = self._shift
        if self._began - day > LONG_AGO:
            shift += self._random.choice(
                [one for one in range(-JITTER, JITTER + 1) if one not in {0, -shift}]
            )
        return day + timedelta(days=shift)

    def _like(self, start: str, digits: str) -> str:
        """Other digits after the same beginning."""
        others = [f"{one:03}" for one in range(1_000) if f"{one:03}" != digits]
        return start + self._random.choice(others)

    def _letter(self, letter: str, place: int) -> str:
        pool = _pool(letter, place)
        return self._random.choice([one for one in pool if one != letter]) if pool else letter

    def _number(self, value: float, name: str) -> float:
        if self._is_id(name):
            return len(self._known) + 1
        if not isinstance(value, int) or abs(value) < 10:
            return value
        digits = str(abs(value))
        rest = "".join(self._random.choice("0123456789") for _ in digits[1:])
        told = int(digits[0] + rest)
        other = told if told != abs(value) else told ^ 1
        return other if value > 0 else -other

    @staticmethod
    def _is_id(name: str) -> bool:
        return name == "id" or name.endswith(("_id", "_ids"))


def said_by(bundle: Bundle) -> frozenset[str]:
    """The texts that a definition itself holds: choices, texts of conditions and tables, declared answers."""
    found: set[str] = set()
    for form in bundle.forms.values():
        found.update(_choices(form.get("schema", {})))
    for source in (*bundle.bpmn.values(), *bundle.dmn.values()):
        found.update(_QUOTED.findall(source))
    for name in operation_names():
        for example in examples_of(name):
            found.update(text for text in _texts(example.answer) if not _is_day(text))
    return frozenset(found)


def _is_day(text: str) -> bool:
    """A day in an example is no choice: the same day in a case is somebody's."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _choices(schema: Any) -> Iterable[str]:
    if isinstance(schema, Mapping):
        listed = schema.get("enum")
        told = [*(listed if isinstance(listed, list) else []), schema.get("const")]
        yield from (one for one in told if isinstance(one, str))
        for part in schema.values():
            yield from _choices(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from _choices(part)


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from _texts(one)


def _pool(letter: str, place: int) -> str:
    """Letters of the same kind; empty for what is no letter and no digit."""
    if letter.isascii() and letter.isdigit():
        return "0123456789" if place else "" if letter == "0" else "123456789"
    if letter.isascii() and letter.isalpha():
        return "abcdefghijkmnpqrstuvwxyz" if letter.islower() else "ABCDEFGHJKLMNPQRSTUVWXYZ"
    name = unicodedata.name(letter, "")
    for start, pool in _KINDS.items():
        if name.startswith(start):
            return pool
    return KANJI if unicodedata.category(letter).startswith("L") else ""


_KINDS = {
    "HIRAGANA LETTER": HIRAGANA,
    "KATAKANA LETTER": KATAKANA,
    "HALFWIDTH KATAKANA LETTER": HALF_WIDTH,
    "FULLWIDTH DIGIT": "".join(chr(one) for one in range(0xFF10, 0xFF1A)),
    "FULLWIDTH LATIN SMALL": "".join(chr(one) for one in range(0xFF41, 0xFF5B)),
    "FULLWIDTH LATIN CAPITAL": "".join(chr(one) for one in range(0xFF21, 0xFF3B)),
    "KATAKANA-HIRAGANA": "",
    "HALFWIDTH KATAKANA-HIRAGANA": "",
}
