"""Built-in functions on lists (DMN 1.5, 10.3.4.4). Positions count from 1, negative ones from the end."""

from collections.abc import Callable
from decimal import Decimal
from functools import cmp_to_key

from workflows.engine.feel import limits
from workflows.engine.feel.builtins_call import Invocation, table
from workflows.engine.feel.errors import FeelLimitError
from workflows.engine.feel.functions import Function
from workflows.engine.feel.operators import equal, less, matches_item
from workflows.engine.feel.values import Value


def within_limit(call: Invocation, items: list[Value]) -> list[Value]:
    if len(items) > limits.LIST_ITEMS:
        raise FeelLimitError(f"リストが{limits.LIST_ITEMS}件を超えます。", *call.at)
    call.charge(len(items))
    return items


def _same(call: Invocation, one: Value, other: Value) -> bool:
    return type(one) is type(other) and equal(call.run, call.at, one, other) is True


def _index(call: Invocation, items: list[Value], position: Decimal, *, behind: int = 0) -> int | None:
    """The index that a position stands for; None, with a notice, outside of the list."""
    whole = position == position.to_integral_value()
    if whole and 1 <= position <= len(items) + behind:
        return int(position) - 1
    if whole and 1 <= -position <= len(items):
        return len(items) + int(position)
    call.warn("リストにその番号の要素はないので、")
    return None


def _list_contains(call: Invocation, items: list[Value], wanted: Value) -> Value:
    call.charge(len(items))
    return any(matches_item(call.run, call.at, wanted, item) is True for item in items)


def _sublist(call: Invocation, items: list[Value], start: Decimal, length: Decimal | None = None) -> Value:
    index = _index(call, items, start)
    if index is None:
        return None
    if length is None:
        return within_limit(call, items[index:])
    end = index + int(length)
    if length < 1 or end > len(items):
        call.warn("リストにそれだけの要素はないので、")
        return None
    return within_limit(call, items[index:end])


def _append(call: Invocation, items: list[Value], *more: Value) -> Value:
    return within_limit(call, [*items, *more])


def _concatenate(call: Invocation, *lists: list[Value]) -> Value:
    joined: list[Value] = []
    for items in lists:
        joined = within_limit(call, [*joined, *items])
    return joined


def _insert_before(call: Invocation, items: list[Value], position: Decimal, new: Value) -> Value:
    index = _index(call, items, position, behind=1)
    return None if index is None else within_limit(call, [*items[:index], new, *items[index:]])


def _remove(call: Invocation, items: list[Value], position: Decimal) -> Value:
    index = _index(call, items, position)
    return None if index is None else within_limit(call, [*items[:index], *items[index + 1 :]])


def _list_replace(call: Invocation, items: list[Value], which: Decimal | Function, new: Value) -> Value:
    if isinstance(which, Decimal):
        index = _index(call, items, which)
        return None if index is None else within_limit(call, [*items[:index], new, *items[index + 1 :]])
    if not which.takes(2):
        call.warn("照合の関数の引数は2個なので、")
        return None
    made: list[Value] = []
    for item in items:
        call.charge(1)
        answer = which.call(call.run, call.at, [item, new])
        if not isinstance(answer, bool):
            call.warn("照合の関数の答えが真偽値ではないので、")
            return None
        made.append(new if answer else item)
    return made


def _reverse(call: Invocation, items: list[Value]) -> Value:
    return within_limit(call, items[::-1])


def _index_of(call: Invocation, items: list[Value], wanted: Value) -> Value:
    call.charge(len(items))
    found: list[Value] = [Decimal(i) for i, item in enumerate(items, 1) if _same(call, item, wanted)]
    return found


def _distinct(call: Invocation, items: list[Value]) -> list[Value]:
    kept: list[Value] = []
    for item in items:
        call.charge(len(kept) + 1)
        if not any(_same(call, one, item) for one in kept):
            kept.append(item)
    return kept


def _union(call: Invocation, *lists: list[Value]) -> Value:
    return _distinct(call, within_limit(call, [item for items in lists for item in items]))


def _flatten(call: Invocation, items: list[Value]) -> Value:
    flat: list[Value] = []

    def gather(inner: list[Value], depth: int) -> None:
        if depth > limits.NESTING:
            raise FeelLimitError(f"リストの入れ子が{limits.NESTING}段を超えています。", *call.at)
        for item in inner:
            call.charge(1)
            if isinstance(item, list):
                gather(item, depth + 1)
            else:
                flat.append(item)

    gather(items, 0)
    return within_limit(call, flat)


class _NoOrderError(Exception):
    """Two items have no order."""


def _sort(call: Invocation, items: list[Value], precedes: Function | None = None) -> Value:
    """In the order of `precedes(x, y)`, else ascending; items of equal rank stay as they stand."""
    before = _before(call, precedes)
    if before is None:
        return None

    def compared(one: Value, other: Value) -> int:
        call.charge(1)
        if before(one, other):
            return -1
        return 1 if before(other, one) else 0

    try:
        return sorted(within_limit(call, items), key=cmp_to_key(compared))
    except _NoOrderError:
        call.warn("並べ順が決まらないので、")
        return None


def _before(call: Invocation, precedes: Function | None) -> Callable[[Value, Value], bool] | None:
    if precedes is not None and not precedes.takes(2):
        call.warn("並べ順の関数の引数は2個なので、")
        return None

    def before(one: Value, other: Value) -> bool:
        if precedes is None:
            answer: Value = less(call.run, call.at, one, other, or_equal=False)
        else:
            answer = precedes.call(call.run, call.at, [one, other])
        if not isinstance(answer, bool):
            raise _NoOrderError
        return answer

    return before


LISTS = table(
    ("list contains(list: list, element: any?)", _list_contains),
    ("sublist(list: list, start position: number, length?: number)", _sublist),
    ("append(list: list, item...: any?)", _append),
    ("concatenate(list...: list)", _concatenate),
    ("insert before(list: list, position: number, newItem: any?)", _insert_before),
    ("remove(list: list, position: number)", _remove),
    (
        (
            "list replace(list: list, position: number, newItem: any?) / "
            "(list: list, match: function, newItem: any?)"
        ),
        _list_replace,
    ),
    ("reverse(list: list)", _reverse),
    ("index of(list: list, match: any?)", _index_of),
    ("union(list...: list)", _union),
    ("distinct values(list: list)", _distinct),
    ("flatten(list: list)", _flatten),
    ("sort(list: list, precedes?: function)", _sort),
)
