"""お知らせ: a letter whose text is data (printing/wording.py). It decides nothing: 公印省略."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from printing.letter import Issuer, MailingAddress, PrintedDocument
from printing.wording import Paragraph


@dataclass(frozen=True, kw_only=True)
class NoticeLetter(PrintedDocument):
    """A letter in the words of a published text; which version of which text stays with it."""

    document_number: Annotated[str, "文書番号"]
    dated: Annotated[date, "文書の日付"]
    recipient: Annotated[MailingAddress, "宛先"]
    issuer: Annotated[Issuer, "発行者"]
    heading: Annotated[str, "表題"]
    paragraphs: Annotated[tuple[Paragraph, ...], "本文"]
    letter: Annotated[str, "文面"]
    text_version: Annotated[int, "文面の版"]
