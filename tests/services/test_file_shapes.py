"""A file is a PDF, a JPEG or a PNG from its first byte to its last, or it is none (T23)."""

import io
import struct
import zlib

import pikepdf
import pytest
from PIL import Image

from services.file_shapes import LARGEST_SIDE, is_whole

PDF, PNG, JPEG = "application/pdf", "image/png", "image/jpeg"
ZIP = b"PK\x03\x04" + bytes(30) + b"PK\x05\x06" + bytes(18)
HTML = b"<html><script>alert(1)</script></html>"


def picture(form: str, **options: object) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(made, form, **options)
    return made.getvalue()


def scan(**root: object) -> bytes:
    """A PDF as a scanner writes it, with more in its root where asked."""
    made = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        for name, value in root.items():
            pdf.Root[f"/{name}"] = value
        pdf.save(made, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return made.getvalue()


SOUND = [
    (PDF, scan()),
    (PNG, picture("PNG")),
    (JPEG, picture("JPEG")),
    (JPEG, picture("JPEG", progressive=True, comment=b"a scan")),
    (JPEG, picture("JPEG", dpi=(300, 300)) + bytes(8)),
]


@pytest.mark.parametrize(("kind", "content"), SOUND)
def test_what_scanners_write_is_whole(kind: str, content: bytes) -> None:
    assert is_whole(kind, content)


@pytest.mark.parametrize(("kind", "content"), SOUND)
@pytest.mark.parametrize("more", [ZIP, HTML * 40])
def test_a_file_that_is_another_one_too_is_refused(kind: str, content: bytes, more: bytes) -> None:
    assert not is_whole(kind, content + more)


@pytest.mark.parametrize(("kind", "content"), SOUND[:3])
def test_half_a_file_is_refused(kind: str, content: bytes) -> None:
    assert not is_whole(kind, content[: len(content) // 2])
    assert not is_whole(kind, content[:16])


@pytest.mark.parametrize(
    "root",
    [
        {"OpenAction": pikepdf.Dictionary(S=pikepdf.Name("/JavaScript"), JS="app.alert(1)")},
        {"OpenAction": pikepdf.Dictionary(S=pikepdf.Name("/Launch"), F="cmd.exe")},
        {"AA": pikepdf.Dictionary()},
        {"Names": pikepdf.Dictionary(EmbeddedFiles=pikepdf.Dictionary(EmbeddedFile=1))},
    ],
)
def test_a_pdf_that_does_something_by_itself_is_refused(root: dict[str, object]) -> None:
    assert not is_whole(PDF, scan(**root))


def test_a_name_that_only_begins_alike_is_no_deed() -> None:
    assert is_whole(PDF, scan(AAPL="x", JSON="y"))


def test_a_small_file_that_unfolds_to_a_huge_picture_is_refused() -> None:
    def part(kind: bytes, content: bytes) -> bytes:
        checked = kind + content
        return struct.pack("!I", len(content)) + checked + struct.pack("!I", zlib.crc32(checked))

    head = struct.pack("!IIBBBBB", LARGEST_SIDE + 1, LARGEST_SIDE + 1, 8, 2, 0, 0, 0)
    body = zlib.compress(bytes(1000))
    bomb = b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", body) + part(b"IEND", b"")
    assert not is_whole(PNG, bomb)
    wide = bytearray(picture("JPEG"))
    frame = wide.index(b"\xff\xc0")
    wide[frame + 5 : frame + 9] = struct.pack("!HH", 65_000, 65_000)
    assert not is_whole(JPEG, bytes(wide))
