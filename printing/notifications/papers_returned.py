"""書類返却書: papers given back because they were not needed (assessment III-2; letters, section 7).

Its words are data. Below it the receipt that stays with the city when they are handed over at the counter.
"""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from printing.letter import Issuer, MailingAddress, PrintedDocument
from printing.notifications.papers import ReturnedPaper
from printing.wording import Paragraph


@dataclass(frozen=True, kw_only=True)
class PapersReturned(PrintedDocument):
    """A letter that goes with the papers; `way` is how they go back (窓口で手渡し, 郵送)."""

    document_number: Annotated[str, "文書番号"]
    dated: Annotated[date, "文書の日付"]
    recipient: Annotated[MailingAddress, "宛先"]
    issuer: Annotated[Issuer, "発行者"]
    reception_number: Annotated[str, "受付番号"]
    received_on: Annotated[date, "受付日"]
    procedure: Annotated[str, "届出の種類"]
    items: Annotated[tuple[ReturnedPaper, ...], "返却する書類"]
    way: Annotated[str, "返却の方法"]
    heading: Annotated[str, "表題"]
    paragraphs: Annotated[tuple[Paragraph, ...], "本文"]
    letter: Annotated[str, "文面"]
    text_version: Annotated[int, "文面の版"]
