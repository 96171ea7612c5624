"""Whether a file is what its first bytes say, from its first byte to its last (T23).

A file that is two things at once, or a small one that unfolds to a huge picture, is told by its shape.
Nothing is unpacked: only signs and lengths are read.
"""

from __future__ import annotations

import struct
from collections.abc import Callable

LARGEST_SIDE = 20_000  # A3 at 600 dpi has 9,933
LARGEST_AREA = 120_000_000
PDF_HEAD, PDF_END, PDF_TAIL = b"%PDF-", b"%%EOF", 1024
PNG_HEAD, PNG_END = b"\x89PNG\r\n\x1a\n", b"IEND"
JPEG_HEAD, JPEG_END = b"\xff\xd8\xff", b"\xff\xd9"
ZIP_END, ZIP_REACH = b"PK\x05\x06", 66_000  # where a reader of archives looks for the end of one
_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
# What runs by itself or holds other files. A scan has none of it; in packed objects the scanner looks.
_ACTIVE = (b"/JavaScript", b"/JS", b"/Launch", b"/EmbeddedFile", b"/RichMedia", b"/OpenAction", b"/AA")
_NAME_ENDS = b" \t\r\n\x00\x0c()<>[]{}/%"


def is_whole(media_type: str, content: bytes) -> bool:
    """Whether a PDF, JPEG or PNG begins and ends as such, and holds nothing that runs or unfolds."""
    shapes: dict[str, Callable[[bytes], bool]] = {
        "application/pdf": _is_pdf,
        "image/png": _is_png,
        "image/jpeg": _is_jpeg,
    }
    return ZIP_END not in content[-ZIP_REACH:] and shapes[media_type](content)


def _is_pdf(content: bytes) -> bool:
    is_whole = content.startswith(PDF_HEAD) and PDF_END in content[-PDF_TAIL:]
    return is_whole and not any(_names(content, one) for one in _ACTIVE)


def _names(content: bytes, name: bytes) -> bool:
    place = content.find(name)
    while place >= 0:
        after = content[place + len(name) : place + len(name) + 1]
        if not after or after in _NAME_ENDS:
            return True
        place = content.find(name, place + 1)
    return False


def _is_png(content: bytes) -> bool:
    """Head, one part after the other by its length, and nothing after the last."""
    if not content.startswith(PNG_HEAD) or content[12:16] != b"IHDR" or len(content) < 24:
        return False
    if not _is_bearable(*struct.unpack("!II", content[16:24])):
        return False
    place = len(PNG_HEAD)
    while place + 12 <= len(content):
        kind = content[place + 4 : place + 8]
        place += int.from_bytes(content[place : place + 4]) + 12
        if kind == PNG_END:
            return place == len(content)
    return False


def _is_jpeg(content: bytes) -> bool:
    """Segments by their lengths up to the picture, whose end is the end of the file."""
    if not content.startswith(JPEG_HEAD) or not content.rstrip(b"\0").endswith(JPEG_END):
        return False
    place, found = 2, False
    while place + 9 <= len(content) and content[place] == 0xFF and content[place + 1] != 0xDA:
        if content[place + 1] in _FRAMES:
            height, width = struct.unpack("!HH", content[place + 5 : place + 9])
            found = _is_bearable(width, height)
            if not found:
                return False
        (length,) = struct.unpack("!H", content[place + 2 : place + 4])
        place += 2 + length
    return found


def _is_bearable(width: int, height: int) -> bool:
    return 0 < width <= LARGEST_SIDE and 0 < height <= LARGEST_SIDE and width * height <= LARGEST_AREA
