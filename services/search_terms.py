"""What somebody typed to find a person, read into levelled keys; no database is asked here (A6).

One box guesses: digits, a date (alone or after a name), kana, an address, else a name. What could be two
things gives two attempts, and the first that finds somebody counts. Twelve digits are refused unread: the
Individual Number is no key of any search (M06).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from rules.eras import DateNotUnderstood, PartialDate, parse_partial_date
from rules.kana import address_search_key, kana_search_key, name_search_key
from services.errors import RuleBroken

SHORTEST_INSIDE = 3  # characters; shorter ones have no trigram and would be looked for in every row
CARD_DIGITS, HOUSEHOLD_DIGITS, ADDRESSEE_DIGITS = 8, 10, 15
LONGEST = 60

_KANA = re.compile(r"[\u3041-\u3096\u309d\u309e\u30a1-\u30fa\u30fc-\u30fe\u3099-\u309c・\s.-]+")
_NUMBER = re.compile(r"(\d+)(?:[-の ]+(\d{1,2}))?")
_PLACE = re.compile(r"[都道府県市区町村郡].*\d|丁目|番地|\d+-\d+|.{2,}[市町村区]$")
_TWELVE_DIGITS = re.compile(r"(?<!\d)\d{12}(?!\d)")
_YEAR = re.compile("(?:18|19|20)[0-9]{2}")
_DATE_WORD = re.compile(r"\d.*\D.*\d|[元\d].*年|[rhstm令平昭大明].*\d", re.IGNORECASE)


class NotSearchable(RuleBroken):
    """What was typed cannot be looked for; `field` is the field of the detailed form, "" the one box."""

    code = "not_searchable"

    def __init__(self, message_ja: str, message_en: str, field: str = "") -> None:
        """Keep the field for the error beside it."""
        super().__init__(message_ja, message_en)
        self.field = field


class IndividualNumberTyped(NotSearchable):
    """Twelve digits were typed; they are neither searched nor shown again (M06)."""

    code = "individual_number_typed"


@dataclass(frozen=True)
class Wanted:
    """Whom to look for. Keys are levelled; what is empty does not narrow. `born` is the start of an ISO date.

    `inside` looks for name and kana anywhere, not only from the start; `written` is what kana may be spelt
    as in the name itself (an alias in katakana), and will do instead of `kana`.
    """

    name: str = ""
    kana: str = ""
    written: str = ""
    inside: bool = False
    born: str = ""
    number: str = ""
    branch: str = ""
    household: str = ""
    addressee: str = ""
    address: str = ""
    insured_only: bool = False

    @property
    def kinds(self) -> list[str]:
        """Which kinds of keys are asked for; all that the audit record says of a search."""
        names = ("name", "kana", "born", "number", "household", "addressee", "address")
        return [name for name in names if getattr(self, name)]


def read_box(text: str, today: date) -> list[Wanted]:
    """What one box may mean: the likeliest first, at most two attempts.

    Raises:
        NotSearchable: nothing was typed, or nothing that can be looked for.
    """
    plain = _plain(text)
    _refuse_individual_number(plain)
    digits = re.sub(r"[\s-]", "", plain)
    if digits.isdecimal():
        return _numbers(plain, digits, today)
    born = _date(plain, today)
    if born:
        return [Wanted(born=born)]
    head, _, tail = plain.rpartition(" ")
    born = f"{tail}-" if head and _YEAR.fullmatch(tail) else _date(tail, today) if head else ""
    if born:
        return [replace(one, born=born) for one in _words(head)]
    return _words(plain)


def read_form(typed: Mapping[str, str], today: date) -> list[Wanted]:
    """What the detailed form asks for: every field narrows.

    Raises:
        NotSearchable: every field is empty, or one cannot be read (its name is in `field`).
    """
    for value in typed.values():
        _refuse_individual_number(_plain_or_nothing(value))
    number = re.fullmatch(_NUMBER, _plain_or_nothing(typed.get("number")) or "")
    if typed.get("number", "").strip() and number is None:
        raise NotSearchable(
            "記号番号は数字で入力してください(例: 90000001、枝番も分かるときは 90000001-01)。",
            "Type the insured number in digits, e.g. 90000001 or 90000001-01.",
            "number",
        )
    wanted = Wanted(
        name=name_search_key(_plain_or_nothing(typed.get("name"))),
        kana=kana_search_key(_plain_or_nothing(typed.get("kana"))),
        inside=typed.get("inside") == "yes",
        born=_form_date(typed.get("born", ""), today),
        number=number[1].zfill(CARD_DIGITS) if number else "",
        branch=(number[2] or "").zfill(2) if number and number[2] else "",
        household=_digits(typed.get("household", ""), HOUSEHOLD_DIGITS, "household"),
        address=address_search_key(_plain_or_nothing(typed.get("address"))),
        insured_only=typed.get("insured_only") == "yes",
    )
    if not wanted.kinds:
        raise NotSearchable(
            "探す条件がありません。どれか一つ以上入力してください。",
            "Nothing to search for. Fill in at least one field.",
        )
    _refuse_short(wanted)
    return [wanted]


def as_mapping(wanted: Wanted) -> dict[str, Any]:
    """A search as plain values, to be kept between pages: what is not empty."""
    return {name: value for name, value in vars(wanted).items() if value}


def _numbers(plain: str, digits: str, today: date) -> list[Wanted]:
    with_branch = re.fullmatch(_NUMBER, plain)
    if with_branch and with_branch[2] and len(with_branch[1]) == CARD_DIGITS:
        return [Wanted(number=with_branch[1], branch=with_branch[2].zfill(2))]
    born = _date(plain, today)
    if born and "-" in plain:
        return [Wanted(born=born)]
    household = Wanted(household=digits.zfill(HOUSEHOLD_DIGITS))
    if len(digits) <= CARD_DIGITS:
        return [Wanted(number=digits.zfill(CARD_DIGITS)), Wanted(born=born) if born else household]
    if len(digits) <= HOUSEHOLD_DIGITS:
        return [household]
    if len(digits) <= ADDRESSEE_DIGITS:
        return [Wanted(addressee=digits.zfill(ADDRESSEE_DIGITS))]
    raise NotSearchable(
        "この桁数の番号はありません。被保険者番号は8桁、世帯番号は10桁です。",
        "There is no number of this length: insured numbers have 8 digits, household numbers 10.",
    )


def _words(plain: str) -> list[Wanted]:
    if _KANA.fullmatch(plain):
        return _kana(plain)
    if _PLACE.search(plain):
        attempts = [Wanted(address=address_search_key(plain)), Wanted(name=name_search_key(plain))]
        return [one for one in attempts if len(one.address or one.name) >= SHORTEST_INSIDE] or attempts[1:]
    return _attempts(Wanted(name=name_search_key(plain)))


def _kana(plain: str) -> list[Wanted]:
    """As kana; where nobody is found, inside it, or as the name is written."""
    wanted, written = Wanted(kana=kana_search_key(plain)), name_search_key(plain)
    attempts = _attempts(wanted)
    again = replace(attempts[1], written=written) if len(attempts) > 1 else Wanted(name=written)
    return [wanted, again]


def _attempts(wanted: Wanted) -> list[Wanted]:
    """From the start of the name; where nobody is found, inside it."""
    key = wanted.name or wanted.kana
    if not key:
        raise NotSearchable(
            "この文字では探せません。氏名・カナ・番号・生年月日のどれかを入力してください。",
            "This cannot be searched. Type a name, kana, a number or a date of birth.",
        )
    return [wanted, replace(wanted, inside=True)] if len(key) >= SHORTEST_INSIDE else [wanted]


def _plain(text: str) -> str:
    plain = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip()
    if not plain:
        raise NotSearchable(
            "探す言葉がありません。氏名・カナ・被保険者番号・生年月日のどれかを入力してください。",
            "Nothing to search for. Type a name, kana, an insured number or a date of birth.",
        )
    if len(plain) > LONGEST:
        raise NotSearchable(
            f"長すぎます。{LONGEST}文字以内で入力してください。",
            f"Too long; type {LONGEST} characters at most.",
        )
    return re.sub(r"[‐‑‒–—―−]|(?<=\d)ー", "-", plain)


def _plain_or_nothing(text: str | None) -> str:
    return _plain(text) if text and text.strip() else ""


def holds_twelve_digits(text: str) -> bool:
    """Whether somebody may have typed an Individual Number, in any spelling, where none belongs."""
    plain = re.sub(r"[‐‑‒–—―−]|(?<=\d)ー", "-", unicodedata.normalize("NFKC", text))
    return _TWELVE_DIGITS.search(re.sub(r"(?<=\d)[\s-]+(?=\d)", "", plain)) is not None


def _refuse_individual_number(plain: str) -> None:
    if holds_twelve_digits(plain):
        raise IndividualNumberTyped(
            "12桁の番号では探せません。個人番号は検索に使えません(番号法)。氏名・カナ・生年月日・"
            "被保険者番号で探してください。入力は記録していません。",
            "Twelve digits cannot be searched: the Individual Number is no search key. Use the name, kana, "
            "date of birth or insured number. What you typed was not kept.",
        )


def _date(text: str, today: date) -> str:
    """The start of an ISO date where the text is one that somebody living could be born on, else nothing."""
    if not (_DATE_WORD.search(text) or re.fullmatch(r"\d{8}", text)):
        return ""
    try:
        born = parse_partial_date(text)
    except DateNotUnderstood:
        return ""
    return _prefix(born) if born.earliest <= today else ""


def _form_date(text: str, today: date) -> str:
    if not text.strip():
        return ""
    try:
        born = parse_partial_date(text)
    except DateNotUnderstood as error:
        raise NotSearchable(
            error.message_ja, "This is not a date. Type S55.4.2 or 1980-04-02; S55.4 or S55 do too.", "born"
        ) from error
    if born.earliest > today:
        raise NotSearchable(
            "生年月日が先の日付です。年号を付けて入力してください(例: S55.4.2)。",
            "The date of birth is in the future. Type the era, e.g. S55.4.2.",
            "born",
        )
    return _prefix(born)


def _prefix(born: PartialDate) -> str:
    """1980-04-02, or as much of it as is known: 1980-04-, 1980-."""
    if born.is_complete:
        return born.iso
    return born.iso[:8] if born.month else born.iso[:5]


def _digits(text: str, length: int, field: str) -> str:
    if not text.strip():
        return ""
    digits = re.sub(r"[\s-]", "", _plain(text))
    if not digits.isdecimal() or len(digits) > length:
        raise NotSearchable(
            f"{length}桁までの数字で入力してください。", f"Type up to {length} digits.", field
        )
    return digits.zfill(length)


def _refuse_short(wanted: Wanted) -> None:
    if wanted.address and len(wanted.address) < SHORTEST_INSIDE:
        raise NotSearchable(
            f"住所は{SHORTEST_INSIDE}文字以上入力してください。",
            f"Type {SHORTEST_INSIDE} characters of the address at least.",
            "address",
        )
    for field, key in (("name", wanted.name), ("kana", wanted.kana)):
        if wanted.inside and key and len(key) < SHORTEST_INSIDE:
            raise NotSearchable(
                f"名前の途中で探すには{SHORTEST_INSIDE}文字以上入力してください。先頭からなら1文字でも探せます。",
                f"To search inside a name, type {SHORTEST_INSIDE} characters; from its start one will do.",
                field,
            )
