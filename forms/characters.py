"""Which characters may stand in a name or a text: those that can be printed.

A character without any chance of a glyph (emoji, control and private characters, unassigned code points)
is refused at the door; whether the font really has the rest is asked again at print (architecture, Ruling 4).
"""

import re
import unicodedata
from typing import Final

from rules.numbers import NumberNotValid, normalize_individual_number

VARIATION_SELECTORS: Final = re.compile("[\ufe00-\ufe0d\U000e0100-\U000e01ef]")  # not the two of emoji
_NAME_SIGNS: Final = frozenset("ー・･-‐'’.,()()々〆〇ゝゞヽヾ〻\u3000 ")
_EMOJI_JOINERS: Final = frozenset("\u200d\ufe0e\ufe0f\u20e3")
_NO_SIGN: Final = frozenset({"Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp"})
_TWELVE_DIGITS: Final = re.compile(r"(?<!\d)\d{4}[ -]?\d{4}[ -]?\d{4}(?!\d)", re.ASCII)
MASK: Final = "••••••••••••"


def unprintable(text: str, *, lines: bool = False) -> str | None:
    """Return the first character that no font of ours can show, or None."""
    allowed = "\n" if lines else ""
    return next((char for char in text if char not in allowed and _has_no_glyph(char)), None)


def not_of_a_name(text: str) -> str | None:
    """Return the first character that cannot stand in a person's name, or None."""
    return next((char for char in text if not _may_be_in_a_name(char)), None)


def describe(char: str) -> str:
    """Name a character without showing it: U+1F600."""
    return f"U+{ord(char):04X}"


def holds_individual_number(text: str) -> bool:
    """Say whether a text holds twelve digits that could be an Individual Number."""
    return any(_is_individual_number(hit[0]) for hit in _TWELVE_DIGITS.finditer(_level(text)))


def hide_individual_numbers(text: str) -> str:
    """Return the text with every possible Individual Number masked, so that it can be shown again."""
    if not holds_individual_number(text):
        return text
    return _TWELVE_DIGITS.sub(lambda hit: MASK if _is_individual_number(hit[0]) else hit[0], _level(text))


def _level(text: str) -> str:
    return re.sub("[‐‑‒–—―−]", "-", unicodedata.normalize("NFKC", text))


def _is_individual_number(text: str) -> bool:
    try:
        normalize_individual_number(text)
    except NumberNotValid:
        return False
    return True


def _has_no_glyph(char: str) -> bool:
    """Control, private and unassigned characters; signs and emoji that are not of JIS X 0213."""
    if VARIATION_SELECTORS.match(char):
        return False
    category = unicodedata.category(char)
    if char in _EMOJI_JOINERS or category in _NO_SIGN:
        return True
    return category in {"So", "Sk"} and not _is_of_jis(char)


def _is_of_jis(char: str) -> bool:
    try:
        char.encode("euc_jis_2004")
    except UnicodeEncodeError:
        return False
    return True


def _may_be_in_a_name(char: str) -> bool:
    if _has_no_glyph(char):
        return False
    return char in _NAME_SIGNS or unicodedata.category(char) in {
        "Lu",
        "Ll",
        "Lt",
        "Lm",
        "Lo",
        "Mn",
        "Mc",
        "Nl",
    }
