"""What a form begins with: the values of `x-default-feel`, asked when the form opens (docs/feel.md).

A default is FEEL over `case`, `form` and `outcome`. A task that must be done with one's own eyes (`not_by`)
sees no entries: its defaults know no `form`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from services.context import Context
from services.office_calendar import closed_between
from workflows.engine.default_values import NAMES
from workflows.engine.feel.errors import FeelLimitError
from workflows.engine.feel.expressions import compile_expression


def evaluated(
    ctx: Context, defaults: Mapping[str, str], data: Mapping[str, Any], *, own_eyes: bool = False
) -> dict[str, Any]:
    """The first values of a form by field; a default that is null, or asks for too much, is left out."""
    known = {name: data[name] for name in NAMES if name in data and not (own_eyes and name == "form")}
    found = {}
    for name, text in defaults.items():
        try:
            told = compile_expression(text, None).evaluate(
                known,
                clock=ctx.at,
                closed_days=lambda first, last: closed_between(ctx.session, first, last),
            )
        except FeelLimitError:
            told = None
        if told is not None and not isinstance(told, timedelta):
            found[name] = _plain(told)
    return found


def _plain(value: Any) -> Any:
    """The value as JSON has it."""
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return {key: _plain(item) for key, item in value.items()} if isinstance(value, dict) else value
