"""本人確認記録: whose number was checked, who stood there, by which papers, with what result.

番号法16条; contents: letters-and-certificates, section 7. Never the Individual Number, never the number
of a paper: `printing.checks` refuses twelve digits that are one.
"""

from dataclasses import dataclass
from datetime import datetime

from printing.letter import Issuer, PrintedDocument
from printing.places import place


@dataclass(frozen=True, kw_only=True)
class Match:
    """One comparison with another register and what came of it."""

    system: str = place("突合先")
    result: str = place("突合の結果")


@dataclass(frozen=True, kw_only=True)
class IdentityCheckRecord(PrintedDocument):
    """`checked_at` is Japanese time as printed; `capacity` is 本人, 法定代理人, 任意代理人 …"""

    case_number: str = place("受付番号")
    procedure: str = place("届出の種類")
    subject: str = place("確認の対象の方")
    presenter: str = place("来庁した方")
    capacity: str = place("来庁した方の立場")
    number_paper: str = place("番号確認の書類", default="")
    identity_papers: tuple[str, ...] = place("身元確認の書類", default=())
    authority_paper: str = place("代理権の書類", default="")
    matches: tuple[Match, ...] = place("突合", default=())
    result: str = place("結果")
    reason: str = place("理由", default="")
    clerk: str = place("確認者")
    checked_at: datetime = place("確認日時")
    issuer: Issuer = place("担当")
