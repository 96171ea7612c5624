"""Built-in functions on numbers (DMN 1.5, 10.3.4.5). Exact decimals; roundings are named by what they do."""

from collections.abc import Callable
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Context,
    Decimal,
)

from workflows.engine.feel.builtins_call import Invocation, table
from workflows.engine.feel.temporal import Span, YearsMonths
from workflows.engine.feel.values import ARITHMETIC, Value, finite

_WIDE = Context(prec=13_000, Emin=-13_000, Emax=13_000, traps=[])
_LEAST_SCALE, _MOST_SCALE = -6111, 6176


def _answered(answer: Callable[..., Decimal | bool | None]) -> Callable[..., Value]:
    """A function on numbers; no result becomes null with a notice."""

    def function(call: Invocation, *arguments: Decimal) -> Value:
        result = answer(*arguments)
        if isinstance(result, Decimal):
            result = finite(result)
        if result is None:
            call.warn("答えがないので、")
        return result

    return function


def _rounded(rounding: str, *, whole: bool = False) -> Callable[..., Decimal | None]:
    """To so many digits behind the point; before it when the scale is negative.

    A scale that is not whole is cut, or has no answer (`whole`).
    """

    def answer(number: Decimal, scale: Decimal = Decimal(0)) -> Decimal | None:
        digits = int(scale)
        if whole and digits != scale:
            return None
        if not _LEAST_SCALE <= digits <= _MOST_SCALE:
            return None
        exponent = number.as_tuple().exponent
        if not isinstance(exponent, int) or -exponent <= digits:
            return number
        return ARITHMETIC.plus(number.quantize(Decimal(1).scaleb(-digits), rounding, _WIDE))

    return answer


def _modulo(dividend: Decimal, divisor: Decimal) -> Decimal | None:
    """The sign follows the divisor: modulo(-12, 5) = 3."""
    if not divisor:
        return None
    rest = _WIDE.remainder(dividend, divisor)
    if rest and (rest < 0) is not (divisor < 0):
        rest = _WIDE.add(rest, divisor)
    return ARITHMETIC.plus(rest)


def _abs(_call: Invocation, amount: Decimal | Span | YearsMonths) -> Value:
    if isinstance(amount, Span):
        return Span(abs(amount.nanos))
    if isinstance(amount, YearsMonths):
        return YearsMonths(abs(amount.months))
    return ARITHMETIC.abs(amount)


def _sqrt(number: Decimal) -> Decimal | None:
    return ARITHMETIC.sqrt(number) if number >= 0 else None


def _log(number: Decimal) -> Decimal | None:
    return ARITHMETIC.ln(number) if number > 0 else None


def _odd(number: Decimal) -> bool | None:
    rest = _WIDE.remainder(number, Decimal(2))
    return None if rest != rest.to_integral_value() else bool(rest)


def _even(number: Decimal) -> bool | None:
    odd = _odd(number)
    return None if odd is None else not odd


NUMBERS = table(
    ("decimal(n: number, scale: number)", _answered(_rounded(ROUND_HALF_EVEN))),
    ("floor(n: number, scale?: number)", _answered(_rounded(ROUND_FLOOR, whole=True))),
    ("ceiling(n: number, scale?: number)", _answered(_rounded(ROUND_CEILING, whole=True))),
    ("round up(n: number, scale: number)", _answered(_rounded(ROUND_UP))),
    ("round down(n: number, scale: number)", _answered(_rounded(ROUND_DOWN))),
    ("round half up(n: number, scale: number)", _answered(_rounded(ROUND_HALF_UP))),
    ("round half down(n: number, scale: number)", _answered(_rounded(ROUND_HALF_DOWN))),
    ("abs(n: amount)", _abs),
    ("modulo(dividend: number, divisor: number)", _answered(_modulo)),
    ("sqrt(number: number)", _answered(_sqrt)),
    ("log(number: number)", _answered(_log)),
    ("exp(number: number)", _answered(ARITHMETIC.exp)),
    ("odd(number: number)", _answered(_odd)),
    ("even(number: number)", _answered(_even)),
)
