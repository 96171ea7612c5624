"""Functions as values: those that expressions define, business knowledge models, and built-in ones."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workflows.engine.feel import limits
from workflows.engine.feel.errors import FeelLimitError, Place

if TYPE_CHECKING:
    from workflows.engine.feel.scope import Run
    from workflows.engine.feel.type_system import Type
    from workflows.engine.feel.values import Value


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A function: parameters by name and type (None: variadic), and what it does with arguments in order.

    `may_give`: whether its results could be of a type.
    """

    name: str
    parameters: tuple[tuple[str, "Type | None"], ...] | None
    body: "Callable[[Run, Place, Sequence[Value]], Value]"
    takes: Callable[[int], bool]
    may_give: "Callable[[Type], bool]" = lambda _wanted: True

    def parameter_types(self, count: int) -> "list[Type | None]":
        known = [kind for _, kind in self.parameters or ()][:count]
        return [*known, *[None] * (count - len(known))]

    def call(self, run: "Run", at: Place, arguments: "Sequence[Value]") -> "Value":
        """Call with arguments in order; a wrong number of them is null with a notice."""
        if not self.takes(len(arguments)):
            run.warn(at, f"{self.name}(…) の引数の数が合わないので、空(null)になりました。")
            return None
        if run.depth >= limits.CALL_DEPTH:
            raise FeelLimitError(f"関数の呼び出しが{limits.CALL_DEPTH}段を超えています。", *at)
        run.depth += 1
        try:
            return self.body(run, at, arguments)
        finally:
            run.depth -= 1

    def call_named(self, run: "Run", at: Place, arguments: "dict[str, Value]") -> "Value":
        """Call with arguments by name; a missing one is null, an unknown one makes the result null."""
        names = [name for name, _ in self.parameters or ()]
        if self.parameters is None or set(arguments) - set(names):
            run.warn(at, f"{self.name}(…) にその名前の引数はないので、空(null)になりました。")
            return None
        if len(arguments) < len(names):
            run.warn(at, f"{self.name}(…) の引数が足りないので、空(null)になりました。")
            return None
        return self.call(run, at, [arguments[name] for name in names])
