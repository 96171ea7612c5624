"""The check at the door: from what was sent to clean data, or a list of errors that a person can act on.

Each text is read by its format first (dates to ISO, kana to full-width katakana), then the JSON Schema
judges the whole. Everything that is wrong is told at once (requirement B2; issue 2, "Bad input").
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from forms.reading import Reader
from forms.refusals import FieldError
from forms.structure import structural_errors

__all__ = ["FieldError", "FormRefused", "check"]


@dataclass
class FormRefused(Exception):
    """What was sent is not accepted. `errors` says for each field what, why and what now."""

    errors: tuple[FieldError, ...]

    def __str__(self) -> str:
        return "; ".join(f"{error.path}: {error.code}" for error in self.errors)


def check(
    schema: Mapping[str, Any],
    raw: Mapping[str, Any],
    *,
    today: date,
    fixed: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the clean data of a form.

    `today` is the day against which `x-not-after: today` is measured. `fixed` are the values settled when
    the case was opened (the reason); they are added, and a sent value that differs is refused.

    Raises:
        FormRefused: anything is wrong; nothing of the data may be used.
    """
    reader = Reader(schema, today)
    clean = reader.read(raw, fixed or {})
    errors = list(reader.errors)
    errors += structural_errors(schema, clean, {error.path for error in errors})
    if errors:
        raise FormRefused(tuple(errors))
    return clean
