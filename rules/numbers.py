# ruff: noqa: A005 - imports are absolute (rules.numbers), so the standard module is never meant
"""Numbers with check digits: Individual Number, municipality code, insurer number.

Sources: 平成26年総務省令85号5条 (Individual Number), the code tables of the Ministry of Internal Affairs
(municipality code), of the Ministry of Health (insurer number). No message repeats the number it refuses.
"""

import re
import unicodedata
from typing import Final


class NumberNotValid(ValueError):
    """The text is no such number. `message_ja` says what, why and what now, never the number."""

    def __init__(self, code: str, message_ja: str) -> None:
        super().__init__(message_ja)
        self.code = code
        self.message_ja = message_ja


DEMO_PREFIX: Final = "000"
HELD_AS_TYPED: Final = "8"  # the version of the UUID that names such digits; of all others it is 4
_VERSION_OF_UUID: Final = slice(14, 15)
_INDIVIDUAL_WEIGHTS: Final = (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)  # from the left of eleven digits
_MUNICIPALITY_WEIGHTS: Final = (6, 5, 4, 3, 2)
_SEPARATORS: Final = re.compile(r"[\s‐‑‒–—―−ー-]")


def normalize_individual_number(text: str) -> str:
    """Return the twelve digits; full-width, spaces and hyphens are accepted, a wrong check digit is not."""
    digits = twelve_digits(text)
    if not individual_number_agrees(digits):
        raise NumberNotValid(
            "number.check_digit",
            "個人番号の検査数字が合いません。どこかの数字が違っています。書類を見て入力し直してください。",
        )
    return digits


def individual_number_agrees(digits: str) -> bool:
    """Say whether twelve digits agree with their check digit."""
    return individual_number_check_digit(digits[:11]) == int(digits[11])


def is_held_as_typed(reference: str) -> bool:
    """Say whether a reference `vault:…` names digits that were held though their check digit is wrong."""
    return reference.removeprefix("vault:")[_VERSION_OF_UUID] == HELD_AS_TYPED


def twelve_digits(text: str) -> str:
    """Return the twelve digits as they were told, also where the check digit is wrong."""
    digits = _SEPARATORS.sub("", unicodedata.normalize("NFKC", text))
    if not re.fullmatch(r"\d*", digits, re.ASCII):
        raise NumberNotValid(
            "number.not_digits", "個人番号に数字以外の文字があります。12桁の数字だけを入力してください。"
        )
    if len(digits) != 12:
        raise NumberNotValid(
            "number.length",
            f"個人番号は12桁ですが、{len(digits)}桁入力されています。書類を見て入力し直してください。",
        )
    return digits


def individual_number_check_digit(eleven_digits: str) -> int:
    """Return the twelfth digit: 11 minus the weighted sum modulo 11, or 0 where that remainder is 0 or 1."""
    if not re.fullmatch(r"\d{11}", eleven_digits, re.ASCII):
        raise NumberNotValid("number.length", "検査数字は11桁の数字から計算します。")
    rest = sum(int(d) * w for d, w in zip(eleven_digits, _INDIVIDUAL_WEIGHTS, strict=True)) % 11
    return 0 if rest <= 1 else 11 - rest


def is_demo_individual_number(digits: str) -> bool:
    """Say whether the number is of the invented range of demonstration data."""
    return len(digits) == 12 and digits.startswith(DEMO_PREFIX)


def municipality_code_check_digit(five_digits: str) -> int:
    total = sum(int(d) * w for d, w in zip(five_digits, _MUNICIPALITY_WEIGHTS, strict=True))
    return (11 - total % 11) % 10


def municipality_code_is_valid(code: str) -> bool:
    """Say whether the six digits of a 地方公共団体コード agree with their check digit."""
    if not re.fullmatch(r"\d{6}", code, re.ASCII):
        return False
    return municipality_code_check_digit(code[:5]) == int(code[5])


def insurer_number_check_digit(digits: str) -> int:
    """Return the last digit of a 保険者番号: weights 2,1,2,… from the right, digits of products added."""
    products = (int(d) * (2 - place % 2) for place, d in enumerate(reversed(digits)))
    return -sum(p // 10 + p % 10 for p in products) % 10


def insurer_number_is_valid(number: str) -> bool:
    """Say whether a 保険者番号 of six or eight digits agrees with its check digit."""
    if not re.fullmatch(r"\d{6}|\d{8}", number, re.ASCII):
        return False
    return insurer_number_check_digit(number[:-1]) == int(number[-1])
