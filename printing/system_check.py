"""What the machine must have before anything is printed: Pango, HarfBuzz's subsetter, the fonts.

Asked at the start of the portal, so that a missing font is read on the screen and not found on paper
(stack.md, section 3.1). Imports WeasyPrint only inside, because that import fails without Pango.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module

from printing.fonts import FACES, Face, find_file

_FOREIGN = ("file:///etc/hostname", "http://localhost/", "https://localhost/", "ftp://localhost/")


@dataclass(frozen=True)
class Problem:
    """Something missing: what, why it matters, and the Debian package that brings it."""

    code: str
    package: str
    message_ja: str
    message_en: str


def system_check() -> list[Problem]:
    """Return everything that would spoil a print; nothing means ready."""
    problems = [_font_missing(face) for face in FACES if find_file(face) is None]
    problems += _library_problems()
    return problems or [
        _font_not_taken(face) for face in import_module("printing.renderer").faces_not_taken()
    ]


def _library_problems() -> Iterator[Problem]:
    try:
        ffi = import_module("weasyprint.text.ffi")
    except OSError as error:
        yield Problem(
            "library.pango",
            "libpango-1.0-0 libpangoft2-1.0-0",
            f"印刷に使うライブラリ Pango を読み込めません({error})。"
            "sudo apt-get install libpango-1.0-0 libpangoft2-1.0-0 を実行してください。",
            f"Pango cannot be loaded ({error}): apt-get install libpango-1.0-0 libpangoft2-1.0-0.",
        )
        return
    if ffi.harfbuzz_subset is None:
        yield Problem(
            "library.harfbuzz_subset",
            "libharfbuzz-subset0",
            "書体を切り出すライブラリ HarfBuzz-Subset がありません。証1枚の印刷に数秒かかるため、"
            "印刷を止めます。sudo apt-get install libharfbuzz-subset0 を実行してください。",
            "The font subsetter is missing and printing would take seconds a page: "
            "apt-get install libharfbuzz-subset0.",
        )


def _font_missing(face: Face) -> Problem:
    return Problem(
        "font.missing",
        face.package,
        f"印刷用の書体 {face.family} がありません。文字が四角や空白で印刷されるため、印刷を止めます。"
        f"sudo apt-get install {face.package} を実行してください。",
        f"The font {face.family} is missing, text would print as boxes: apt-get install {face.package}.",
    )


def _font_not_taken(face: Face) -> Problem:
    return Problem(
        "font.not_taken",
        face.package,
        f"書体 {face.family} のファイルはありますが、fontconfig が見つけられません。"
        "fc-cache -f を実行してから、もう一度起動してください。",
        f"The file of font {face.family} is there but fontconfig does not find it: run fc-cache -f.",
    )


def reads_data_only() -> bool:
    """Whether what prints refuses to read a file or an address, as the start-up self-check asks (d-28)."""
    return all(import_module("printing.renderer").is_refused(address) for address in _FOREIGN)
