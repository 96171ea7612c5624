"""プリンター調整用紙: rulers in millimetres, the marks of window and cards, to measure a tray's offset.

The offset entered for the tray is applied, so a second print shows whether it is right.
"""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from printing.letter import PrintedDocument


@dataclass(frozen=True, kw_only=True)
class PrinterTestPage(PrintedDocument):
    """Both sides of a sheet for one tray."""

    tray_name: Annotated[str, "給紙トレイ"]
    dated: Annotated[date, "印刷日"]
