"""本人確認記録: whose number was checked, who stood there, by which papers, with what result.

番号法16条; contents: letters-and-certificates, section 7. Never the Individual Number, never the number
of a paper: `printing.checks` refuses twelve digits that are one.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from printing.letter import Issuer, PrintedDocument


@dataclass(frozen=True, kw_only=True)
class Match:
    """One comparison with another register and what came of it."""

    system: Annotated[str, "突合先"]
    result: Annotated[str, "突合の結果"]


@dataclass(frozen=True, kw_only=True)
class IdentityCheckRecord(PrintedDocument):
    """`checked_at` is Japanese time as printed; `capacity` is 本人, 法定代理人, 任意代理人 …"""

    case_number: Annotated[str, "受付番号"]
    procedure: Annotated[str, "届出の種類"]
    subject: Annotated[str, "確認の対象の方"]
    presenter: Annotated[str, "来庁した方"]
    capacity: Annotated[str, "来庁した方の立場"]
    number_paper: Annotated[str, "番号確認の書類"] = ""
    identity_papers: Annotated[tuple[str, ...], "身元確認の書類"] = ()
    authority_paper: Annotated[str, "代理権の書類"] = ""
    matches: Annotated[tuple[Match, ...], "突合"] = ()
    result: Annotated[str, "結果"]
    reason: Annotated[str, "理由"] = ""
    clerk: Annotated[str, "確認者"]
    checked_at: Annotated[datetime, "確認日時"]
    issuer: Annotated[Issuer, "担当"]
