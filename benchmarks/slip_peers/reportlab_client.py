"""Slips by reportlab: `python -m benchmarks.slip_peers.reportlab_client COUNT GOTHIC MINCHO TARGET`.

Prints the seconds of the processor from the first slip to the finished file. What all pages share is a form
drawn once, as its manual shows; bar code and QR are its own.
"""

import sys
from time import process_time

from reportlab.graphics.barcode.code128 import Code128
from reportlab.graphics.barcode.qr import QrCode
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from benchmarks.slip_peers import data

HEIGHT = A4[0]


def main(count: int, gothic: str, mincho: str, target: str) -> None:
    pdfmetrics.registerFont(TTFont("G", gothic))
    pdfmetrics.registerFont(TTFont("N", mincho))
    slips = data.slips(count)
    begun = process_time()
    canvas = Canvas(target, pagesize=landscape(A4), pageCompression=1)
    canvas.beginForm("ground")
    _ground(canvas)
    canvas.endForm()
    for slip in slips:
        canvas.doForm("ground")
        _slip(canvas, slip)
        canvas.showPage()
    canvas.save()
    sys.stdout.write(f"{process_time() - begun}\n")


def _ground(canvas: Canvas) -> None:
    for left in data.STUBS:
        for x, top, width, height in data.LINES:
            canvas.rect((left + x) * mm, HEIGHT - (top + height) * mm, width * mm, height * mm)
        for text, x, top, size in data.LABELS:
            canvas.setFont("G", size)
            canvas.drawString((left + x) * mm, HEIGHT - top * mm - size * 0.88, text)
    for text, x, top, size in data.NOTES:
        canvas.setFont("G", size)
        canvas.drawString(x * mm, HEIGHT - top * mm - size * 0.88, text)


def _slip(canvas: Canvas, slip: dict[str, str]) -> None:
    for left in data.STUBS:
        for name, x, top, width, size, align in data.FIELDS:
            canvas.setFont("N" if name in {"name", "address"} else "G", size)
            base = HEIGHT - top * mm - size * 0.88
            if align == "center":
                canvas.drawCentredString((left + x + width / 2) * mm, base, slip[name])
            elif align == "right":
                canvas.drawRightString((left + x + width) * mm, base, slip[name])
            else:
                canvas.drawString((left + x) * mm, base, slip[name])
    left, top, _, height = data.BARCODE
    bars = Code128("\xf1" + slip["barcode"], barWidth=0.1905 * mm, barHeight=height * mm, quiet=0)
    bars.drawOn(canvas, left * mm, HEIGHT - (top + height) * mm)
    canvas.setFont("G", 6.5)
    canvas.drawString(data.READABLE[0] * mm, HEIGHT - data.READABLE[1] * mm, slip["barcode"])
    left, top, side = data.QR
    code = QrCode(slip["qr"], width=side * mm, height=side * mm, qrLevel="M")
    code.drawOn(canvas, left * mm, HEIGHT - (top + side) * mm)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4])
