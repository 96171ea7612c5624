"""Numbers of rows in addresses: ASCII digits up to what a key of the database can be; anything else is none.

Larger ones would reach the database and break there (security.md T24, T27).
"""

from __future__ import annotations

import re

from werkzeug.routing import IntegerConverter

LARGEST = 2**31 - 1
DIGITS = re.compile(r"[0-9]{1,10}")


class RowIdConverter(IntegerConverter):
    """`<int:…>` of a route; what can be no row's number is no address of ours."""

    regex = DIGITS.pattern

    def to_python(self, value: str) -> int:
        """The number.

        Raises:
            ValidationError: larger than a key; answered as 404.
        """
        self.max = LARGEST
        return int(super().to_python(value))


def row_id(text: str) -> int:
    """A number of a query string or a form, for `type=` of Werkzeug's `get`.

    Raises:
        ValueError: it can be no row's number.
    """
    if not DIGITS.fullmatch(text) or int(text) > LARGEST:
        raise ValueError(text[:20])
    return int(text)


def row_number(text: str) -> int | None:
    """The same for text from elsewhere; None where it can be no row's number."""
    try:
        return row_id(text)
    except ValueError:
        return None
