"""Built-in functions that make one value of many: counts, sums, extremes, truth (DMN 1.5, 10.3.4.4)."""

from collections.abc import Sequence
from decimal import Decimal

from workflows.engine.feel.builtins_call import Invocation, table
from workflows.engine.feel.operators import equal, less, opposite
from workflows.engine.feel.values import ARITHMETIC, Value, finite


def _items(arguments: Sequence[Value]) -> list[Value]:
    """`min(1, 2)` and `min([1, 2])` are the same."""
    if len(arguments) == 1 and isinstance(arguments[0], list):
        return arguments[0]
    return list(arguments)


def _numbers(call: Invocation, arguments: Sequence[Value]) -> list[Decimal] | None:
    """The arguments as numbers; None, with a notice, when one is none."""
    items = _items(arguments)
    call.charge(len(items))
    numbers = [item for item in items if isinstance(item, Decimal)]
    if len(numbers) < len(items):
        call.refuse(next(item for item in items if not isinstance(item, Decimal)))
        return None
    return numbers


def _not(_call: Invocation, value: bool) -> Value:
    return opposite(value)


def _count(_call: Invocation, items: list[Value]) -> Value:
    return Decimal(len(items))


def _added(numbers: list[Decimal]) -> Decimal:
    total = Decimal(0)
    for number in numbers:
        total = ARITHMETIC.add(total, number)
    return total


def _sum(call: Invocation, *arguments: Value) -> Value:
    numbers = _numbers(call, arguments)
    return finite(_added(numbers)) if numbers else None


def _mean(call: Invocation, *arguments: Value) -> Value:
    numbers = _numbers(call, arguments)
    return finite(ARITHMETIC.divide(_added(numbers), Decimal(len(numbers)))) if numbers else None


def _product(call: Invocation, *arguments: Value) -> Value:
    numbers = _numbers(call, arguments)
    if not numbers:
        return None
    total = Decimal(1)
    for number in numbers:
        total = ARITHMETIC.multiply(total, number)
    return finite(total)


def _median(call: Invocation, *arguments: Value) -> Value:
    numbers = _numbers(call, arguments)
    if not numbers:
        return None
    numbers = sorted(numbers)
    middle = len(numbers) // 2
    if len(numbers) % 2:
        return numbers[middle]
    return finite(ARITHMETIC.divide(ARITHMETIC.add(numbers[middle - 1], numbers[middle]), Decimal(2)))


def _stddev(call: Invocation, *arguments: Value) -> Value:
    """Of a sample: divided by one less than their number."""
    numbers = _numbers(call, arguments)
    if numbers is None:
        return None
    if len(numbers) < 2:
        call.warn("2個以上の数が要るので、")
        return None
    mean = ARITHMETIC.divide(_added(numbers), Decimal(len(numbers)))
    squares = [ARITHMETIC.power(ARITHMETIC.subtract(number, mean), Decimal(2)) for number in numbers]
    return finite(ARITHMETIC.sqrt(ARITHMETIC.divide(_added(squares), Decimal(len(numbers) - 1))))


def _mode(call: Invocation, *arguments: Value) -> Value:
    """What occurs most often, all of it, in ascending order."""
    numbers = _numbers(call, arguments)
    if numbers is None:
        return None
    counted: dict[Decimal, int] = {}
    for number in numbers:
        counted[number] = counted.get(number, 0) + 1
    most = max(counted.values(), default=0)
    found: list[Value] = [*sorted(number for number, count in counted.items() if count == most)]
    return found


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


def _is(call: Invocation, one: Value, other: Value) -> Value:
    """The same value of the same kind; a time or moment also of the same offset and zone."""
    if type(one) is not type(other):
        return False
    return one == other if not isinstance(one, (list, dict)) else equal(call.run, call.at, one, other) is True


AGGREGATES = table(
    ("not(negand: boolean)", _not),
    ("count(list: list)", _count),
    ("sum(list: list) / (n...: any?)", _sum),
    ("mean(list: list) / (n...: any?)", _mean),
    ("product(list: list) / (n...: any?)", _product),
    ("median(list: list) / (n...: any?)", _median),
    ("stddev(list: list) / (n...: any?)", _stddev),
    ("mode(list: list) / (n...: any?)", _mode),
    ("min(list: list) / (c...: any?)", _min),
    ("max(list: list) / (c...: any?)", _max),
    ("all(list: list) / (b...: any?)", _all),
    ("any(list: list) / (b...: any?)", _any),
    ("is(value1~: any?, value2~: any?)", _is),
)
