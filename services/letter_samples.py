"""A letter's text on sample households: the edge cases of the demonstration, none of them a real person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from printing.letter import MailingAddress
from printing.notifications.notice_letter import NoticeLetter
from printing.wording import fill
from rules.eras import format_long
from services import city
from services.context import Context
from services.demonstration.edge_cases.names import LONG_NAME

NO_NUMBER = "(印刷のときに付番)"
UNTIL = date(2027, 3, 31)


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
) -> NoticeLetter:
    """The letter as it would be printed for a sample household.

    Raises:
        WordingRefused: the text cannot be used.
    """
    issuer = city.settings_on(ctx.session, ctx.today).issuer
    values = {
        "氏名": sample.person,
        "世帯主": sample.head,
        "届出": "学生の特例の届出(該当)",
        "受付番号": "R8-000123",
        "受付日": format_long(ctx.today),
        "期限": format_long(UNTIL),
        "担当課": issuer.section,
        "電話": issuer.telephone,
    }
    place = MailingAddress(postal_code="000-0001", lines=("見本県見本市架空町1丁目2番3号",), name=sample.head)
    return NoticeLetter(
        document_number=NO_NUMBER,
        dated=ctx.today,
        recipient=place,
        issuer=issuer,
        heading=heading,
        paragraphs=fill(body, values),
        letter=slug,
        text_version=version,
    )
