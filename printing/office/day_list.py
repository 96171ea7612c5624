"""日計表: the day for the section chief - notifications by kind, certificates with their serials.

An inner paper with names and numbers of households, never an Individual Number. Its columns are our
proposal; the issue asks for notifications by kind and certificates with serials.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from printing.letter import Issuer, PrintedDocument
from printing.places import place


@dataclass(frozen=True, kw_only=True)
class NotificationLine:
    """One notification of the day."""

    reception_number: str = place("受付番号")
    kind: str = place("届出の種類")
    way: str = place("受付方法")
    name: str = place("氏名")
    persons: int = 1
    status: str = place("状態")
    clerk: str = place("受付者")


@dataclass(frozen=True, kw_only=True)
class CertificateLine:
    """One certificate printed on the day; `handed` is how it went out (手渡し, 郵送)."""

    serial: str = place("証の番号")
    kind: str = place("証の種類")
    number: str = place("記号・番号・枝番")
    name: str = place("氏名")
    reason: str = place("交付の事由")
    handed: str = place("交付の方法")
    clerk: str = place("証交付担当")


@dataclass(frozen=True, kw_only=True)
class DayList(PrintedDocument):
    """All of one day; `made_at` is Japanese time as printed."""

    day: date = place("対象日")
    made_at: datetime = place("作成日時")
    issuer: Issuer = place("担当")
    notifications: tuple[NotificationLine, ...] = place("届出", default=())
    certificates: tuple[CertificateLine, ...] = place("証", default=())

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
