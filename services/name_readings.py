"""How a name written in kanji is probably read: a proposal for the kana, never the reading itself.

A name is read as its bearer says; the dictionary (Sudachi, offline) knows the usual reading only. So whoever
uses this marks it as to be confirmed.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import Any

from sudachipy import Dictionary, SplitMode

from rules.kana import is_katakana_name, name_search_key, normalize_katakana

LONGEST = 60
SURNAME = ("人名", "姓")


def propose(name: str) -> str:
    """The usual reading in full-width katakana, surname and given name apart; empty where none is known.

    None is proposed for a name with Latin letters or digits: how it is pronounced is not in its spelling.
    """
    parts = name.split() if len(name) <= LONGEST else []
    if any(unicodedata.normalize("NFKC", char).isascii() for part in parts for char in part):
        return ""
    if len(parts) == 1:
        parts = _apart(parts[0])
    told = [_reading(part) or _reading(name_search_key(part)) for part in parts]
    return "\u3000".join(told) if all(told) else ""


def _apart(name: str) -> list[str]:
    """A name without a space, cut behind the words that can be a surname only."""
    words = _words(name)
    end = next((place for place, word in enumerate(words) if word.part_of_speech()[2:4] != SURNAME), 0)
    halves = ["".join(word.surface() for word in half) for half in (words[:end], words[end:])]
    return [half for half in halves if half]


def _reading(text: str) -> str:
    """The readings of the words one after the other; empty where one has none."""
    told = [word.surface() if _is_kana(word.surface()) else word.reading_form() for word in _words(text)]
    reading = normalize_katakana("".join(told))
    return reading if is_katakana_name(reading) else ""


def _is_kana(text: str) -> bool:
    return is_katakana_name(normalize_katakana(text))


def _words(text: str) -> list[Any]:
    return list(_dictionary().tokenizer(mode=SplitMode.A).tokenize(text))


@cache
def _dictionary() -> Any:
    """Read when the first name is asked for: a third of a second."""
    return Dictionary(dict="small")
