"""A letter's text on sample households: the edge cases of the demonstration, none of them a real person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from printing.certificates.card import Card
from printing.documents import DOCUMENTS
from printing.letter import Issuer, MailingAddress, PrintedDocument
from printing.letter_texts import LETTERS
from printing.notifications.papers import MissingPaper, ReturnedPaper
from rules.benefits.ceilings import lines_of
from rules.benefits.income_class import CLASS_TITLES, IncomeClass
from rules.eras import PartialDate, format_long
from rules.periods import month_start
from services import city, letter_words
from services.city import Insurer
from services.context import Context
from services.demonstration.edge_cases.names import LONG_NAME
from services.statute import law_on

NO_NUMBER = "(印刷のときに付番)"
UNTIL = date(2027, 3, 31)
EXPIRES = date(2027, 7, 31)
NOTIFIED, NUMBER, SERIAL = "学生の特例の届出(該当)", "R8-000123", "2026-0000123"


@dataclass(frozen=True)
class SampleHousehold:
    """A household as a letter sees it: head and person, and what it shows."""

    code: str
    ja: str
    en: str
    head: str
    person: str


SAMPLES = (
    SampleHousehold("H12", "市外で学ぶ子の世帯", "A son who studies elsewhere", "学生 浩", "学生 翼"),
    SampleHousehold("H13", "施設に移った母の世帯", "A mother in a facility", "特例 千代子", "特例 千代子"),
    SampleHousehold("H17", "𠮷・髙・﨑の氏名", "Rare characters", "𠮷田 武", "髙橋 富美子"),
    SampleHousehold(
        "H18", "異体字のある氏名", "Variants of characters", "葛\U000e0100城 修", "辻\U000e0100 澄江"
    ),
    SampleHousehold("H19", "60文字のローマ字氏名", "A name of sixty letters", LONG_NAME, LONG_NAME),
    SampleHousehold("H20", "フリガナのない氏名", "A name without kana", "NGUYEN THI AN", "NGUYEN THI AN"),
)


def sample_of(code: str | None) -> SampleHousehold:
    """The sample of a code; the first one where there is none of it."""
    return next((one for one in SAMPLES if one.code == code), SAMPLES[0])


def letter(
    ctx: Context, slug: str, heading: str, body: str, version: int, sample: SampleHousehold
) -> PrintedDocument:
    """The letter as it would be printed for a sample household, with the tables and cards of its paper.

    Raises:
        WordingRefused: the text cannot be used.
    """
    kind = LETTERS[slug]
    settings = city.settings_on(ctx.session, ctx.today)
    words = {
        "heading": heading,
        "paragraphs": kind.fill(body, _values(ctx, sample, settings.issuer)),
        "letter": slug,
        "text_version": version,
    }
    place = MailingAddress(postal_code="000-0001", lines=("見本県見本市架空町1丁目2番3号",), name=sample.head)
    frame = {
        "document_number": NO_NUMBER,
        "dated": ctx.today,
        "recipient": place,
        "issuer": settings.issuer,
    }
    more = _parts(ctx, kind.document, sample, settings.insurer)
    made: PrintedDocument = DOCUMENTS[kind.document].dataclass(**frame, **words, **more)
    return made


def _values(ctx: Context, sample: SampleHousehold, issuer: Issuer) -> dict[str, str]:
    return {
        "氏名": sample.person,
        "世帯主": sample.head,
        "宛名": sample.head,
        "届出": NOTIFIED,
        "受付番号": NUMBER,
        "受付日": format_long(ctx.today),
        "期限": format_long(UNTIL),
        "返却の方法": "郵送",
        "枚数": "1",
        "有効期限": format_long(EXPIRES),
        "証": "資格確認書",
        "証の番号": SERIAL,
        "返戻日": format_long(ctx.today),
        **letter_words.of_office(issuer),
    }


def _parts(ctx: Context, document: str, sample: SampleHousehold, insurer: Insurer) -> dict[str, Any]:
    """What a paper has beside its words: a table of papers, or a card."""
    if document in letter_words.COVERS:
        return {"cards": (_card(ctx, document, sample, insurer),)}
    if document == "notice_letter":
        return {}
    about = {"reception_number": NUMBER, "received_on": ctx.today, "procedure": NOTIFIED}
    if document == "papers_returned":
        why = "この届出の手続に必要がないため"
        return about | {"way": "郵送", "items": (ReturnedPaper(paper="住民票の写し", reason=why),)}
    papers = (MissingPaper(paper="在学証明書"), MissingPaper(paper="委任状", until=UNTIL))
    return about | {"answer_until": UNTIL, "items": papers}


def _card(ctx: Context, document: str, sample: SampleHousehold, insurer: Insurer) -> Card:
    elder = document == "elderly_recipient_card"
    return Card(
        serial=SERIAL,
        insurer_number=insurer.number,
        insurer_name=insurer.name,
        symbol="見本",
        number="12345678",
        branch="01",
        name=sample.person,
        short_name="見本 短",
        sex="女",
        birth=PartialDate(1954, 2, 11) if elder else PartialDate(2005, 6, 1),
        acquired_on=ctx.today,
        issued_on=ctx.today,
        expires_on=EXPIRES,
        head_name=sample.head,
        copay_share=2 if elder else None,
        share_from=ctx.today if elder else None,
        **_ceiling(ctx, document),
    )


def _ceiling(ctx: Context, document: str) -> dict[str, Any]:
    """What a ceiling-amount certificate has beside: the class and its limits on the day of the sample."""
    shown = {
        "ceiling_certificate": IncomeClass.MIDDLE_U,
        "ceiling_reduction_certificate": IncomeClass.EXEMPT_O,
    }.get(document)
    if shown is None:
        return {}
    return {
        "limit_class": CLASS_TITLES[shown],
        "limit_class_from": month_start(ctx.today),
        "limits": lines_of(shown, law_on(ctx.today)),
    }
