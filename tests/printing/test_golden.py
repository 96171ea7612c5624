import pytest
from PIL import Image, ImageChops, ImageFilter

from printing.documents import DOCUMENTS
from printing.fixed_forms import FORMS
from tests.printing import golden
from tests.printing.paper import pages_of, picture_of


@pytest.mark.parametrize("name", golden.NAMES)
def test_every_page_looks_as_its_golden_picture(name):
    pdf = golden.pdf_of(name)
    for page in range(1, pages_of(pdf) + 1):
        expected, drawn = Image.open(golden.file_of(name, page)), picture_of(pdf, page)
        assert expected.size == drawn.size
        assert share_that_differs(expected, drawn) < 0.002, f"{name} page {page}: make golden, and look"
    assert not golden.file_of(name, pages_of(pdf) + 1).exists()


def test_every_kind_of_document_has_a_golden_picture():
    drawn = {type(build()) for build in golden.DOCUMENTS.values()}
    assert drawn == {kind.dataclass for kind in DOCUMENTS.values()}
    assert all(any(name.startswith(kind.name) for name in golden.FORMS) for kind in FORMS.values())


def share_that_differs(expected: Image.Image, drawn: Image.Image) -> float:
    """Share of the pixels that differ plainly after a blur, so that another rasteriser still passes."""
    soft = [image.convert("L").filter(ImageFilter.GaussianBlur(1)) for image in (expected, drawn)]
    histogram = ImageChops.difference(*soft).histogram()
    return sum(histogram[40:]) / sum(histogram)
