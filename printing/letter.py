"""What every letter has: who sends it, to whom, and how the tray shifts the paper.

Sources: letters-and-certificates, section 1 (customs of layout). Lengths are millimetres.
"""

from dataclasses import dataclass

from printing.places import place


@dataclass(frozen=True, kw_only=True)
class TrayOffset:
    """By how much a tray's print is moved: right and down are positive. Measured on the test page."""

    x_mm: float = 0.0
    y_mm: float = 0.0
    back_x_mm: float = 0.0
    back_y_mm: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Issuer:
    """Who issues: title and name of the mayor, and where to ask. Comes from the city's settings."""

    title: str = place("発行者の職名")
    mayor: str = place("発行者の氏名")
    section: str = place("担当課")
    postal_code: str = place("担当課の郵便番号")
    address: str = place("担当課の所在地")
    telephone: str = place("担当課の電話番号")
    hours: str = place("受付時間", default="")
    seal_text: str = place("公印の文字", default="")


@dataclass(frozen=True, kw_only=True)
class MailingAddress:
    """What stands in the window of the envelope, and nothing else may: address, name, run number."""

    postal_code: str = place("郵便番号")
    lines: tuple[str, ...] = place("住所")
    building: str = place("方書", default="")
    name: str = place("宛名")
    honorific: str = place("敬称", default="様")
    run_number: str = place("処理番号", default="")


@dataclass(frozen=True, kw_only=True)
class PrintedDocument:
    """The part common to all documents: the tray's offset and the mark of demonstration data."""

    tray: TrayOffset = TrayOffset()
    demo: bool = False
