"""Looks at a PDF as people and printers do: its text, its fonts, its pages as pictures (Poppler)."""

import subprocess
from io import BytesIO

from PIL import Image


def _poppler(tool: str, *arguments: str, pdf: bytes) -> bytes:
    return subprocess.run([tool, *arguments], input=pdf, capture_output=True, check=True).stdout


def text_of(pdf: bytes) -> str:
    return _poppler("pdftotext", "-layout", "-", "-", pdf=pdf).decode()


def fonts_of(pdf: bytes) -> set[str]:
    """The embedded fonts, without the tags of their subsets."""
    lines = _poppler("pdffonts", "-", pdf=pdf).decode().splitlines()[2:]
    return {line.split()[0].partition("+")[2] for line in lines}


def pages_of(pdf: bytes) -> int:
    lines = _poppler("pdfinfo", "-", pdf=pdf).decode().splitlines()
    return int(next(line for line in lines if line.startswith("Pages:")).split()[1])


def picture_of(pdf: bytes, page: int = 1, dpi: int = 50, mode: str = "L") -> Image.Image:
    """One page as a picture, grey unless asked otherwise."""
    number = str(page)
    ppm = _poppler("pdftoppm", "-r", str(dpi), "-f", number, "-l", number, "-", pdf=pdf)
    return Image.open(BytesIO(ppm)).convert(mode)


def ink_box(pdf: bytes, page: int = 1, dpi: int = 100) -> tuple[float, float, float, float]:
    """The box of everything printed on a page, in millimetres from the upper left corner."""
    inverted = picture_of(pdf, page, dpi).point(lambda grey: 255 if grey < 250 else 0)
    box = inverted.getbbox()
    assert box is not None
    left, top, right, bottom = (edge * 25.4 / dpi for edge in box)
    return left, top, right, bottom
