"""The formats of our schemas: each reads what people type and returns how we keep it.

Dates are typed in any spelling of the office and kept as ISO; kana are kept as full-width katakana; the
Individual Number is only ever a reference of the vault (architecture, Rulings 2 and 5).
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from forms.characters import describe, holds_individual_number, not_of_a_name, unprintable
from forms.messages import DATE_TEXTS_EN
from rules import eras, kana, numbers

NAME_GRAPHEMES: Final = 40
_HYPHENS: Final = re.compile("[‐‑‒–—―−ー-]")
_VAULT: Final = re.compile(r"vault:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.ASCII)
_HALF_KANA: Final = re.compile("[\uff61-\uff9f]+")


class FormatRefused(ValueError):
    """A text does not have the form that its field asks; says what, why and what now in both languages."""

    def __init__(self, code: str, message_ja: str, message_en: str) -> None:
        super().__init__(code)
        self.code = code
        self.message_ja = message_ja
        self.message_en = message_en


@dataclass(frozen=True)
class Format:
    """How a text is read and kept, and a right value for the message of refusal."""

    read: Callable[[str], str]
    example: str


def read_date(text: str) -> str:
    try:
        return eras.parse_date(text).isoformat()
    except eras.DateNotUnderstood as error:
        raise FormatRefused(error.code, error.message_ja, DATE_TEXTS_EN[error.code]) from error


def read_partial_date(text: str) -> str:
    try:
        return eras.parse_partial_date(text).iso
    except eras.DateNotUnderstood as error:
        raise FormatRefused(error.code, error.message_ja, DATE_TEXTS_EN[error.code]) from error


def read_katakana_name(text: str) -> str:
    """Hiragana and half-width kana become full-width katakana, spaces one full-width space."""
    name = kana.normalize_katakana(text)
    if not kana.is_katakana_name(name):
        raise FormatRefused(
            "kana.not_katakana",
            "フリガナに仮名でない文字があります。証に印刷し、検索にも使うため、仮名だけを入力してください。",
            "The kana reading contains something else than kana. Enter kana only.",
        )
    return name


def read_person_name(text: str) -> str:
    """Keep registered characters and variation selectors as they are; only spaces and width are levelled."""
    name = _one_space(_HALF_KANA.sub(lambda hit: unicodedata.normalize("NFKC", hit[0]), text), "\u3000")
    _refuse_individual_number(name)
    wrong = not_of_a_name(name)
    if wrong is not None:
        raise FormatRefused(
            "name.character",
            f"氏名に使えない文字({describe(wrong)})があります。絵文字・記号・数字・制御文字は証に印刷できません。"
            "戸籍や住民票の字を確かめて入力し直してください。",
            f"The name contains a character ({describe(wrong)}) that cannot be printed, such as "
            "an emoji, a sign, a digit or a control character. Enter it again as it is registered.",
        )
    return name


def read_line(text: str) -> str:
    """One line of text that can be printed; no characters without a glyph."""
    return _printable(re.sub(r"[\t ]+", " ", text.strip()), lines=False)


def read_paragraph(text: str) -> str:
    """Several lines of text; line ends become one sign."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    return _printable(lines, lines=True)


def read_postal_code(text: str) -> str:
    """Return the seven digits without hyphen."""
    code = re.sub(r"[\s〒]", "", _HYPHENS.sub("", unicodedata.normalize("NFKC", text)))
    if not re.fullmatch(r"\d{7}", code, re.ASCII):
        raise FormatRefused(
            "postal_code",
            "郵便番号は7桁の数字です。桁数か文字が違います。確かめて入力し直してください。",
            "A postal code has seven digits. Check the digits and enter it again.",
        )
    return code


