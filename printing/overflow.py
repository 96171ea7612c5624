"""After layout, before a byte is written: no text may leave the box that was drawn for it.

An element with `data-box="氏名"` is such a box; so is every sheet. Reads WeasyPrint's laid-out boxes.
"""

from typing import Any, Final

from printing.errors import TextDoesNotFit

TOLERANCE_PX: Final = 1.5  # 0.4 mm: side bearings and rounding


def check_page(page_box: Any, title_ja: str) -> None:
    """Refuse a page on which a text leaves its box, naming the box."""
    place = _first_overflow(page_box, None, None)
    if place:
        raise TextDoesNotFit(title_ja, place)


def _first_overflow(box: Any, parent: Any, bounds: tuple[str, float, float] | None) -> str | None:
    """Walk a box and what is in it; a text is held against the innermost named box around it."""
    if box.element is not None and box.element is not parent:  # lines and texts share their parent's element
        bounds = _bounds(box) or bounds
    if bounds and hasattr(box, "pango_layout") and box.text.strip():
        place, right, bottom = bounds
        if box.position_x + box.width > right or box.position_y + box.height > bottom:
            return place
    for child in box.children:
        place_of_child = _first_overflow(child, box.element, bounds)
        if place_of_child:
            return place_of_child
    return None


def _bounds(box: Any) -> tuple[str, float, float] | None:
    place = box.element.get("data-box")
    if not place:
        return None
    right = box.position_x + box.margin_width() + TOLERANCE_PX
    bottom = box.position_y + box.margin_height() + TOLERANCE_PX
    return place, right, bottom
