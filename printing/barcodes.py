"""Bar codes as drawing operators of PDF: GS1-128 of digits (ISO/IEC 15417) and QR.

The module of the GS1-128 is 0.1905 mm: 44 digits are 54.9 mm wide (at most 60, letters-and-certificates, 1),
and whole dots at 400 and 1,200 dpi. A quiet zone of ten modules lies within the box on both sides.
"""

from functools import cache
from typing import Any, Final

import zxingcpp

POINTS_PER_MM: Final = 72 / 25.4
MODULE: Final = 0.1905 * POINTS_PER_MM
QUIET_MODULES: Final = 10
START_C, FNC1, STOP = 105, 102, 106

# Bars and spaces of the values 0 to 106, three bars each (the stop has four): ISO/IEC 15417, table 1.
_TABLE: Final = """
212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132 122231
113222 123122 123221 223211 221132 221231 213212 223112 312131 311222 321122 321221 312212 322112 322211
212123 212321 232121 111323 131123 131321 112313 132113 132311 211313 231113 231311 112133 112331 132131
113123 113321 133121 313121 211331 231131 213113 213311 213131 311123 311321 331121 312113 312311 332111
314111 221411 431111 111224 111422 121124 121421 141122 141221 112214 112412 122114 122411 142112 142211
241211 221114 413111 241112 134111 111242 121142 121241 114212 124112 124211 411212 421112 421211 212141
214121 412121 111143 111341 131141 114113 114311 411113 411311 113141 114131 311141 411131 211412 211214
211232 2331112
"""
_WIDTHS: Final = tuple(_TABLE.split())
_SYMBOL_MODULES: Final = 11
_LIGHT: Final = bytes(48 + (grey > 127) for grey in range(256))  # digits 0 and 1


def code_values(digits: str) -> tuple[int, ...]:
    """The values of a GS1-128 in code set C: start, FNC1, the pairs, the check value, stop."""
    pairs = [int(digits[place : place + 2]) for place in range(0, len(digits), 2)]
    check = START_C + FNC1 + sum(place * value for place, value in enumerate(pairs, 2))
    return (START_C, FNC1, *pairs, check % 103, STOP)


@cache
def _bars(place: int, value: int) -> bytes:
    """The bars of a symbol at its place, one module a unit, one high."""
    at, bars = place * _SYMBOL_MODULES, []
    for index, width in enumerate(map(int, _WIDTHS[value])):
        if index % 2 == 0:
            bars.append(f"{at} 0 {width} 1 re")
        at += width
    return " ".join(bars).encode()


def gs1_128(digits: str, left: float, bottom: float, width: float, height: float) -> bytes:
    """An even number of digits as bars in the middle of a box (points).

    Raises:
        ValueError: the bars with their quiet zones are wider than the box.
    """
    values = code_values(digits)
    modules = len(values) * _SYMBOL_MODULES + 2
    if (modules + 2 * QUIET_MODULES) * MODULE > width:
        raise ValueError(f"{len(digits)} digits need {(modules + 2 * QUIET_MODULES) * MODULE:.1f} points")
    start = left + (width - modules * MODULE) / 2
    bars = b" ".join([_bars(place, value) for place, value in enumerate(values)])
    return b"q %.4f 0 0 %.3f %.3f %.3f cm %b f Q" % (MODULE, height, start, bottom, bars)


def qr(payload: str, left: float, bottom: float, width: float, height: float) -> bytes:
    """A QR with its quiet zone as a picture of one bit, filling a square box (points)."""
    code = zxingcpp.create_barcode(payload, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    picture: Any = zxingcpp.write_barcode_to_image(code, scale=1, add_quiet_zones=True)
    rows, columns = picture.shape
    grey = bytes(memoryview(picture))  # its types do not say that it is a buffer
    bits = b"".join(_packed(grey[row * columns : (row + 1) * columns], columns) for row in range(rows))
    return b"q %.3f 0 0 %.3f %.3f %.3f cm BI /W %d /H %d /IM true /BPC 1 /F /AHx ID %b> EI Q" % (
        width,
        height,
        left,
        bottom,
        columns,
        rows,
        bits.hex().encode(),
    )


def _packed(row: bytes, columns: int) -> bytes:
    """A row of grey bytes as bits, light ones 1, filled up to whole bytes."""
    free = -columns % 8
    return (int(row.translate(_LIGHT), 2) << free).to_bytes((columns + free) // 8)


def crossed(_payload: str, left: float, bottom: float, width: float, height: float) -> bytes:
    """The place of a code that is not to be read, as a preview shows it: a box crossed out (points)."""
    box = (left, bottom, width, height)
    across = (left, bottom, left + width, bottom + height, left, bottom + height, left + width, bottom)
    return b"q 0.6 w %.2f %.2f %.2f %.2f re S %.2f %.2f m %.2f %.2f l %.2f %.2f m %.2f %.2f l S Q" % (
        *box,
        *across,
    )
