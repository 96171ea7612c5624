"""The types of FEEL: what `instance of` asks, and what a typeRef makes of a value (DMN 1.5, 10.3.2.9).

A value that does not conform becomes null, except that a list of one and its item stand for each other, and
a day stands for its midnight in UTC.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from workflows.engine.feel.errors import Place
from workflows.engine.feel.functions import Function
from workflows.engine.feel.temporal import MIDNIGHT_UTC, Day, Moment, Span, TimeOfDay, YearsMonths
from workflows.engine.feel.values import Range, Value

if TYPE_CHECKING:
    from workflows.engine.feel.scope import Run


@dataclass(frozen=True, slots=True)
class Type:
    """A type; `Any` is this class itself, and holds every value."""

    name: str = "Any"

    def holds(self, value: Value) -> bool:
        """Whether the value, which is not null, is one of this type."""
        del value
        return True

    def accepts(self, other: "Type") -> bool:
        """Whether every value of the other type is one of this."""
        return type(self) is Type or self == other


@dataclass(frozen=True, slots=True)
class Simple(Type):
    """A type with one kind of value."""

    kind: type = object

    def holds(self, value: Value) -> bool:
        return type(value) is self.kind


@dataclass(frozen=True, slots=True)
class Nothing(Type):
    """The type of null, or one that nobody knows: no value is of it."""

    def holds(self, value: Value) -> bool:
        return value is None


@dataclass(frozen=True, slots=True)
class ListType(Type):
    item: Type = field(default_factory=Type)

    def holds(self, value: Value) -> bool:
        return isinstance(value, list) and all(is_of(self.item, one) for one in value)

    def accepts(self, other: Type) -> bool:
        return isinstance(other, ListType) and self.item.accepts(other.item)


@dataclass(frozen=True, slots=True)
class ContextType(Type):
    """A context with at least these entries."""

    members: Mapping[str, Type] = field(default_factory=dict)

    def holds(self, value: Value) -> bool:
        return isinstance(value, dict) and all(
            name in value and is_of(wanted, value[name]) for name, wanted in self.members.items()
        )

    def accepts(self, other: Type) -> bool:
        return isinstance(other, ContextType) and all(
            name in other.members and wanted.accepts(other.members[name])
            for name, wanted in self.members.items()
        )


@dataclass(frozen=True, slots=True)
class RangeType(Type):
    bound: Type = field(default_factory=Type)

    def holds(self, value: Value) -> bool:
        if not isinstance(value, Range):
            return False
        return all(is_of(self.bound, end) for end in (value.low, value.high))

    def accepts(self, other: Type) -> bool:
        return isinstance(other, RangeType) and self.bound.accepts(other.bound)


@dataclass(frozen=True, slots=True)
class FunctionType(Type):
    """A function; parameters of None mean any, a parameter of None demands no type."""

    parameters: "tuple[Type | None, ...] | None" = None
    result: Type = field(default_factory=Type)
    names: tuple[str, ...] = field(default=(), compare=False)

    def holds(self, value: Value) -> bool:
        if not isinstance(value, Function):
            return False
        if self.parameters is None:
            return True
        count = len(self.parameters)
        return (
            value.takes(count)
            and value.may_give(self.result)
            and all(
                told is None or wanted is None or told.accepts(wanted)
                for wanted, told in zip(self.parameters, value.parameter_types(count), strict=True)
            )
        )

    def accepts(self, other: Type) -> bool:
        if not isinstance(other, FunctionType):
            return False
        if self.parameters is None or other.parameters is None:
            return True
        return (
            len(self.parameters) == len(other.parameters)
            and all(
                told is None or wanted is None or told.accepts(wanted)
                for wanted, told in zip(self.parameters, other.parameters, strict=True)
            )
            and self.result.accepts(other.result)
        )


@dataclass(frozen=True, slots=True)
class Constrained(Type):
    """A type of an item definition with allowed values; `instance of` does not ask for them."""

    base: Type = field(default_factory=Type)
    allows: Callable[[Value], bool] = field(default=lambda _value: True, compare=False)

    def holds(self, value: Value) -> bool:
        return self.base.holds(value)

    def accepts(self, other: Type) -> bool:
        return self.base.accepts(other)


ANY: Final = Type()
SIMPLE: Final[dict[str, Type]] = {
    "Any": ANY,
    "Null": Nothing("Null"),
    "number": Simple("number", Decimal),
    "string": Simple("string", str),
    "boolean": Simple("boolean", bool),
    "date": Simple("date", Day),
    "time": Simple("time", TimeOfDay),
    "date and time": Simple("date and time", Moment),
    "dateTime": Simple("date and time", Moment),
    "days and time duration": Simple("days and time duration", Span),
    "dayTimeDuration": Simple("days and time duration", Span),
    "years and months duration": Simple("years and months duration", YearsMonths),
    "yearMonthDuration": Simple("years and months duration", YearsMonths),
    "list": ListType("list"),
    "context": ContextType("context"),
    "function": FunctionType("function"),
    "range": RangeType("range"),
}


def is_of(wanted: Type, value: Value) -> bool:
    """Whether the value may stand where the type is wanted; null may stand anywhere."""
    return value is None or (wanted.holds(value) and allowed(wanted, value))


def allowed(wanted: Type, value: Value) -> bool:
    """Whether the allowed values of an item definition, if there are any, hold for the value."""
    while isinstance(wanted, Constrained):
        if not wanted.allows(value):
            return False
        wanted = wanted.base
    return True


def bare(wanted: Type) -> Type:
    """The type without the allowed values of item definitions."""
    while isinstance(wanted, Constrained):
        wanted = wanted.base
    return wanted


def _held_to(wanted: FunctionType, function: Function) -> Function:
    """The function with its arguments and its result made to fit the type that it stands for."""
    parameters, result = wanted.parameters, wanted.result
    if result is ANY and not any(parameters or ()):
        return function

    def body(run: "Run", at: Place, arguments: Sequence[Value]) -> Value:
        given = [
            (value, True) if kind is None else coerced(kind, value)
            for kind, value in zip(parameters or (None,) * len(arguments), arguments, strict=True)
        ]
        made: Value = None
        fits = all(one for _, one in given)
        if fits:
            made, fits = coerced(result, function.body(run, at, [value for value, _ in given]))
        if not fits:
            told = f"{function.name}(…) の値が型「{wanted.name}」に合わないので、空(null)になりました。"
            run.warn(at, told)
        return made

    return replace(function, body=body)


def coerced(wanted: Type, value: Value) -> tuple[Value, bool]:
    """The value as the type wants it, and whether it conforms; what does not is null."""
    plain = bare(wanted)
    if value is None or wanted is ANY or is_of(wanted, value):
        if isinstance(value, Function) and isinstance(plain, FunctionType):
            return _held_to(plain, value), True
        return value, True
    if isinstance(value, list) and len(value) == 1 and not isinstance(plain, ListType):
        return coerced(wanted, value[0])
    candidate: Value = None
    if isinstance(plain, ListType) and not isinstance(value, list):
        item, fits = coerced(plain.item, value)
        candidate = [item] if fits else None
    elif isinstance(plain, Simple) and plain.kind is Moment and isinstance(value, Day):
        candidate = Moment(value, MIDNIGHT_UTC)
    if candidate is None or not is_of(wanted, candidate):
        return None, False
    return candidate, True
