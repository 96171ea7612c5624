"""Built-in functions on lists, contexts and truth values (DMN 1.5, 10.3.4)."""

from collections.abc import Sequence
from decimal import Decimal

from workflows.engine.feel import limits
from workflows.engine.feel.builtins_call import Invocation, table
from workflows.engine.feel.errors import FeelLimitError
from workflows.engine.feel.operators import equal, less, matches_item, opposite
from workflows.engine.feel.values import ARITHMETIC, Value, finite


def _items(arguments: Sequence[Value]) -> list[Value]:
    """`min(1, 2)` and `min([1, 2])` are the same; null stands for no list at all."""
    if len(arguments) == 1 and isinstance(arguments[0], list):
        return arguments[0]
    return list(arguments)


def _not(call: Invocation, value: Value) -> Value:
    if value is None or isinstance(value, bool):
        return opposite(value)
    call.refuse(value)
    return None


def _count(call: Invocation, value: Value) -> Value:
    if isinstance(value, list):
        return Decimal(len(value))
    call.refuse(value)
    return None


def _list_contains(call: Invocation, items: Value, wanted: Value) -> Value:
    if not isinstance(items, list):
        call.refuse(items)
        return None
    call.charge(len(items))
    return any(matches_item(call.run, call.at, wanted, item) is True for item in items)


def _sum(call: Invocation, *arguments: Value) -> Value:
    items = _items(arguments)
    call.charge(len(items))
    total = Decimal(0)
    for item in items:
        if not isinstance(item, Decimal):
            call.refuse(item)
            return None
        total = ARITHMETIC.add(total, item)
    return finite(total) if items else None


def _extreme(call: Invocation, arguments: Sequence[Value], *, largest: bool) -> Value:
    items = _items(arguments)
    call.charge(len(items))
    if not items:
        return None
    best = items[0]
    for item in items:
        smaller = less(call.run, call.at, item, best, or_equal=True)
        if smaller is None:
            return None
        if smaller is not largest:
            best = item
    return best


def _min(call: Invocation, *arguments: Value) -> Value:
    return _extreme(call, arguments, largest=False)


def _max(call: Invocation, *arguments: Value) -> Value:
    return _extreme(call, arguments, largest=True)


def _all(call: Invocation, *arguments: Value) -> Value:
    items = _items(arguments)
    call.charge(len(items))
    if any(item is False for item in items):
        return False
    return True if all(item is True for item in items) else None


def _any(call: Invocation, *arguments: Value) -> Value:
    items = _items(arguments)
    call.charge(len(items))
    if any(item is True for item in items):
        return True
    return False if all(item is False for item in items) else None


def within_limit(call: Invocation, items: list[Value]) -> list[Value]:
    if len(items) > limits.LIST_ITEMS:
        raise FeelLimitError(f"リストが{limits.LIST_ITEMS}件を超えます。", *call.at)
    call.charge(len(items))
    return items


def _append(call: Invocation, items: Value, *more: Value) -> Value:
    base = items if isinstance(items, list) else [items]
    return within_limit(call, [*base, *more])


def _concatenate(call: Invocation, *lists: Value) -> Value:
    joined: list[Value] = []
    for items in lists:
        joined = within_limit(call, [*joined, *(items if isinstance(items, list) else [items])])
    return joined


def _distinct_values(call: Invocation, items: Value) -> Value:
    if not isinstance(items, list):
        call.refuse(items)
        return None
    kept: list[Value] = []
    for item in items:
        call.charge(len(kept) + 1)
        if not any(type(one) is type(item) and equal(call.run, call.at, one, item) for one in kept):
            kept.append(item)
    return kept


def _get_value(call: Invocation, context: Value, key: Value) -> Value:
    if isinstance(context, dict) and isinstance(key, str):
        return context.get(key)
    call.refuse(context if not isinstance(context, dict) else key)
    return None


LISTS = table(
    ("not", _not, 1, 1),
    ("count", _count, 1, 1),
    ("list contains", _list_contains, 2, 2),
    ("sum", _sum, 1, None),
    ("min", _min, 1, None),
    ("max", _max, 1, None),
    ("all", _all, 1, None),
    ("any", _any, 1, None),
    ("append", _append, 2, None),
    ("concatenate", _concatenate, 1, None),
    ("distinct values", _distinct_values, 1, 1),
    ("get value", _get_value, 2, 2),
)
