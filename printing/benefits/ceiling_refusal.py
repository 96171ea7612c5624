"""限度額適用認定証 不交付決定通知書: the reasons, and how to appeal (letters, sections 5 and 8.1).

施行規則27条の14の2. The refusal is a decision, so the letter bears the mayor's seal and appeal text A.
"""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from printing.letter import Issuer, MailingAddress, PrintedDocument


@dataclass(frozen=True, kw_only=True)
class RefusalReason:
    """One reason with the article that it stands on."""

    text: Annotated[str, "不交付の理由"]
    article: Annotated[str, "根拠"]


@dataclass(frozen=True, kw_only=True)
class CeilingRefusal(PrintedDocument):
    """The letter to the head about one application."""

    document_number: Annotated[str, "文書番号"]
    dated: Annotated[date, "文書の日付"]
    recipient: Annotated[MailingAddress, "宛先"]
    issuer: Annotated[Issuer, "発行者"]
    city: Annotated[str, "市の名前"]
    prefecture: Annotated[str, "県の名前"]
    person: Annotated[str, "対象の方の氏名"]
    asked: Annotated[str, "申請の種類"]
    applied_on: Annotated[date, "申請の日"]
    reception_number: Annotated[str, "受付番号"]
    reasons: Annotated[tuple[RefusalReason, ...], "不交付の理由"]
