"""What every letter has: who sends it, to whom, and how the tray shifts the paper.

Sources: letters-and-certificates, section 1 (customs of layout). Lengths are millimetres.
"""

from dataclasses import dataclass
from datetime import date
from typing import Annotated


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

    title: Annotated[str, "発行者の職名"]
    mayor: Annotated[str, "発行者の氏名"]
    section: Annotated[str, "担当課"]
    postal_code: Annotated[str, "担当課の郵便番号"]
    address: Annotated[str, "担当課の所在地"]
    telephone: Annotated[str, "担当課の電話番号"]
    hours: Annotated[str, "受付時間"] = ""
    seal_text: Annotated[str, "公印の文字"] = ""


@dataclass(frozen=True, kw_only=True)
class MailingAddress:
    """What stands in the window of the envelope, and nothing else may: address, name, run number."""

    postal_code: Annotated[str, "郵便番号"]
    lines: Annotated[tuple[str, ...], "住所"]
    building: Annotated[str, "方書"] = ""
    name: Annotated[str, "宛名"]
    honorific: Annotated[str, "敬称"] = "様"
    run_number: Annotated[str, "処理番号"] = ""


@dataclass(frozen=True, kw_only=True)
class PrintedDocument:
    """The part common to all documents: the tray's offset, the marks of a reprint and of invented data."""

    tray: TrayOffset = TrayOffset()
    reprinted_on: Annotated[date | None, "再発行の日"] = None
    demo: bool = False
