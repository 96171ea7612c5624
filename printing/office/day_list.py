"""日計表: the day for the section chief - notifications by kind, certificates with their serials.

An inner paper with names and numbers of households, never an Individual Number. Its columns are our
proposal; the issue asks for notifications by kind and certificates with serials.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from printing.letter import Issuer, PrintedDocument


@dataclass(frozen=True, kw_only=True)
class NotificationLine:
    """One notification of the day."""

    reception_number: Annotated[str, "受付番号"]
    kind: Annotated[str, "届出の種類"]
    way: Annotated[str, "受付方法"]
    name: Annotated[str, "氏名"]
    persons: int = 1
    status: Annotated[str, "状態"]
    clerk: Annotated[str, "受付者"]


@dataclass(frozen=True, kw_only=True)
class CertificateLine:
    """One certificate printed on the day; `handed` is how it went out (手渡し, 郵送)."""

    serial: Annotated[str, "証の番号"]
    kind: Annotated[str, "証の種類"]
    number: Annotated[str, "記号・番号・枝番"]
    name: Annotated[str, "氏名"]
    reason: Annotated[str, "交付の事由"]
    handed: Annotated[str, "交付の方法"]
    clerk: Annotated[str, "証交付担当"]


@dataclass(frozen=True, kw_only=True)
class DayList(PrintedDocument):
    """All of one day; `made_at` is Japanese time as printed."""

    day: Annotated[date, "対象日"]
    made_at: Annotated[datetime, "作成日時"]
    issuer: Annotated[Issuer, "担当"]
    notifications: Annotated[tuple[NotificationLine, ...], "届出"] = ()
    certificates: Annotated[tuple[CertificateLine, ...], "証"] = ()

    @property
    def notification_totals(self) -> list[tuple[str, int, int]]:
        """Kind, notifications, persons; in the order of first appearance."""
        cases = Counter(line.kind for line in self.notifications)
        heads: Counter[str] = Counter()
        for line in self.notifications:
            heads[line.kind] += line.persons
        return [(kind, count, heads[kind]) for kind, count in cases.items()]

    @property
    def certificate_totals(self) -> list[tuple[str, int]]:
        return list(Counter(line.kind for line in self.certificates).items())
