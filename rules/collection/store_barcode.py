"""The convenience-store bar code of a payment slip (標準料金代理収納, GS1-128): 44 digits.

Layout: AI 91 (2), issuer (6), reference of the payer (21), count of re-issues (1), last day of payment as
YYMMDD (6), stamp flag (1), amount in yen (6), check digit (1). Source: facts, section 6.2.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

APPLICATION_IDENTIFIER: Final = "91"
NO_LAST_DAY: Final = "999999"
MOST_YEN: Final = 999_999
ISSUER_DIGITS, REFERENCE_DIGITS = 6, 21
_CUTS: Final = (2, 8, 29, 30, 36, 37, 43, 44)


@dataclass(frozen=True)
class BarcodeRefused(ValueError):
    """A part that the 44 digits cannot carry: `part` names it, `message_ja` says what, why, what now."""

    part: str
    message_ja: str


def payment_digits(
    issuer: str, reference: str, amount: int, pay_until: date | None, *, reissue: int = 0, stamp: bool = False
) -> str:
    """The 44 digits of one slip.

    Args:
        issuer: six digits of the collector's company code.
        reference: up to 21 digits of the payer's claim; padded behind with 0.
        amount: whole yen, 1 to 999,999.
        pay_until: the last day on which a shop takes it (inclusive); None writes 999999.
        reissue: how often the slip was issued again, 0 to 9.
        stamp: whether a revenue stamp is needed; never for public money.

    Raises:
        BarcodeRefused: a part does not fit its digits.
    """
    if not _digits(issuer, ISSUER_DIGITS, ISSUER_DIGITS):
        raise BarcodeRefused("issuer", "収納代行の企業コードは6桁の数字です。市の設定を確かめてください。")
    if not _digits(reference, 1, REFERENCE_DIGITS):
        raise BarcodeRefused(
            "reference", "顧客番号は21桁までの数字です。バーコードに入りません。番号を確かめてください。"
        )
    if not 0 < amount <= MOST_YEN:
        raise BarcodeRefused(
            "amount",
            f"金額{amount:,}円はバーコードの6桁に入りません(1円から{MOST_YEN:,}円まで)。金額を確かめてください。",
        )
    if not 0 <= reissue <= 9:
        raise BarcodeRefused("reissue", "再発行の回数は0から9までです。10回目からは新しい番号で発行します。")
    until = pay_until.strftime("%y%m%d") if pay_until else NO_LAST_DAY
    body = (
        f"{APPLICATION_IDENTIFIER}{issuer}{reference.ljust(REFERENCE_DIGITS, '0')}"
        f"{reissue}{until}{int(stamp)}{amount:06}"
    )
    return f"{body}{check_digit(body)}"


def _digits(text: str, fewest: int, most: int) -> bool:
    return fewest <= len(text) <= most and text.isascii() and text.isdigit()


def check_digit(body: str) -> int:
    """Modulus 10 with weights 3, 1, 3 … from the right over the digits before it (as GTIN)."""
    backwards = body[::-1]
    total = 3 * sum(map(int, backwards[::2])) + sum(map(int, backwards[1::2]))
    return -total % 10


def in_words(digits: str) -> tuple[str, str]:
    """The digits as people read them, in two lines: (91)issuer-reference, then the rest."""
    parts = [digits[start:end] for start, end in zip((0, *_CUTS), _CUTS, strict=False)]
    return f"({parts[0]}){parts[1]}-{parts[2]}", "-".join(parts[3:])
