"""Slips by ours: `python -m benchmarks.slips_client COUNT GOTHIC MINCHO TARGET`.

Prints the seconds of the processor from the first slip to the finished file, the laying out of the form
excepted (it is kept by a worker), and the most memory of the process in MB.
"""

from __future__ import annotations

import resource
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from time import process_time

from benchmarks.slip_peers import data
from printing import press
from printing.collection.payment_slip import TITLE, PaymentSlip
from printing.sheet_runs import SheetRun
from rules.law import Law
from services.slip_files import form_of

DUE, UNTIL = date(2026, 6, 30), date(2026, 7, 31)


def main(count: int, target: Path) -> None:
    """Print the slips and the figures."""
    layout = press.lay_out_form(form_of(Law.load().on(DUE), demo=True))
    begun = process_time()
    SheetRun(target, layout, {}, TITLE, f"{count}").write(_slips(count))
    spent = process_time() - begun
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    sys.stdout.write(f"{spent} {most}\n")


def _slips(count: int) -> Iterator[PaymentSlip]:
    for place in range(count):
        one = data.slip(place)
        yield PaymentSlip(
            name=one["name"],
            postal_code="999-0123",
            address=(one["address"],),
            fiscal_year=2026,
            notice_number=one["notice_number"],
            instalment=one["instalment"],
            amount=int(one["amount"].replace(",", "")),
            due_on=DUE,
            pay_until=UNTIL,
            barcode=one["barcode"],
            qr=one["qr"],
        )


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[4]))
