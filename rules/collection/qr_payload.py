"""What the QR of a payment slip holds: a layout of the city with named places, filled.

The official layout of the joint agency (eL-QR) is not public (facts, 6.3); a city enters the layout that its
agency gave it, and nothing is guessed. An empty layout: no QR.
"""

import re
from collections.abc import Mapping
from typing import Final

PLACES: Final = (
    "notice_number",
    "customer_number",
    "fiscal_year",
    "instalment",
    "amount",
    "due_on",
    "pay_until",
)
LONGEST: Final = 300
_PLACE: Final = re.compile(r"\{([^{}]*)\}")


class QrLayoutWrong(ValueError):
    """The layout names a place that there is not, or comes to more than a slip can bear."""


def payload(layout: str, values: Mapping[str, str]) -> str:
    """The text of the QR.

    Raises:
        QrLayoutWrong: a place of the layout is not one of `PLACES`, or the text is too long.
    """
    if unknown := [name for name in _PLACE.findall(layout) if name not in PLACES]:
        raise QrLayoutWrong(f"{unknown[0]} is not one of {', '.join(PLACES)}")
    text = _PLACE.sub(lambda found: values[found[1]], layout)
    if len(text) > LONGEST:
        raise QrLayoutWrong(f"{len(text)} characters, at most {LONGEST}")
    return text
