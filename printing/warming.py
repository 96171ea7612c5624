"""Prints sheets that nobody sees, so that the first paper of a new process comes as fast as the next.

What takes time once is to read the fonts, the fallback for rare characters among them, the style sheets, and
the grounds of the two papers that are printed most. The person on them is invented.
"""

from __future__ import annotations

from datetime import date

from printing.certificates.card import Card
from printing.certificates.eligibility_certificate import EligibilityCertificate
from printing.certificates.eligibility_notice import EligibilityNotice
from printing.letter import Issuer, MailingAddress
from printing.press import render_many
from printing.wording import Paragraph, Run
from rules.eras import PartialDate

NAME = "見本 𠮷子"


def warm(issuer: Issuer, insurer_number: str, insurer_name: str, day: date, *, demo: bool) -> None:
    """Read fonts and style sheets, and lay out the grounds with this issuer.

    Raises:
        PrintRefused: a font is missing, for which every print would be refused.
    """
    card = Card(
        serial="0000-0000000",
        insurer_number=insurer_number,
        insurer_name=insurer_name,
        symbol="",
        number="00000000",
        branch="00",
        name=NAME,
        kana="ミホン ヨシコ",
        sex="女",
        birth=PartialDate(1975, 4, 1),
        acquired_on=day,
        issued_on=day,
        expires_on=day,
    )
    place = MailingAddress(postal_code="000-0000", lines=("見本県見本市",), name=NAME)
    render_many(
        [
            kind(
                document_number="0",
                dated=day,
                recipient=place,
                issuer=issuer,
                cards=(card,),
                heading=NAME,
                paragraphs=(Paragraph(runs=(Run(text=NAME),)),),
                letter="cover",
                text_version=1,
                demo=demo,
            )
            for kind in (EligibilityCertificate, EligibilityNotice)
        ]
    )
