"""The golden pictures: every document as it must look, 50 dpi, grey.

`python -m tests.printing.golden` draws them anew. Look at what changed before committing it.
"""

import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

from printing.renderer import render
from tests.printing import samples
from tests.printing.paper import pages_of, picture_of

FOLDER = Path(__file__).parents[1] / "golden" / "printing"

DOCUMENTS: dict[str, Callable[[], object]] = {
    "eligibility_certificate": samples.eligibility_certificate,
    "eligibility_certificate_family": samples.family_letter,
    "eligibility_notice": samples.eligibility_notice,
    "eligibility_notice_elder": lambda: samples.eligibility_notice(samples.elder()),
    "elderly_recipient_card": samples.elderly_recipient_card,
    "ceiling_certificate": samples.ceiling_certificate,
    "ceiling_reduction_certificate": samples.ceiling_reduction_certificate,
    "ceiling_refusal": samples.ceiling_refusal,
    "insurance_card": samples.insurance_card,
    "proof_of_loss": samples.proof_of_loss,
    "reception_slip": samples.reception_slip,
    "missing_papers_notice": samples.missing_papers_notice,
    "notice_letter": samples.notice_letter,
    "papers_returned": samples.papers_returned,
    "identity_check_record": samples.identity_check_record,
    "day_list": samples.day_list,
    "confirmation_list": samples.confirmation_list,
    "medium_record": samples.medium_record,
    "trial_receipt": samples.trial_receipt,
    "premium_notice": samples.premium_notice,
    "premium_change_notice": samples.premium_change_notice,
    "pension_begin_notice": samples.pension_begin_notice,
    "pension_provisional_notice": samples.pension_provisional_notice,
    "pension_stop_notice": samples.pension_stop_notice,
    "exemption_notice": samples.exemption_notice,
    "payment_slips": samples.payment_slips,
    "notice_cover": samples.notice_cover,
    "printer_test_page": samples.printer_test_page,
}


FORMS: dict[str, Callable[[], bytes]] = {
    "payment_slip": samples.payment_slip,
    "payment_slip_not_in_shops": samples.payment_slip_not_in_shops,
}
NAMES = (*DOCUMENTS, *FORMS)


@cache
def pdf_of(name: str) -> bytes:
    return FORMS[name]() if name in FORMS else render(DOCUMENTS[name]())


def file_of(name: str, page: int) -> Path:
    return FOLDER / f"{name}-{page}.png"


def draw_all() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.glob("*.png"):
        old.unlink()
    for name in NAMES:
        pdf = pdf_of(name)
        for page in range(1, pages_of(pdf) + 1):
            picture_of(pdf, page).save(file_of(name, page), optimize=True)
        sys.stdout.write(f"{name}: {pages_of(pdf)}\n")


if __name__ == "__main__":
    draw_all()
