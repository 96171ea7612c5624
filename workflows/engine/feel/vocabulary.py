"""Which names a text may say: what the data brings, what may be called, which types there are."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from workflows.engine.feel.type_system import Type


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """`names` are known; of an `open` one another name is null, not refused: for try-outs only.

    `callables` are those names that may hold functions, `members` the entries of item definitions (which may
    hold signs), `types` the item definitions. A `lenient` reader makes null of what the standard makes null
    although it is a slip: an unknown name or function, a wrong number of arguments, an entry named twice.
    """

    names: Collection[str] = ()
    callables: Collection[str] = ()
    members: Collection[str] = ()
    types: Mapping[str, Type] = field(default_factory=dict)
    open: bool = False
    lenient: bool = False

    @property
    def checked(self) -> bool:
        return not self.open and not self.lenient

    def with_names(self, more: Collection[str]) -> "Vocabulary":
        """The same and more names, which may hold functions."""
        return replace(
            self, names=frozenset({*self.names, *more}), callables=frozenset({*self.callables, *more})
        )


def of_data(names: Collection[str] | None) -> Vocabulary:
    """The vocabulary of an expression over data: its names, or anything at all."""
    return Vocabulary(open=True) if names is None else Vocabulary(names)
