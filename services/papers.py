"""Contents of papers as plain JSON and back: what is stored is what is printed, today and at a reprint."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, TypeVar

from rules.eras import PartialDate

T = TypeVar("T")


def to_plain(value: object) -> Any:
    """A content of a paper as JSON primitives: dates and moments as ISO text, tuples as lists."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        if isinstance(value, PartialDate):
            return value.iso
        return {field.name: to_plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [to_plain(item) for item in value]
    return value


def from_plain(kind: type[T], plain: Mapping[str, Any]) -> T:
    """Read the content of a paper back; a place that was added since takes its default.

    Raises:
        TypeError: a place without default is missing.
    """
    hints = typing.get_type_hints(kind)
    names = {field.name for field in dataclasses.fields(typing.cast("Any", kind))}
    values = {name: _read(hints[name], value) for name, value in plain.items() if name in names}
    return kind(**values)


def _read(hint: Any, value: Any) -> Any:
    if value is None:
        return None
    origin = typing.get_origin(hint)
    if origin in {types.UnionType, typing.Union}:
        inner = next(part for part in typing.get_args(hint) if part is not type(None))
        return _read(inner, value)
    if origin is tuple:
        return tuple(_read(typing.get_args(hint)[0], item) for item in value)
    if hint is PartialDate:
        return PartialDate.parse_iso(value)
    if hint is datetime:
        return datetime.fromisoformat(value)
    if hint is date:
        return date.fromisoformat(value)
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return from_plain(hint, value)
    return value
