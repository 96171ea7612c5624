"""The tree of an expression. Every node knows its place; chains are flat, so depth is nesting alone."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from workflows.engine.feel.errors import Place
from workflows.engine.feel.type_system import Type
from workflows.engine.feel.values import Value


@dataclass(frozen=True, slots=True)
class Node:
    at: Place


@dataclass(frozen=True, slots=True)
class Constant(Node):
    value: Value


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A name; `local` says that loops, contexts or filters around it may hold it."""

    name: str
    local: bool


@dataclass(frozen=True, slots=True)
class Chain(Node):
    """Operands of one level of binding, from left to right: a - b + c."""

    first: Node
    rest: tuple[tuple[str, Place, Node], ...]


@dataclass(frozen=True, slots=True)
class Junction(Node):
    """`and` or `or` over two and more operands."""

    word: Literal["and", "or"]
    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Negation(Node):
    operand: Node


@dataclass(frozen=True, slots=True)
class Comparison(Node):
    sign: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Between(Node):
    subject: Node
    low: Node
    high: Node


@dataclass(frozen=True, slots=True)
class Conditional(Node):
    condition: Node
    then: Node
    otherwise: Node


@dataclass(frozen=True, slots=True)
class ListOf(Node):
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class ContextOf(Node):
    entries: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class RangeOf(Node):
    low: Node | None
    high: Node | None
    low_closed: bool
    high_closed: bool
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Path(Node):
    base: Node
    member: str


@dataclass(frozen=True, slots=True)
class Descendants(Node):
    """`x...name`: what is called so anywhere inside of x."""

    base: Node
    member: str


@dataclass(frozen=True, slots=True)
class Filter(Node):
    base: Node
    condition: Node


@dataclass(frozen=True, slots=True)
class Call(Node):
    """A built-in function by name; `names` are those of the arguments when they are given by name."""

    function: str
    arguments: tuple[Node, ...]
    names: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class BuiltinName(Node):
    """A built-in function as a value: `sort(list, min)`; `member` if items of a filter may have the name."""

    function: str
    member: bool


@dataclass(frozen=True, slots=True)
class Invoke(Node):
    """A function that is a value: of a context, a parameter, a business knowledge model."""

    callee: Node
    arguments: tuple[Node, ...]
    names: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class FunctionOf(Node):
    parameters: tuple[tuple[str, Type | None], ...]
    body: Node


@dataclass(frozen=True, slots=True)
class InstanceOf(Node):
    subject: Node
    wanted: Type


@dataclass(frozen=True, slots=True)
class Void(Node):
    """What the standard makes null although nobody can have meant it; only a lenient reader lets it pass."""

    reason_ja: str


@dataclass(frozen=True, slots=True)
class Loop(Node):
    kind: Literal["for", "some", "every"]
    iterators: tuple[tuple[str, Node], ...]
    body: Node


@dataclass(frozen=True, slots=True)
class SignTest(Node):
    """`< 5`, `!= "a"`: the tested value stands on the left."""

    sign: str
    operand: Node


@dataclass(frozen=True, slots=True)
class ValueTest(Node):
    """The tested value equals this one, or lies in it when it is a list or a range."""

    operand: Node


@dataclass(frozen=True, slots=True)
class ConditionTest(Node):
    """A condition that says `?`."""

    operand: Node


Test: TypeAlias = SignTest | ValueTest | ConditionTest


@dataclass(frozen=True, slots=True)
class Membership(Node):
    """`x in …`."""

    subject: Node
    tests: tuple[Test, ...]


@dataclass(frozen=True, slots=True)
class Cell(Node):
    """A cell of a decision table; no tests at all means that everything matches."""

    tests: tuple[Test, ...]
    negated: bool
