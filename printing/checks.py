"""What is checked before a sheet is printed (letters-and-certificates, section 9).

Check 1 (every ★ place is filled), check 3 (no Individual Number on any letter) and check 8 (a reprint
bears its mark and date) are made here for every document, whoever asks for it. Whether a certificate of
this kind may be issued on its day (check 7) is the law's question: `rules.certificates`.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from printing.documents import kind_of
from printing.errors import ContentMissing, PrintRefused
from printing.glyphs import check_glyphs
from printing.places import label_at, texts, values_at
from rules.numbers import NumberNotValid, normalize_individual_number

OF_THE_CITY: Final = "slip_form."
_TWELVE_DIGITS: Final = re.compile(r"(?<!\d)(?=(\d(?:[ \-‐‑‒–—―−ー・]?\d){11})(?!\d))", re.ASCII)


def check(document: object) -> None:
    """Refuse what may not go on paper, before any layout."""
    kind = kind_of(document)
    check_content(kind.title_ja, document, kind.must)
    check_no_individual_number(document)
    check_glyphs(document)


def check_content(title_ja: str, document: object, must: tuple[str, ...]) -> None:
    """Refuse a document with an empty ★ place, listing every one of them."""
    missing = tuple(_missing(document, must))
    if missing:
        raise ContentMissing(title_ja, missing)


def _missing(document: object, must: tuple[str, ...]) -> Iterator[str]:
    for path in must:
        label = label_at(type(document), path)
        for person, value in values_at(document, path):
            if _is_empty(value):
                yield f"{label}({person}さん)" if person else label
    yield from _half_filled(document)


def _is_empty(value: object) -> bool:
    if isinstance(value, str):
        return not value.strip()
    if isinstance(value, tuple):
        return not value or all(_is_empty(item) for item in value)
    return value is None


def _half_filled(document: object) -> Iterator[str]:
    """A share needs its first day and a reprint its day; each card of a letter is looked at."""
    for card in getattr(document, "cards", ()):
        if card.copay_share is not None and card.share_from is None:
            yield f"一部負担金の割合の発効期日({card.name}さん)"
        if card.copay_share is not None and card.expires_on is None and card.share_until is None:
            yield f"一部負担金の割合の有効期限({card.name}さん)"
        if card.limit_class and card.limit_class_from is None:
            yield f"限度額適用区分の発効期日({card.name}さん)"
        if card.reprint and card.reprinted_on is None:
            yield f"再発行の日({card.name}さん)"


def check_no_individual_number(document: object) -> None:
    """Refuse a document with twelve digits that pass the Individual Number's check; never echo them.

    The form of a payment slip is left out: the city's account number has twelve digits, and nobody's name.
    """
    for text in texts(document):
        if not text.path.startswith(OF_THE_CITY) and holds_individual_number(text.value):
            raise PrintRefused(
                "print.individual_number",
                f"{text.label}に個人番号(マイナンバー)と思われる12桁の数字があるため、印刷を止めました。"
                "通知や証に個人番号は印刷できません。この欄から番号を消してから、もう一度印刷してください。",
                (text.label,),
            )


def holds_individual_number(text: str) -> bool:
    """Whether twelve digits that pass the Individual Number's check stand in a text."""
    levelled = unicodedata.normalize("NFKC", text)
    return any(_is_individual_number(found[1]) for found in _TWELVE_DIGITS.finditer(levelled))


def _is_individual_number(digits: str) -> bool:
    try:
        normalize_individual_number(digits)
    except NumberNotValid:
        return False
    return True
