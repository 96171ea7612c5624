"""資格喪失証明書: who lost the insurance when and why, for the next insurer (letters, section 3).

It certifies a fact of the register, so it bears the mayor's seal.
"""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from printing.letter import Issuer, MailingAddress, PrintedDocument
from rules.eras import PartialDate


@dataclass(frozen=True, kw_only=True)
class LostEligibility:
    """One person's period of insurance that has ended."""

    name: Annotated[str, "氏名"]
    kana: Annotated[str, "フリガナ"] = ""
    birth: Annotated[PartialDate, "生年月日"]
    branch: Annotated[str, "枝番"]
    acquired_on: Annotated[date, "資格取得年月日"]
    lost_on: Annotated[date, "資格喪失年月日"]
    reason: Annotated[str, "喪失の理由"]


@dataclass(frozen=True, kw_only=True)
class ProofOfLoss(PrintedDocument):
    """One letter for a household, with the persons who lost the insurance."""

    document_number: Annotated[str, "文書番号"]
    dated: Annotated[date, "文書の日付"]
    recipient: Annotated[MailingAddress, "宛先"]
    issuer: Annotated[Issuer, "発行者"]
    insurer_number: Annotated[str, "保険者番号"]
    insurer_name: Annotated[str, "保険者名"]
    symbol: Annotated[str, "記号"] = ""
    number: Annotated[str, "番号"]
    head_name: Annotated[str, "世帯主の氏名"]
    persons: Annotated[tuple[LostEligibility, ...], "資格を喪失した方"]
