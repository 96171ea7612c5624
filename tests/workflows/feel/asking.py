"""Asking FEEL in tests: the names are those of the data, as a definition's check would have them."""

from datetime import UTC, datetime

from workflows.engine.feel.errors import FeelError
from workflows.engine.feel.expressions import Traced, compile_expression, compile_unary_tests

CLOCK = datetime(2026, 11, 23, 15, 30, tzinfo=UTC)  # already 24 November in Japan


def traced(text: str, data: dict | None = None) -> Traced:
    data = data or {}
    return compile_expression(text, data.keys()).evaluate_traced(data, clock=CLOCK)


def feel(text: str, data: dict | None = None):
    return traced(text, data).value


def notices(text: str, data: dict | None = None) -> str:
    return "\n".join(notice.message_ja for notice in traced(text, data).notices)


def cell(text: str, value, data: dict | None = None) -> bool:
    data = data or {}
    return compile_unary_tests(text, data.keys()).matches(value, data)


def refusal(text: str, names=()) -> FeelError:
    try:
        compile_expression(text, names)
    except FeelError as error:
        return error
    raise AssertionError(f"{text!r} was not refused")
