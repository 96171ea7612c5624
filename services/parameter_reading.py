"""What somebody types to enter a value of the law: read, or refused with each fault at its field."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from forms.characters import holds_individual_number
from models.parameter_entry import OPEN, ParameterEntry
from rules.law import Certainty
from rules.premium.amounts import rate_of
from services.errors import RuleBroken

FIRST_YEAR: Final = 2021  # the oldest year that the rules compute
MOST: Final = {"cap": 2_000_000, "per_capita_levy": 200_000, "household_levy": 200_000}
MOST_SUPPLEMENT: Final = 20_000
LENGTHS: Final = {"source_title": 200, "source_article": 100, "source_href": 300}
Words = tuple[str, str]


class EntryRefused(RuleBroken):
    """What was typed cannot be entered; `errors` says why by field, in both languages."""

    code = "entry_refused"

    def __init__(self, errors: Mapping[str, Words]) -> None:
        """Carry every fault to its field."""
        first = next(iter(errors.values()))
        super().__init__(*first)
        self.errors = errors


@dataclass(frozen=True)
class Told:
    """What somebody types: the year, the value and where it was read."""

    year: str
    value: str
    source_title: str
    source_article: str
    source_href: str
    certainty: str


def read(name: str, told: Told) -> ParameterEntry:
    """What was typed as a row that is not yet on record.

    Raises:
        EntryRefused: it cannot be, each fault at its field.
    """
    errors: dict[str, Words] = {}
    year, value = _year(told.year, errors), _value(name, told.value, errors)
    texts = {field: " ".join(getattr(told, field).split()) for field in LENGTHS}
    for field, most in LENGTHS.items():
        if fault := _text_fault(texts[field], most, needed=field != "source_href"):
            errors[field] = fault
    if told.certainty not in {one.value for one in Certainty}:
        errors["certainty"] = ("確かさを一覧から選んでください。", "Choose how certain it is.")
    if errors:
        raise EntryRefused(errors)
    return ParameterEntry(
        name=name, fiscal_year=year, value=value, certainty=told.certainty, state=OPEN, **texts
    )


def _year(typed: str, errors: dict[str, Words]) -> int:
    text = _plain(typed)
    if not re.fullmatch(r"\d{4}", text) or not FIRST_YEAR <= int(text) <= FIRST_YEAR + 100:
        errors["year"] = (
            f"年度を西暦4桁で入力してください(例 2027)。{FIRST_YEAR}年度からです。",
            f"Type the fiscal year in four digits (2027), {FIRST_YEAR} or later.",
        )
        return 0
    return int(text)


def _value(name: str, typed: str, errors: dict[str, Words]) -> str:
    text = _plain(typed).removesuffix("%").removesuffix("円").replace(",", "")
    if name.endswith("income_rate"):
        return _rate(text, errors)
    kind = name.rpartition("/")[2]
    most = MOST.get(kind, MOST_SUPPLEMENT)
    if not re.fullmatch(r"\d{1,12}", text):
        errors["value"] = (
            "0以上の整数を円で入力してください(例 31200)。負の数や小数、千円単位は使えません。",
            "Type whole yen, nothing below zero (31200): no fraction, no thousands of yen.",
        )
    elif int(text) > most:
        errors["value"] = (
            f"{int(text):,}円は大きすぎます。{most:,}円までです。けた数と単位(円)を確かめてください。",
            f"{int(text):,} yen is too much: at most {most:,}. Check the digits and the unit (yen).",
        )
    return text.lstrip("0") or "0"


def _rate(text: str, errors: dict[str, Words]) -> str:
    if not re.fullmatch(r"\d{1,6}(\.\d{1,6})?", text):
        errors["value"] = (
            "率を百分率の数字で入力してください(例 8.04)。負の数は使えません。",
            "Type the rate in per cent (8.04), nothing below zero.",
        )
        return text
    try:
        rate_of(text)
    except ValueError:
        ja, en = _meant(text)
        errors["value"] = (
            f"率「{text}」は使えません。0から20まで、小数は3けたまでの百分率です(例 8.04)。{ja}",
            f"A rate of {text} cannot be: 0 to 20 per cent with up to three decimals (8.04). {en}",
        )
    return text


def _meant(text: str) -> Words:
    """What somebody meant who left out the point: 804 is 8.04."""
    if not re.fullmatch(r"[1-9]\d{2}", text):
        return "小数点の位置を確かめてください。", "Check the point."
    meant = f"{text[0]}.{text[1:]}"
    return f"「{meant}」のことですか。小数点を確かめてください。", f"Did you mean {meant}? Check the point."


def _text_fault(text: str, most: int, *, needed: bool) -> Words | None:
    if needed and not text:
        return (
            "出典を入力してください。確認する人がその文書を見て確かめます。",
            "Say where it was read: who checks it looks there.",
        )
    if len(text) > most:
        return (f"{most}字までです。短くしてください。", f"At most {most} characters.")
    if holds_individual_number(text):
        return (
            "個人番号のような番号が入っています。消してください。",
            "This looks like an Individual Number. Take it out.",
        )
    return None


def _plain(typed: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", typed))