def read_phone(text: str) -> str:
    """Return digits with half-width hyphens where they were typed."""
    number = re.sub(r"\s", "", _HYPHENS.sub("-", unicodedata.normalize("NFKC", text)))
    number = re.sub(r"[()]", "-", number).strip("-").replace("--", "-")
    digits = number.replace("-", "").removeprefix("+")
    domestic = bool(re.fullmatch(r"0[\d-]+", number, re.ASCII)) and len(digits) in {10, 11}
    abroad = bool(re.fullmatch(r"\+[\d-]+", number, re.ASCII)) and 8 <= len(digits) <= 15
    if not (domestic or abroad) or len(number) > 20:
        raise FormatRefused(
            "phone",
            "電話番号として読めません。市外局番からの10桁か11桁の数字です。確かめて入力し直してください。",
            "This is no telephone number. Enter 10 or 11 digits with the area code.",
        )
    return number


def read_municipality_code(text: str) -> str:
    code = re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
    if not numbers.municipality_code_is_valid(code):
        raise FormatRefused(
            "municipality_code",
            "市区町村コードが正しくありません。6桁で、最後の桁は検査数字です。一覧から選ぶか、確かめて入力してください。",
            "This is no municipality code. It has six digits, the last being a check digit. "
            "Choose it from the list or check it.",
        )
    return code


def read_insurer_number(text: str) -> str:
    number = re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
    if not numbers.insurer_number_is_valid(number):
        raise FormatRefused(
            "insurer_number",
            "保険者番号が正しくありません。6桁か8桁で、最後の桁は検査数字です。書類を見て入力し直してください。",
            "This is no insurer number. It has six or eight digits, the last being a check digit. "
            "Enter it again from the paper.",
        )
    return number


def read_individual_number_reference(text: str) -> str:
    """Accept a reference of the vault only. Digits are refused without being repeated."""
    if not _VAULT.fullmatch(text):
        raise FormatRefused(
            "individual_number_in_clear",
            "個人番号は保管庫の参照としてだけ受け付けます。番号そのものは受け付けられません。"
            "画面を開き直し、個人番号の欄に入力してください。",
            "The Individual Number is accepted as a reference of the vault only. "
            "Open the screen again and enter it in its own field.",
        )
    return text


FORMATS: Final[dict[str, Format]] = {
    "wareki-date": Format(read_date, "R8.11.23"),
    "wareki-partial-date": Format(read_partial_date, "S25.3.1"),
    "katakana-name": Format(read_katakana_name, "ミホン\u3000タロウ"),
    "person-name": Format(read_person_name, "見本\u3000太郎"),
    "printable-line": Format(read_line, ""),
    "printable-paragraph": Format(read_paragraph, ""),
    "postal-code": Format(read_postal_code, "000-0001"),
    "phone": Format(read_phone, "000-0000-0000"),
    "municipality-code": Format(read_municipality_code, ""),
    "insurer-number": Format(read_insurer_number, ""),
    "individual-number-ref": Format(read_individual_number_reference, ""),
}


def is_reference(text: object) -> bool:
    """Say whether a value is a reference of the vault."""
    return isinstance(text, str) and bool(_VAULT.fullmatch(text))


def _one_space(text: str, space: str) -> str:
    return re.sub(r"[ \t\u3000]+", space, text.strip())


def _printable(text: str, *, lines: bool) -> str:
    _refuse_individual_number(text)
    wrong = unprintable(text, lines=lines)
    if wrong is not None:
        raise FormatRefused(
            "text.character",
            f"印刷できない文字({describe(wrong)})があります。絵文字や制御文字は使えません。ほかの文字で入力し直してください。",
            f"There is a character ({describe(wrong)}) that cannot be printed, such as an emoji or a control "
            "character. Use other characters.",
        )
    return text


def _refuse_individual_number(text: str) -> None:
    if holds_individual_number(text):
        raise FormatRefused(
            "individual_number_in_text",
            "個人番号とみられる12桁の数字があります。個人番号は専用の欄にしか入力できません。この欄からは消してください。",
            "There are twelve digits that look like an Individual Number. It may be entered in its own field "
            "only. Remove it here.",
        )
