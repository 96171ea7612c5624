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

from printing.wording import Fault, Paragraph, faults_of, fill

FOLDER: Final = Path(__file__).parent / "texts"


@dataclass(frozen=True)
class Place:
    """A place that a letter may name: what fills it, in both languages.

    A block is a table of the letter: it stands in a line of its own, exactly once.
    """

    name: str
    ja: str
    en: str
    is_block: bool = False


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

    @property
    def blocks(self) -> frozenset[str]:
        return frozenset(place.name for place in self.places if place.is_block)

    def faults_of(self, heading: str, body: str) -> tuple[Fault, ...]:
        """What keeps heading and text from being used for this letter."""
        return faults_of(heading, body, self.names, self.blocks)

    def fill(self, body: str, values: Mapping[str, str]) -> tuple[Paragraph, ...]:
        """The paragraphs of a text for this letter.

        Raises:
            WordingRefused: it cannot be used.
        """
        return fill(body, values, self.blocks)


_OFFICE: Final = (
    Place("担当課", "担当課の名前", "Section in charge"),
    Place("電話", "担当課の電話番号", "Its telephone number"),
)
_CASE: Final = (
    Place("氏名", "対象の方の氏名", "Name of the person concerned"),
    Place("世帯主", "世帯主の氏名", "Name of the head of household"),
    Place("届出", "届出の種類と事由", "What was notified"),
    Place("受付番号", "届出の受付番号", "Reception number"),
    Place("受付日", "届出の受付日", "Day of reception"),
    Place("期限", "提出の期限", "Until when"),
    *_OFFICE,
)
_PAPERS: Final = (
    Place("宛名", "手紙の宛名", "To whom it goes"),
    Place("届出", "届出の種類と事由", "What was notified"),
    Place("受付番号", "届出の受付番号", "Reception number"),
    Place("受付日", "届出の受付日", "Day of reception"),
    *_OFFICE,
)
_MISSING: Final = (
    *_PAPERS,
    Place("期限", "提出の期限", "Until when"),
    Place("足りない書類", "足りない書類の表(1行に単独で)", "Table of missing papers (alone)", is_block=True),
)
_RETURNED: Final = (
    *_PAPERS,
    Place("返却の方法", "窓口で手渡し・郵送", "How they go back"),
    Place("返す書類", "返す書類の表(1行に単独で)", "The table of the papers (alone)", is_block=True),
)
_COVER: Final = (
    Place("宛名", "手紙の宛名", "To whom it goes"),
    Place("枚数", "同封する証の枚数", "How many certificates"),
    Place("有効期限", "有効期限(違うときは「証に記載の日」)", "Last day; “as written” where they differ"),
    *_OFFICE,
)
_CAME_BACK: Final = (
    Place("氏名", "証の方の氏名", "Whose certificate it is"),
    Place("宛名", "手紙の宛名", "To whom the letter goes"),
    Place("証", "証の種類", "Kind of certificate"),
    Place("証の番号", "証の通し番号", "Serial of the certificate"),
    Place("返戻日", "市に戻った日", "Day on which it came back"),
    *_OFFICE,
)
_KINDS: Final = (
    LetterKind(
        "missing_papers_notice",
        "不備通知(足りない書類のお願い)",
        "Missing papers asked for",
        "missing_papers_notice",
        _MISSING,
    ),
    LetterKind(
        "missing_papers_reminder",
        "不備通知(催促)",
        "Missing papers asked for again",
        "missing_papers_notice",
        _MISSING,
    ),
    LetterKind("papers_returned", "書類返却書", "Return of papers", "papers_returned", _RETURNED),
    LetterKind(
        "eligibility_certificate_cover",
        "資格確認書を送る手紙",
        "Cover of certificates of eligibility",
        "eligibility_certificate",
        _COVER,
    ),
    LetterKind(
        "eligibility_notice_cover",
        "資格情報のお知らせの文",
        "Words of the notice of eligibility",
        "eligibility_notice",
        _COVER,
    ),
    LetterKind(
        "elderly_recipient_card_cover",
        "高齢受給者証を送る手紙",
        "Cover of elderly recipient certificates",
        "elderly_recipient_card",
        _COVER,
    ),
    LetterKind(
        "ceiling_certificate_cover",
        "限度額適用認定証を送る手紙",
        "Cover of ceiling-amount certificates",
        "ceiling_certificate",
        _COVER,
    ),
    LetterKind(
        "ceiling_reduction_certificate_cover",
        "限度額適用・標準負担額減額認定証を送る手紙",
        "Cover of ceiling-amount and meal reduction certificates",
        "ceiling_reduction_certificate",
        _COVER,
    ),
    LetterKind(
        "certificate_came_back",
        "戻った証のお受取りのお願い",
        "Certificate came back: please collect",
        "notice_letter",
        _CAME_BACK,
    ),
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
