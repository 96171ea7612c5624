"""What a function may give, as far as the form of its body says it: `instance of` asks (DMN 1.5, table 55).

A function is of a type whose result holds the results of its own (covariance). What only running could tell
is taken for fitting.
"""

from workflows.engine.feel.syntax import Constant, ContextOf, ListOf, Node
from workflows.engine.feel.type_system import ANY, ContextType, ListType, Type, bare, is_of


def may_give(body: Node, wanted: Type) -> bool:
    """Whether a body could give a value of the type."""
    wanted = bare(wanted)
    if wanted is ANY or not isinstance(body, Constant | ContextOf | ListOf):
        return True
    if isinstance(body, Constant):
        return is_of(wanted, body.value)
    if isinstance(body, ListOf):
        return isinstance(wanted, ListType) and all(may_give(one, wanted.item) for one in body.items)
    entries = dict(body.entries)
    return isinstance(wanted, ContextType) and all(
        name in entries and may_give(entries[name], member) for name, member in wanted.members.items()
    )
