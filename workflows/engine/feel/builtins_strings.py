"""Built-in functions on strings and numbers (DMN 1.5, 10.3.4)."""

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from workflows.engine.feel.builtins_call import Invocation, table
from workflows.engine.feel.values import ARITHMETIC, Value, finite

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def _of_strings(answer: Callable[..., Value]) -> Callable[..., Value]:
    """A function whose arguments must all be strings."""

    def function(call: Invocation, *arguments: Value) -> Value:
        for argument in arguments:
            if not isinstance(argument, str):
                call.refuse(argument)
                return None
            call.charge(len(argument) // 100)
        return answer(*arguments)

    return function


def _of_numbers(answer: Callable[..., Value]) -> Callable[..., Value]:
    """A function whose arguments must all be numbers; no result becomes null with a notice."""

    def function(call: Invocation, *arguments: Value) -> Value:
        for argument in arguments:
            if not isinstance(argument, Decimal):
                call.refuse(argument)
                return None
        result = answer(*arguments)
        if result is None:
            call.warn("答えがないので、")
        return result

    return function


def plain(number: Decimal) -> str:
    """Digits without exponent and without trailing zeros; there is no minus zero."""
    text = format(number or Decimal(0), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _string(call: Invocation, value: Value) -> Value:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    call.refuse(value)
    return None


def _number(call: Invocation, value: Value) -> Value:
    """A number from ASCII digits; full-width digits are data to be cleaned by the form, not here."""
    if isinstance(value, Decimal):
        return value
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return finite(ARITHMETIC.create_decimal(value))
    call.warn('"12.5" の形の数ではないので、')
    return None


def _substring(call: Invocation, text: Value, start: Value, length: Value = None) -> Value:
    if not isinstance(text, str) or not isinstance(start, Decimal) or start == 0:
        call.warn("文字列と、1からか負の開始位置が要るので、")
        return None
    begin = int(start) - 1 if start > 0 else max(len(text) + int(start), 0)
    if length is None:
        return text[begin:]
    if not isinstance(length, Decimal) or length < 1:
        call.warn("長さは1以上の数なので、")
        return None
    return text[begin : begin + int(length)]


def _modulo(dividend: Decimal, divisor: Decimal) -> Decimal | None:
    """The sign follows the divisor: modulo(-12, 5) = 3."""
    if not divisor:
        return None
    quotient = ARITHMETIC.divide(dividend, divisor).to_integral_value(ROUND_FLOOR)
    return finite(ARITHMETIC.subtract(dividend, ARITHMETIC.multiply(divisor, quotient)))


STRINGS = table(
    ("string", _string, 1, 1),
    ("number", _number, 1, 1),
    ("string length", _of_strings(lambda text: Decimal(len(text))), 1, 1),
    ("contains", _of_strings(lambda text, part: part in text), 2, 2),
    ("starts with", _of_strings(lambda text, part: text.startswith(part)), 2, 2),
    ("ends with", _of_strings(lambda text, part: text.endswith(part)), 2, 2),
    ("upper case", _of_strings(lambda text: text.upper()), 1, 1),
    ("lower case", _of_strings(lambda text: text.lower()), 1, 1),
    ("substring", _substring, 2, 3),
    ("abs", _of_numbers(ARITHMETIC.abs), 1, 1),
    ("floor", _of_numbers(lambda number: number.to_integral_value(ROUND_FLOOR)), 1, 1),
    ("ceiling", _of_numbers(lambda number: number.to_integral_value(ROUND_CEILING)), 1, 1),
    ("modulo", _of_numbers(_modulo), 2, 2),
)
