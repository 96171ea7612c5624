"""減免 決定・却下・取消通知書: what was decided about an application for a reduction, and why (法77条).

Sources: letters-and-certificates, sections 1 and 4. One side; amounts are whole yen of the year.
"""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from printing.letter import Issuer, MailingAddress, PrintedDocument


@dataclass(frozen=True, kw_only=True)
class NoticeStep:
    """One figure of the derivation; `rule` may be empty."""

    title: Annotated[str, "項目"]
    value: Annotated[str, "額・割合"]
    rule: Annotated[str, "計算"] = ""


@dataclass(frozen=True, kw_only=True)
class ExemptionNotice(PrintedDocument):
    """The letter. `decision` is granted, refused or revoked; `title` is what stands at its head.

    `period` is what is taken off; a refusal does not show it.
    """

    document_number: Annotated[str, "文書番号"]
    dated: Annotated[date, "決定の日"]
    recipient: Annotated[MailingAddress, "宛先"]
    issuer: Annotated[Issuer, "発行者"]
    city: Annotated[str, "市の名前"]
    prefecture: Annotated[str, "県の名前"]
    decision: Annotated[str, "決定"]
    title: Annotated[str, "題名"]
    fiscal_year: Annotated[str, "年度"]
    reception: Annotated[str, "申請の受付"]
    ground: Annotated[str, "減免の理由"]
    period: Annotated[str, "減免の期間"]
    person: Annotated[str, "対象の方"] = ""
    before_total: Annotated[int, "決定の前の額"]
    after_total: Annotated[int, "決定の後の額"]
    reason: Annotated[str, "決定の理由"]
    steps: Annotated[tuple[NoticeStep, ...], "減免額の計算"] = ()

    @property
    def difference(self) -> int:
        """By how much the premium of the year goes up or down."""
        return self.after_total - self.before_total
