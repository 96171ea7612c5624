"""不備通知: what a notification still lacks, and until when (letters-and-certificates, section 7).

Its words are data (printing/wording.py), the table of papers stands among them. It decides nothing: 公印省略.
"""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from printing.letter import Issuer, MailingAddress, PrintedDocument
from printing.notifications.papers import MissingPaper
from printing.wording import Paragraph


@dataclass(frozen=True, kw_only=True)
class MissingPapersNotice(PrintedDocument):
    """A letter to the notifier with the papers to send in."""

    document_number: Annotated[str, "文書番号"]
    dated: Annotated[date, "文書の日付"]
    recipient: Annotated[MailingAddress, "宛先"]
    issuer: Annotated[Issuer, "発行者"]
    reception_number: Annotated[str, "受付番号"]
    received_on: Annotated[date, "受付日"]
    procedure: Annotated[str, "届出の種類"]
    items: Annotated[tuple[MissingPaper, ...], "足りない書類"]
    answer_until: Annotated[date, "提出期限"]
    heading: Annotated[str, "表題"]
    paragraphs: Annotated[tuple[Paragraph, ...], "本文"]
    letter: Annotated[str, "文面"]
    text_version: Annotated[int, "文面の版"]
    remark: Annotated[str, "備考"] = ""  # of letters asked for before their words were data
