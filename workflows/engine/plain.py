"""The data that a case can keep: JSON values only, and no number that changes on the way."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from workflows.engine.feel.expressions import compile_expression


class NotPlain(ValueError):
    """A value that cannot be kept exactly: a number of more digits than JSON keeps."""


def plain(value: Any) -> Any:
    """A value of FEEL as JSON: dates, times and durations as their ISO 8601 text.

    Raises:
        NotPlain: a decimal would not come back as it was.
    """
    if isinstance(value, dict):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    if isinstance(value, Decimal):
        kept = float(value)
        if Decimal(repr(kept)) != value:
            raise NotPlain("a number of more digits than a case can keep")
        return kept
    if value is None or isinstance(value, bool | int | str | float):
        return value
    return compile_expression("string(value)", ("value",)).evaluate({"value": value})


def same(one: Any, other: Any) -> bool:
    """Whether two values are kept alike: Python takes 1, 1.0 and true for equal, JSON does not."""
    if one is other:
        return True
    if type(one) is not type(other) or one != other:
        return False
    if isinstance(one, dict):
        return all(same(inner, other[key]) for key, inner in one.items())
    return not isinstance(one, list) or all(map(same, one, other))
