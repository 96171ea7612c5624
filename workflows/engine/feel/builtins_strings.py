"""Built-in functions on strings (DMN 1.5, 10.3.4.3). Characters are code points, so 𠮷 is one."""

from collections.abc import Callable, Sequence
from decimal import Decimal

from workflows.engine.feel import limits, patterns
from workflows.engine.feel.builtins_call import Invocation, table
from workflows.engine.feel.errors import FeelLimitError
from workflows.engine.feel.values import Value


def _paid(answer: Callable[..., Value]) -> Callable[..., Value]:
    """A function on strings that are paid for by their length."""

    def function(call: Invocation, *arguments: str) -> Value:
        call.charge(sum(len(argument) for argument in arguments) // 100)
        return answer(*arguments)

    return function


def _substring(call: Invocation, text: str, start: Decimal, length: Decimal | None = None) -> Value:
    position = int(start)
    if position == 0 or (length is not None and length < 1):
        call.warn("開始位置は1からか負の数、長さは1以上の数なので、")
        return None
    begin = position - 1 if position > 0 else max(len(text) + position, 0)
    return text[begin:] if length is None else text[begin : begin + int(length)]


def _substring_before(text: str, part: str) -> Value:
    found = text.find(part)
    return text[:found] if found > 0 else ""


def _substring_after(text: str, part: str) -> Value:
    found = text.find(part)
    return text[found + len(part) :] if found >= 0 else ""


def _no_pattern(call: Invocation, problem_ja: str) -> None:
    call.warn(f"正規表現として読めない({problem_ja})ので、")


def _matches(call: Invocation, text: str, pattern: str, flags: str | None = None) -> Value:
    call.charge(1 + len(text) // 100)
    try:
        return patterns.compiled(pattern, flags or "").search(text) is not None
    except patterns.NoPattern as problem:
        _no_pattern(call, str(problem))
        return None


def _replace(call: Invocation, text: str, pattern: str, replacement: str, flags: str | None = None) -> Value:
    call.charge(1 + len(text) // 100)
    try:
        replaced = patterns.replaced(text, pattern, replacement, flags or "", limits.STRING_CHARACTERS)
    except patterns.NoPattern as problem:
        _no_pattern(call, str(problem))
        return None
    if replaced is None:
        raise FeelLimitError(f"文字列が{limits.STRING_CHARACTERS}文字を超えます。", *call.at)
    call.charge(len(replaced) // 100)
    return replaced


def _split(call: Invocation, text: str, delimiter: str) -> Value:
    try:
        parts: list[Value] = [*patterns.split(text, delimiter)]
    except patterns.NoPattern as problem:
        _no_pattern(call, str(problem))
        return None
    if len(parts) > limits.LIST_ITEMS:
        raise FeelLimitError(f"リストが{limits.LIST_ITEMS}件を超えます。", *call.at)
    call.charge(len(parts))
    return parts


def _string_join(
    call: Invocation,
    items: Sequence[Value],
    delimiter: str | None = None,
) -> Value:
    """One string of many; null items are left out."""
    told = [item for item in items if item is not None]
    odd = next((item for item in told if not isinstance(item, str)), None)
    if odd is not None:
        call.refuse(odd)
        return None
    texts = [item for item in told if isinstance(item, str)]
    length = sum(map(len, texts)) + len(delimiter or "") * len(texts)
    if length > limits.STRING_CHARACTERS:
        raise FeelLimitError(f"文字列が{limits.STRING_CHARACTERS}文字を超えます。", *call.at)
    call.charge(len(texts) + length // 100)
    return (delimiter or "").join(texts)


STRINGS = table(
    ("substring(string: string, start position: number, length?: number)", _substring),
    ("string length(string: string)", _paid(lambda text: Decimal(len(text)))),
    ("upper case(string: string)", _paid(lambda text: text.upper())),
    ("lower case(string: string)", _paid(lambda text: text.lower())),
    ("substring before(string: string, match: string)", _paid(_substring_before)),
    ("substring after(string: string, match: string)", _paid(_substring_after)),
    ("contains(string: string, match: string)", _paid(lambda text, part: part in text)),
    ("starts with(string: string, match: string)", _paid(lambda text, part: text.startswith(part))),
    ("ends with(string: string, match: string)", _paid(lambda text, part: text.endswith(part))),
    ("matches(input: string, pattern: string, flags?: string)", _matches),
    ("replace(input: string, pattern: string, replacement: string, flags?: string)", _replace),
    ("split(string: string, delimiter: string)", _split),
    ("string join(list: list, delimiter?: string)", _string_join),
)
