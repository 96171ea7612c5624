"""JSON Schema whose `pattern` is matched in time that grows with the text only.

The validator's own matcher goes back over the text, so one pattern could keep the portal busy for hours.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import re2
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend


class PatternRefused(ValueError):
    """A pattern that cannot be matched in bounded time (a reference back, a look ahead), or is none."""


def _quiet() -> Any:
    options = re2.Options()
    options.log_errors = False
    return options


@lru_cache(maxsize=512)
def compiled(pattern: str) -> Any:
    """Return the pattern ready to match.

    Raises:
        PatternRefused: RE2 does not know it.
    """
    try:
        return re2.compile(pattern, _quiet())
    except re2.error as error:
        why = error.args[0]
        raise PatternRefused(why.decode(errors="replace") if isinstance(why, bytes) else str(why)) from error


def _pattern(_validator: Any, pattern: str, instance: object, _schema: Any) -> Iterator[ValidationError]:
    if isinstance(instance, str) and not compiled(pattern).search(instance):
        yield ValidationError("does not match the pattern")


# The library's own function has no types.
BoundedValidator: type[Draft202012Validator] = extend(  # type: ignore[no-untyped-call]
    Draft202012Validator, {"pattern": _pattern}
)
