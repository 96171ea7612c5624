"""Who may send what: the sources and the layouts of their files, as data (J5).

A source that does not stand here is not taken. A field says how it is checked:

- `key`: the address number (宛名番号), 1 to 15 digits; a person stands in a file once
- `digits`: exactly `length` digits · `text`: up to `length` signs
- `code`: one of `values` · `amount`: whole yen, not below zero · `signed`: whole yen
- `year`: a calendar year · `date`: a day, western (20261123, 2026-11-23) or by era (R8.11.23, 5081123)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent
NAMES = ("tax_income", "resident_change", "address_answer", "network_answer")
KEY_DIGITS = 15
KINDS = frozenset({"key", "digits", "text", "code", "amount", "signed", "year", "date"})


@dataclass(frozen=True)
class Field:
    """One field of a line. `width` is its bytes in a fixed layout; an optional one may be blank."""

    name: str
    ja: str
    en: str
    kind: str
    length: int = 0
    width: int = 0
    optional: bool = False
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Source:
    """A file of one section: CSV with a header line, or fixed length in bytes; its encoding and its fields.

    `not_above` are pairs of amounts of which the first may not be above the second. A person stands in a
    file once, or once for each value of the fields `once_with`.
    """

    id: str
    ja: str
    en: str
    sender_ja: str
    sender_en: str
    kind: str
    encoding: str
    fields: tuple[Field, ...]
    not_above: tuple[tuple[str, str], ...] = ()
    once_with: tuple[str, ...] = ()

    def place(self, name: str) -> int:
        """Where a field stands in a line, from 0.

        Raises:
            ValueError: it has no such field.
        """
        return [one.name for one in self.fields].index(name)

    @property
    def key(self) -> int:
        """The place of the address number."""
        return next(place for place, one in enumerate(self.fields) if one.kind == "key")

    @property
    def line_width(self) -> int:
        """The bytes of a line of a fixed layout."""
        return sum(one.width for one in self.fields)


@cache
def sources() -> Mapping[str, Source]:
    """All sources by their id."""
    return {name: _read(name) for name in NAMES}


def _read(name: str) -> Source:
    told: dict[str, Any] = yaml.safe_load((FOLDER / f"{name}.yaml").read_text("utf-8"))
    fields = tuple(
        Field(**one | {"values": tuple(str(value) for value in one.get("values", ()))})
        for one in told.pop("fields")
    )
    pairs = tuple((first, second) for first, second in told.pop("not_above", ()))
    once = tuple(told.pop("once_with", ()))
    return Source(**told, fields=fields, not_above=pairs, once_with=once)
