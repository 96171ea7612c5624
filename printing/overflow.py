"""After layout, before a byte is written: no text may leave the box that was drawn for it.

An element with `data-box="氏名"` is such a box; so is every sheet. Reads WeasyPrint's laid-out boxes.
"""

from collections.abc import Iterator
from typing import Any, Final

from printing.errors import TextDoesNotFit

TOLERANCE_PX: Final = 1.5  # 0.4 mm: side bearings and rounding


def check_page(page_box: Any, title_ja: str) -> None:
    """Refuse a page on which a text leaves its box, naming the box."""
    for box in page_box.descendants(placeholders=True):
        element = box.element
        if element is None or box.element_tag != element.tag:
            continue
        place = element.get("data-box")
        if place and _overflows(box):
            raise TextDoesNotFit(title_ja, place)


def _overflows(box: Any) -> bool:
    right = box.position_x + box.margin_width() + TOLERANCE_PX
    bottom = box.position_y + box.margin_height() + TOLERANCE_PX
    return any(x > right or y > bottom for x, y in _text_corners(box))


def _text_corners(box: Any) -> Iterator[tuple[float, float]]:
    for inner in box.descendants(placeholders=True):
        if hasattr(inner, "pango_layout") and inner.text.strip():
            yield inner.position_x + inner.width, inner.position_y + inner.height
