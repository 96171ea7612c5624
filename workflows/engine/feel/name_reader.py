"""Resolving names while the text is read: variables of the data, locals of loops and contexts, members."""

from collections.abc import Collection, Sequence

from workflows.engine.feel.builtins_table import BUILTINS
from workflows.engine.feel.errors import FeelError, Place
from workflows.engine.feel.names import NameTable, joined_words, suggestion
from workflows.engine.feel.syntax import Name, Node
from workflows.engine.feel.token_reader import TokenReader


class NameReader(TokenReader):
    """Knows which names hold here. `free` and `perhaps` collect the names that the data must or may bring."""

    def __init__(self, text: str, names: Collection[str] | None) -> None:
        super().__init__(text)
        self.checked = names is not None
        self.known = NameTable(names or ())
        self.locals: list[NameTable] = []
        self.members_open = 0
        self.free: set[str] = set()
        self.perhaps: set[str] = set()

    def known_name(self) -> tuple[str, int] | None:
        """The longest name among variables and locals at this token."""
        tables: Sequence[NameTable] = (*reversed(self.locals), self.known)
        found = [name for table in tables if (name := table.longest(self.tokens, self.index))]
        return max(found, key=lambda name: name[1]) if found else None

    def named(self, name: str, length: int) -> Node:
        token = self.token
        self.index += length
        self.refuse_call(name, token.place)
        if not any(name in table.names for table in self.locals):
            self.free.add(name)
        return Name(token.place, name, local=bool(self.locals))

    def unknown_name(self) -> Node:
        """Only unchecked texts, and members of the items of a filter, may use names that are not known."""
        token = self.token
        name, length = joined_words(self.tokens, self.index)
        self.index += length
        self.refuse_call(name, token.place)
        if not self.members_open:
            if self.checked:
                known = self.known.names.union(*(table.names for table in self.locals))
                raise FeelError(
                    f"「{name[:40]}」という名前はありません。{suggestion(name, known)}", *token.place
                )
            self.free.add(name)
        elif not self.checked:
            self.perhaps.add(name)
        return Name(token.place, name, local=bool(self.locals))

    def refuse_call(self, name: str, place: Place) -> None:
        if self.at("("):
            raise FeelError(f"「{name[:40]}」という関数はありません。{suggestion(name, BUILTINS)}", *place)
