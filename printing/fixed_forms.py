"""Fixed forms in quantity: where the fields of a form lie, read off its own layout (Ruling 4).

The form is laid out once by WeasyPrint, in the process that prints, with its fields as empty boxes
(`data-field`); what differs from sheet to sheet is then written into the boxes (`printing.ink`).
"""

from dataclasses import dataclass
from typing import Any, Final

from printing.collection.payment_slip import PaymentSlipForm

PIXEL: Final = 72 / 96  # points


@dataclass(frozen=True)
class FormKind:
    """A fixed form: its template and stylesheet, and what it is called."""

    name: str
    title_ja: str
    title_en: str
    dataclass: type
    template: str

    @property
    def stylesheets(self) -> tuple[str, ...]:
        return ("assets/page.css", self.template.removesuffix(".html") + ".css")


@dataclass(frozen=True)
class FieldBox:
    """An empty box of a form, in points from the lower left corner.

    `kind` is text, gs1-128, qr, or crossed (the place of a code in a preview); `align` is start, center or
    right; at most `lines` lines of `size` points stand in it.
    """

    field: str
    kind: str
    left: float
    bottom: float
    width: float
    height: float
    size: float
    align: str
    mincho: bool
    lines: int


@dataclass(frozen=True)
class FormLayout:
    """The finished page of a form and the boxes of its fields. Lengths in points."""

    ground: bytes
    width: float
    height: float
    boxes: tuple[FieldBox, ...]


FORMS: Final[dict[type, FormKind]] = {
    PaymentSlipForm: FormKind(
        "payment_slip", "納付書", "Payment slip", PaymentSlipForm, "collection/payment_slip.html"
    )
}


def boxes_of(page_box: Any) -> list[FieldBox]:
    """Read the boxes off WeasyPrint's laid-out page."""
    return list(_boxes(page_box, page_box.height))


def _boxes(box: Any, page_height: float) -> Any:
    element = box.element
    if element is not None and element.get("data-field") and box.element_tag == "div":
        yield _box(box, element, page_height)
    for child in getattr(box, "children", ()):
        yield from _boxes(child, page_height)


def _box(box: Any, element: Any, page_height: float) -> FieldBox:
    style = box.style
    return FieldBox(
        element.get("data-field"),
        element.get("data-kind", "text"),
        box.content_box_x() * PIXEL,
        (page_height - box.content_box_y() - box.height) * PIXEL,
        box.width * PIXEL,
        box.height * PIXEL,
        style["font_size"] * PIXEL,
        style["text_align_all"],
        "IPAexMincho" in style["font_family"],
        int(element.get("data-lines", "1")),
    )
