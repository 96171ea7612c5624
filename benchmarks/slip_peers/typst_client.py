"""Slips by typst: `python -m benchmarks.slip_peers.typst_client COUNT GOTHIC MINCHO TARGET`.

Prints the seconds of the processor from the first slip to the finished file: the codes as pictures (typst has
none), the values as JSON, and the compiling.
"""

import io
import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

import segno
import typst

from benchmarks.slip_peers import data

_SOURCE = """
#set page(width: 297mm, height: 210mm, margin: 0mm)
#set text(font: "BIZ UDPGothic", lang: "ja")
#let slips = json("slips.json")
#let layout = json("layout.json")
#let at(x, y, body) = place(top + left, dx: x * 1mm, dy: y * 1mm, body)
#let label(left, one) = at(left + one.at(1), one.at(2), text(size: one.at(3) * 1pt, one.at(0)))
#let ground = {
  for left in layout.stubs {
    for line in layout.lines {
      at(left + line.at(0), line.at(1), rect(width: line.at(2)*1mm, height: line.at(3)*1mm, stroke: 0.5pt))
    }
    for one in layout.labels { label(left, one) }
  }
  for one in layout.notes { label(0, one) }
}
#let sides = (left: left, center: center, right: right)
#for slip in slips {
  ground
  for left in layout.stubs {
    for (name, x, y, width, size, side) in layout.fields {
      let font = if name == "name" or name == "address" { "IPAexMincho" } else { "BIZ UDPGothic" }
      let set_text = text(font: font, size: size * 1pt, slip.at(name))
      at(left + x, y, box(width: width * 1mm, align(sides.at(side), set_text)))
    }
  }
  let (x, y, width, height) = layout.barcode
  at(x, y, image(bytes(slip.bars), format: "svg", width: width * 1mm, height: height * 1mm, fit: "stretch"))
  at(layout.readable.at(0), layout.readable.at(1), text(size: 6.5pt, slip.barcode))
  at(layout.qr.at(0), layout.qr.at(1), image(bytes(slip.square), format: "svg", width: layout.qr.at(2) * 1mm))
  pagebreak(weak: true)
}
"""


def main(count: int, gothic: str, mincho: str, target: str) -> None:
    slips = data.slips(count)
    begun = process_time()
    with TemporaryDirectory() as folder:
        here = Path(folder)
        coded = [slip | {"bars": _bars(slip["barcode"]), "square": _square(slip["qr"])} for slip in slips]
        layout = {
            "stubs": data.STUBS,
            "lines": data.LINES,
            "labels": data.LABELS,
            "notes": data.NOTES,
            "fields": data.FIELDS,
            "barcode": data.BARCODE,
            "readable": data.READABLE,
            "qr": data.QR,
        }
        (here / "slips.json").write_text(json.dumps(coded, ensure_ascii=False), "utf-8")
        (here / "layout.json").write_text(json.dumps(layout, ensure_ascii=False), "utf-8")
        (here / "slip.typ").write_text(_SOURCE, "utf-8")
        fonts = [str(Path(gothic).parent), str(Path(mincho).parent)]
        typst.compile(str(here / "slip.typ"), output=target, font_paths=fonts, ignore_system_fonts=True)
    sys.stdout.write(f"{process_time() - begun}\n")


def _square(payload: str) -> str:
    picture = io.BytesIO()
    segno.make(payload, error="m", micro=False, mask=3).save(picture, kind="svg", xmldecl=False, border=4)
    return picture.getvalue().decode()


def _bars(digits: str) -> str:
    """Stripes of the width of the real code: one path, two bars for each pair of digits (it has three)."""
    parts = [
        f"M{place * 11} 0h2v9h-2zM{place * 11 + 4} 0h{1 + int(pair) % 4}v9h-{1 + int(pair) % 4}z"
        for place, pair in enumerate(_pairs(digits))
    ]
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 288 9"><path d="{"".join(parts)}"/></svg>'


def _pairs(digits: str) -> list[str]:
    return ["0", "0", *(digits[place : place + 2] for place in range(0, len(digits), 2)), "0", "0"]


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4])
