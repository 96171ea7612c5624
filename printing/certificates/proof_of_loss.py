"""資格喪失証明書: who lost the insurance when and why, for the next insurer (letters, section 3).

It certifies a fact of the register, so it bears the mayor's seal.
"""

from dataclasses import dataclass
from datetime import date

from printing.letter import Issuer, MailingAddress, PrintedDocument
from printing.places import place
from rules.eras import PartialDate


@dataclass(frozen=True, kw_only=True)
class LostEligibility:
    """One person's period of insurance that has ended."""

    name: str = place("氏名")
    kana: str = place("フリガナ", default="")
    birth: PartialDate = place("生年月日")
    branch: str = place("枝番")
    acquired_on: date = place("資格取得年月日")
    lost_on: date = place("資格喪失年月日")
    reason: str = place("喪失の理由")


@dataclass(frozen=True, kw_only=True)
class ProofOfLoss(PrintedDocument):
    """One letter for a household, with the persons who lost the insurance."""

    document_number: str = place("文書番号")
    dated: date = place("文書の日付")
    recipient: MailingAddress = place("宛先")
    issuer: Issuer = place("発行者")
    insurer_number: str = place("保険者番号")
    insurer_name: str = place("保険者名")
    symbol: str = place("記号", default="")
    number: str = place("番号")
    head_name: str = place("世帯主の氏名")
    persons: tuple[LostEligibility, ...] = place("資格を喪失した方")
