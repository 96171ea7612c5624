"""Paths, filters and loops: the parts of the language that walk over lists, and that pay for it in steps."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields
from decimal import Decimal

from workflows.engine.feel import limits
from workflows.engine.feel.errors import FeelLimitError, Place
from workflows.engine.feel.properties import member_of
from workflows.engine.feel.scope import MISSING, Closure, Frame, Run
from workflows.engine.feel.syntax import Descendants, Filter, Loop, Name, Node, Path
from workflows.engine.feel.temporal import Day, day_numbered
from workflows.engine.feel.values import Range, Value, kind


def weight(node: Node) -> int:
    """How many nodes a body has: what one turn of a loop costs."""
    return 1 + sum(weight(part) for field in fields(node) for part in _parts(getattr(node, field.name)))


def _parts(value: object) -> Iterator[Node]:
    if isinstance(value, Node):
        yield value
    elif isinstance(value, tuple) and not isinstance(value, Place):
        for item in value:
            yield from _parts(item)


def _says(node: Node, name: str) -> bool:
    if isinstance(node, Name):
        return node.name == name
    return any(_says(part, name) for field in fields(node) for part in _parts(getattr(node, field.name)))


def compile_path(node: Path, base: Closure) -> Closure:
    member, at = node.member, node.at

    def step(run: Run, value: Value) -> Value:
        if isinstance(value, dict):
            if member not in value:
                run.warn(at, f"項目「{member[:40]}」がないので、空(null)になりました。")
            return value.get(member)
        if value is None:
            return None
        found = member_of(value, member)
        if found is MISSING:
            run.warn(at, f"{kind(value)}に項目「{member[:40]}」はないので、空(null)になりました。")
            return None
        return found  # type: ignore[return-value]

    def run_path(frame: Frame) -> Value:
        value = base(frame)
        if isinstance(value, list):
            frame.run.charge(at, len(value))
            return [step(frame.run, item) for item in value]
        return step(frame.run, value)

    return run_path


def compile_descendants(node: Descendants, base: Closure) -> Closure:
    """All that is called so, at any depth, in the order of the entries; what is null is left out."""
    member, at = node.member, node.at

    def walk_down(run: Run, value: Value, depth: int) -> Iterator[Value]:
        if depth > limits.NESTING:
            raise FeelLimitError(f"値の入れ子が{limits.NESTING}段を超えています。", *at)
        if isinstance(value, list):
            run.charge(at, len(value))
            for item in value:
                yield from walk_down(run, item, depth + 1)
        elif isinstance(value, dict):
            run.charge(at, len(value))
            for key, inner in value.items():
                if key == member and inner is not None:
                    yield inner
                yield from walk_down(run, inner, depth + 1)

    return lambda frame: list(walk_down(frame.run, base(frame), 0))


def compile_filter(node: Filter, base: Closure, condition: Closure) -> Closure:
    """`x[1]` takes by position (negative: from the end), `x[a > 1]` by condition; the value decides."""
    at, cost = node.at, weight(node.condition)

    def asked(frame: Frame, item: Value) -> Value:
        frame.run.charge(at, cost)
        inside = frame.inside({"item": item})
        return condition(inside.inside(item) if isinstance(item, dict) else inside)

    def run(frame: Frame) -> Value:
        value = base(frame)
        items: list[Value] = value if isinstance(value, list) else [] if value is None else [value]
        if not items:
            return _of_nothing(frame, asked)
        kept: list[Value] = []
        for index, item in enumerate(items):
            answer = asked(frame, item)
            if index == 0 and isinstance(answer, Decimal):
                return by_position(frame.run, at, items, answer)
            if answer is True:
                kept.append(item)
            elif answer is not False and answer is not None:
                frame.run.warn(at, "[ ] の中が真偽値でも番号でもないので、空(null)になりました。")
                return None
        return kept

    return run


def _of_nothing(frame: Frame, asked: Callable[[Frame, Value], Value]) -> Value:
    """Nothing filtered by a position is null, by a condition an empty list; no item is missed in a notice."""
    before = len(frame.run.notices)
    answer = asked(frame, None)
    del frame.run.notices[before:]
    return None if isinstance(answer, Decimal) else []


def by_position(run: Run, at: Place, items: list[Value], position: Decimal) -> Value:
    if position == position.to_integral_value() and 1 <= abs(position) <= len(items):
        index = int(position)
        return items[index - 1 if index > 0 else index]
    run.warn(at, "リストにその番号の要素はないので、空(null)になりました。")
    return None


def walk(run: Run, at: Place, domain: Value) -> Iterable[Value] | None:
    """What a loop walks over; None if there is nothing to walk over."""
    if isinstance(domain, list):
        return domain
    if isinstance(domain, Range):
        return _count_through(run, at, domain)
    if domain is None:
        run.warn(at, "繰り返す相手が空なので、空(null)になりました。")
        return None
    return [domain]


def _count_through(run: Run, at: Place, bounds: Range) -> Iterable[Value] | None:
    """The numbers or days of a range; only what a loop counts through by itself (`5..1`) may go downwards."""
    low, high = bounds.low, bounds.high
    if bounds.kind in {"null", "!="}:
        run.warn(at, "範囲の端がわからないので、空(null)になりました。")
        return None
    if isinstance(low, Day) and isinstance(high, Day) and _may_count(bounds, low <= high):
        days = _numbers_between(at, bounds, low.number, high.number)
        return (day_numbered(number) for number in days)
    if (
        not (isinstance(low, Decimal) and isinstance(high, Decimal))
        or not _whole(low, high)
        or not _may_count(bounds, low <= high)
    ):
        run.warn(at, "小さい方から並ぶ整数か日付の範囲だけを繰り返せるので、空(null)になりました。")
        return None
    if max(abs(low), abs(high)) > limits.STEPS * 1000:
        raise FeelLimitError("繰り返しの範囲が大きすぎます。", *at)
    return (Decimal(number) for number in _numbers_between(at, bounds, int(low), int(high)))


def _numbers_between(at: Place, bounds: Range, low: int, high: int) -> range:
    """From one end to the other, upwards or downwards."""
    if max(abs(low), abs(high)) > limits.STEPS * 1_000_000:
        raise FeelLimitError("繰り返しの範囲が大きすぎます。", *at)
    step = 1 if low <= high else -1
    start = low + (0 if bounds.low_closed else step)
    return range(start, high + (step if bounds.high_closed else 0), step)


def _may_count(bounds: Range, rises: bool) -> bool:
    return rises or bounds.kind == "steps"


def _whole(*numbers: Decimal) -> bool:
    return all(number == number.to_integral_value() for number in numbers)


def compile_loop(node: Loop, domains: list[Closure], body: Closure) -> Closure:
    names = [name for name, _ in node.iterators]
    at, cost = node.at, weight(node.body) + len(names)
    says_partial = node.kind == "for" and _says(node.body, "partial")

    def turns(frame: Frame, depth: int, partial: list[Value]) -> Iterator[Value]:
        """The value of the body for each turn; a domain that is no domain gives no turn but ends the loop."""
        if depth == len(names):
            frame.run.charge(at, cost)
            if says_partial:
                frame.run.charge(at, len(partial))
                frame = frame.inside({"partial": [*partial]})
            yield body(frame)
            return
        items = walk(frame.run, at, domains[depth](frame))
        if items is None:
            raise _NothingToWalkOverError
        for item in items:
            frame.run.charge(at, 1)
            yield from turns(frame.inside({names[depth]: item}), depth + 1, partial)

    gather = {"for": _all_turns, "some": _some, "every": _every}[node.kind]

    def run(frame: Frame) -> Value:
        gathered: list[Value] = []
        try:
            return gather(at, turns(frame, 0, gathered), gathered)
        except _NothingToWalkOverError:
            return None

    return run


class _NothingToWalkOverError(Exception):
    """The domain of a loop is null: the loop is null."""


def _all_turns(at: Place, turns: Iterator[Value], gathered: list[Value]) -> Value:
    for value in turns:
        gathered.append(value)
        if len(gathered) > limits.LIST_ITEMS:
            raise FeelLimitError(f"リストが{limits.LIST_ITEMS}件を超えます。", *at)
    return gathered


def _some(_at: Place, turns: Iterator[Value], _gathered: list[Value]) -> Value:
    unknown = False
    for value in turns:
        if value is True:
            return True
        unknown = unknown or value is not False
    return None if unknown else False


def _every(_at: Place, turns: Iterator[Value], _gathered: list[Value]) -> Value:
    unknown = False
    for value in turns:
        if value is False:
            return False
        unknown = unknown or value is not True
    return None if unknown else True
