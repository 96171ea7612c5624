"""What a built-in function is: its signature, its arguments made to fit, and what it is handed besides them.

A signature is written as in the standard: `sublist(list: list, start position: number, length?: number)`.
Several, parted by `/`, are tried in turn. A `?` behind a name: the argument may be left out or null;
one behind a type: it may be null; `...`: any number of arguments; `~` behind a name: null when
arguments are named and this one is not.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from workflows.engine.feel.errors import Place
from workflows.engine.feel.functions import Function
from workflows.engine.feel.scope import Run
from workflows.engine.feel.temporal import MIDNIGHT_UTC, Day, Moment, Span, TimeOfDay, YearsMonths
from workflows.engine.feel.values import Range, Value, kind

KIND_TYPES: dict[str, tuple[type, ...]] = {
    "any": (object,),
    "number": (Decimal,),
    "string": (str,),
    "boolean": (bool,),
    "date": (Day,),
    "time": (TimeOfDay,),
    "moment": (Moment,),
    "day": (Day, Moment),
    "span": (Span,),
    "duration": (Span, YearsMonths),
    "temporal": (Day, TimeOfDay, Moment),
    "list": (list,),
    "context": (dict,),
    "function": (Function,),
    "range": (Range,),
    "key": (str, list),
    "place": (Decimal, Function),
    "amount": (Decimal, Span, YearsMonths),
}
_PARAMETER = re.compile(
    r"\s*(?P<name>[^:?.~]+?)(?P<unsaid>~)?(?P<optional>\?)?(?P<many>\.\.\.)?\s*:\s*(?P<kind>\w+)(?P<null>\?)?\s*"
)


@dataclass(frozen=True, slots=True)
class Invocation:
    """One call: where it stands, and the run that pays for it."""

    name: str
    at: Place
    run: Run

    @property
    def clock(self) -> datetime | None:
        return self.run.clock

    def warn(self, reason_ja: str) -> None:
        self.run.warn(self.at, f"{self.name}(…): {reason_ja}空(null)になりました。")

    def refuse(self, value: Value) -> None:
        """Note that the function has no answer for this kind of value."""
        self.warn(f"{kind(value)}は扱えないので、")

    def charge(self, steps: int) -> None:
        self.run.charge(self.at, steps)


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    types: tuple[type, ...]
    optional: bool
    nullable: bool
    many: bool
    unsaid: bool = False

    def fit(self, value: Value) -> tuple[bool, Value]:
        """Whether the argument fits, made to: a list of one for its item, an item for a list of it."""
        if value is None:
            return self.nullable, None
        if self.types[0] is object or isinstance(value, self.types):
            if type(value) is bool and bool not in self.types and self.types[0] is not object:
                return False, None
            return True, value
        if isinstance(value, list) and len(value) == 1:
            return self.fit(value[0])
        if self.types == (list,):
            return True, [value]
        if self.types == (Moment,) and isinstance(value, Day):
            return True, Moment(value, MIDNIGHT_UTC)
        return False, None


@dataclass(frozen=True, slots=True)
class Signature:
    """One way to call a function."""

    parameters: tuple[Parameter, ...]

    @property
    def many(self) -> bool:
        return bool(self.parameters) and self.parameters[-1].many

    @property
    def least(self) -> int:
        return sum(not one.optional for one in self.parameters)

    def takes(self, count: int) -> bool:
        return self.least <= count and (self.many or count <= len(self.parameters))

    def takes_names(self, names: Iterable[str]) -> bool:
        given = set(names)
        known = {one.name for one in self.parameters}
        return given <= known and all(
            one.optional or one.unsaid or one.name in given for one in self.parameters
        )

    def fit(self, arguments: Sequence[Value]) -> list[Value] | None:
        """The arguments made to fit; None when one cannot be."""
        made = []
        for place, value in enumerate(arguments):
            fits, fitted = self.parameters[min(place, len(self.parameters) - 1)].fit(value)
            if not fits:
                return None
            made.append(fitted)
        return made

    def in_order(self, names: Sequence[str], arguments: Sequence[Value]) -> list[Value]:
        given = dict(zip(names, arguments, strict=True))
        ordered = [given.get(one.name) for one in self.parameters]
        if self.many and isinstance(ordered[-1], list):
            ordered = [*ordered[:-1], *ordered[-1]]
        while (
            ordered
            and ordered[-1] is None
            and self.parameters[min(len(ordered), len(self.parameters)) - 1].optional
        ):
            ordered.pop()
        return ordered


@dataclass(frozen=True, slots=True)
class Builtin:
    """A function by name, and the ways to call it."""

    name: str
    function: Callable[..., Value]
    signatures: tuple[Signature, ...]

    def refuses(self, count: int) -> str | None:
        """Why this number of arguments is refused, in Japanese."""
        if any(one.takes(count) for one in self.signatures):
            return None
        least = min(one.least for one in self.signatures)
        if any(one.many for one in self.signatures):
            wanted = f"{least}個以上"
        else:
            most = max(len(one.parameters) for one in self.signatures)
            wanted = f"{least}個" if least == most else f"{least}個から{most}個"
        return f"{self.name}(…) の引数は{wanted}です({count}個ありました)。"

    def refuses_names(self, names: Sequence[str]) -> str | None:
        """Why arguments of these names are refused, in Japanese."""
        if len(set(names)) == len(names) and any(one.takes_names(names) for one in self.signatures):
            return None
        told = "、".join(one.name for one in self.signatures[0].parameters)
        return f"{self.name}(…) の引数の名前は {told} です。"

    def call(self, call: Invocation, arguments: Sequence[Value], names: Sequence[str] | None = None) -> Value:
        """Call by the first signature that the arguments fit; null with a notice when they fit none."""
        for one in self.signatures:
            if names is None:
                if not one.takes(len(arguments)):
                    continue
                ordered: Sequence[Value] = arguments
            elif one.takes_names(names):
                ordered = one.in_order(names, arguments)
            else:
                continue
            made = one.fit(ordered)
            if made is not None:
                return self.function(call, *made)
        odd = next((value for value in arguments if value is not None), None)
        call.refuse(None if any(value is None for value in arguments) else odd)
        return None

    def as_value(self) -> Function:
        """The function as a value that may be handed over."""
        counts = [(one.least, None if one.many else len(one.parameters)) for one in self.signatures]

        def body(run: Run, at: Place, arguments: Sequence[Value]) -> Value:
            return self.call(Invocation(self.name, at, run), arguments)

        def takes(count: int) -> bool:
            return any(low <= count and (high is None or count <= high) for low, high in counts)

        return Function(
            self.name, tuple((one.name, None) for one in self.signatures[0].parameters), body, takes
        )


def _signature(text: str) -> Signature:
    parts = [part for part in text.split(",") if part.strip()]
    return Signature(tuple(_parameter(part) for part in parts))


def _parameter(text: str) -> Parameter:
    found = _PARAMETER.fullmatch(text)
    if found is None:
        raise ValueError(f"no parameter of a built-in function: {text!r}")
    optional, many = bool(found["optional"]), bool(found["many"])
    return Parameter(
        found["name"].strip(),
        KIND_TYPES[found["kind"]],
        optional=optional,
        nullable=optional or bool(found["null"]),
        many=many,
        unsaid=bool(found["unsaid"]),
    )


def table(*entries: tuple[str, Callable[..., Any]]) -> dict[str, Builtin]:
    """Functions by name, from `name(parameters) / (other parameters)` and what they do."""
    found = {}
    for text, function in entries:
        name = text.partition("(")[0].strip()
        signatures = [_signature(one.strip()[1:-1]) for one in text[len(name) :].split(" / ")]
        found[name] = Builtin(name, function, tuple(signatures))
    return found
