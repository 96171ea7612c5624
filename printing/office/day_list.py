"""日計表: the day for the section chief - notifications by kind, certificates with their serials.

An inner paper with names and numbers of households, never an Individual Number. Its columns are our
proposal; the issue asks for notifications by kind and certificates with serials.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Final

from printing.fonts import GOTHIC, MINCHO, Face
from printing.letter import Issuer, PrintedDocument
from printing.row_pages import cut, lines_of

ROWS: Final = 34  # on one sheet, when none takes two lines
ROOM_MM: Final = 34 * 6.4 + 1
LINE_MM, AROUND_MM, MARGIN_MM = 5.0, 1.4, 3.0
# Columns whose text may take several lines: width in mm as in the template, size and face.
_PLAIN: Final = (8.5, GOTHIC)
_NAME: Final = (9.5, MINCHO)
_NOTIFICATION: Final = {
    "kind": (40, *_PLAIN),
    "name": (36, *_NAME),
    "status": (22, *_PLAIN),
    "clerk": (26, *_NAME),
}
_CERTIFICATE: Final = {
    "number": (38, *_PLAIN),
    "name": (27, *_NAME),
    "handed": (17, *_PLAIN),
    "clerk": (20, *_NAME),
}


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

    @property
    def notification_pages(self) -> list[list[NotificationLine]]:
        return _pages(self.notifications, _NOTIFICATION)

    @property
    def certificate_pages(self) -> list[list[CertificateLine]]:
        return _pages(self.certificates, _CERTIFICATE)


def _pages(lines: Sequence[Any], columns: Mapping[str, tuple[int, float, Face]]) -> list[list[Any]]:
    """Cut lines into sheets so that long names take room instead of refusing the list."""
    return cut(lines, lambda line: _height(line, columns), ROOM_MM, ROWS)


def _height(line: Any, columns: Mapping[str, tuple[int, float, Face]]) -> float:
    """The height of a row in mm: its longest text, broken into the width of its column."""
    lines = (
        lines_of(getattr(line, name), face, width - MARGIN_MM, size)
        for name, (width, size, face) in columns.items()
    )
    return AROUND_MM + LINE_MM * max(lines)
