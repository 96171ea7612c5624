"""The letters whose text is data: which places each declares, and the text that we ship (printing/texts/).

What an office publishes beside it is in the database (services/letter_texts.py). A shipped text is a file of
two parts: its first line is the heading, the rest, after a blank line, the text (printing/wording.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

FOLDER: Final = Path(__file__).parent / "texts"


@dataclass(frozen=True)
class Place:
    """A place that a letter may name: what fills it, in both languages."""

    name: str
    ja: str
    en: str


@dataclass(frozen=True)
class LetterKind:
    """A letter whose text is data: its titles, the document that it is printed as, its places."""

    slug: str
    title_ja: str
    title_en: str
    document: str
    places: tuple[Place, ...]

    @property
    def names(self) -> frozenset[str]:
        return frozenset(place.name for place in self.places)


_CASE: Final = (
    Place("氏名", "対象の方の氏名", "Name of the person concerned"),
    Place("世帯主", "世帯主の氏名", "Name of the head of household"),
    Place("届出", "届出の種類と事由", "What was notified"),
    Place("受付番号", "届出の受付番号", "Reception number"),
    Place("受付日", "届出の受付日", "Day of reception"),
    Place("期限", "提出の期限", "Until when"),
    Place("担当課", "担当課の名前", "Section in charge"),
    Place("電話", "担当課の電話番号", "Its telephone number"),
)
_KINDS: Final = (
    LetterKind(
        "student_proof_request",
        "学生の特例 毎年の確認のお願い",
        "Student: yearly proof asked for",
        "notice_letter",
        _CASE,
    ),
    LetterKind(
        "student_proof_overdue",
        "学生の特例 確認の催促",
        "Student: proof overdue",
        "notice_letter",
        _CASE,
    ),
    LetterKind(
        "facility_proof_request",
        "住所地特例 毎年の確認のお願い",
        "Facility: yearly proof asked for",
        "notice_letter",
        _CASE,
    ),
    LetterKind(
        "facility_proof_overdue",
        "住所地特例 確認の催促",
        "Facility: proof overdue",
        "notice_letter",
        _CASE,
    ),
)
LETTERS: Final[Mapping[str, LetterKind]] = MappingProxyType({kind.slug: kind for kind in _KINDS})


@cache
def shipped(slug: str) -> tuple[str, str]:
    """The heading and the text that we ship of a letter."""
    heading, _, text = (FOLDER / f"{slug}.txt").read_text(encoding="utf-8").partition("\n")
    return heading, text.strip("\n")
