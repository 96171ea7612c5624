"""Which names a text may say: what the data brings, what may be called, which types there are."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from workflows.engine.feel.type_system import Type


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """`names` None: nothing is checked, an unknown name is null.

    `callables` are those names that hold functions, `members` the entries of item definitions (which may hold
    signs), `types` the item definitions. A lenient reader makes null of what the standard makes null although
    it is a slip: an unknown name or function, a wrong number of arguments, an entry named twice.
    """

    names: Collection[str] | None = None
    callables: Collection[str] = ()
    members: Collection[str] = ()
    types: Mapping[str, Type] = field(default_factory=dict)
    lenient: bool = False

    @property
    def checked(self) -> bool:
        return self.names is not None and not self.lenient

    def with_names(self, more: Collection[str], callables: Collection[str] = ()) -> "Vocabulary":
        """The same and more names; of an unchecked vocabulary it stays unchecked."""
        names = None if self.names is None else frozenset({*self.names, *more})
        called = frozenset({*self.callables, *callables, *(more if names is not None else ())})
        return Vocabulary(names, called, self.members, self.types, self.lenient)
