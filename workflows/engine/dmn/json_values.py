"""JSON for decisions: read without a float, written with plain exact numbers (docs/feel.md).

Days, times and durations are their text; a range is its text; a function is null. There is no NaN.
"""

import json
from decimal import Decimal
from typing import Any, NoReturn

from workflows.engine.dmn.reading import START
from workflows.engine.feel import limits
from workflows.engine.feel.builtins_conversion import text_of
from workflows.engine.feel.errors import FeelLimitError
from workflows.engine.feel.functions import Function
from workflows.engine.feel.scope import Run
from workflows.engine.feel.values import Value, plain


class NotJson(ValueError):
    """The text is no JSON that decisions take; the message says where, in Japanese."""


def read_json(text: str) -> Any:
    """The data of a JSON text; numbers are Decimal. Raises NotJson."""

    def refuse(name: str) -> NoReturn:
        raise NotJson(f"{name} は JSON の数ではありません。")

    try:
        return json.loads(text, parse_float=Decimal, parse_int=Decimal, parse_constant=refuse)
    except json.JSONDecodeError as error:
        raise NotJson(f"JSON として読めません({error.lineno}行{error.colno}列)。") from error
    except RecursionError as error:
        raise NotJson("JSON の入れ子が深すぎます。") from error


def as_json(run: Run, value: Value, depth: int = 0) -> str:
    """The value as JSON text. What is too much or too deep meets a limit (FeelLimitError)."""
    if value is None or isinstance(value, (bool, Function)):
        return {True: "true", False: "false"}.get(value, "null") if isinstance(value, bool) else "null"
    if isinstance(value, Decimal):
        return plain(value)
    if not isinstance(value, (list, dict)):
        return quoted(text_of(value))
    if depth > limits.NESTING:
        raise FeelLimitError(f"結果の入れ子が{limits.NESTING}段を超えています。", 1, 1)
    run.charge(START, len(value))
    if isinstance(value, list):
        return "[" + ", ".join(as_json(run, item, depth + 1) for item in value) + "]"
    return (
        "{"
        + ", ".join(f"{quoted(key)}: {as_json(run, item, depth + 1)}" for key, item in value.items())
        + "}"
    )


def quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
