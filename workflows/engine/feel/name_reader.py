"""Resolving names while the text is read: variables of the data, locals of loops and contexts, members."""

from collections.abc import Sequence

from workflows.engine.feel.builtins_table import BUILTINS
from workflows.engine.feel.errors import FeelError, Place
from workflows.engine.feel.names import NameTable, joined_words, suggestion
from workflows.engine.feel.syntax import BuiltinName, Name, Node
from workflows.engine.feel.token_reader import TokenReader
from workflows.engine.feel.vocabulary import Vocabulary

FUNCTIONS = NameTable(BUILTINS)


class NameReader(TokenReader):
    """Knows which names hold here. `free` and `perhaps` collect the names that the data must or may bring."""

    def __init__(self, text: str, vocabulary: Vocabulary) -> None:
        super().__init__(text)
        self.vocabulary = vocabulary
        self.checked = vocabulary.checked
        self.lenient = vocabulary.lenient
        self.known = NameTable(vocabulary.names)
        self.members = NameTable(vocabulary.members)
        self.locals: list[NameTable] = []
        self.members_open = 0
        self.free: set[str] = set()
        self.perhaps: set[str] = set()

    def known_name(self) -> tuple[str, int] | None:
        """The longest name among variables and locals at this token."""
        tables: Sequence[NameTable] = (*reversed(self.locals), self.known)
        found = [name for table in tables if (name := table.longest(self.tokens, self.index))]
        return max(found, key=lambda name: name[1]) if found else None

    def is_local(self, name: str) -> bool:
        return any(name in table.names for table in self.locals)

    def callable_name(self, name: tuple[str, int] | None) -> bool:
        """Whether the known name is followed by a call and may hold a function."""
        if name is None or self.peek(name[1]).text != "(":
            return False
        return self.is_local(name[0]) or name[0] in self.vocabulary.callables or not self.checked

    def named(self, name: str, length: int) -> Node:
        token = self.token
        if not self.callable_name((name, length)) and self.peek(length).text == "(":
            self.refuse_call(name, token.place)
        self.index += length
        if not self.is_local(name):
            self.free.add(name)
        return Name(token.place, name, local=bool(self.locals))

    def unknown_name(self) -> Node:
        """Only unchecked texts, and members of the items of a filter, may use names that are not known."""
        token = self.token
        name, length = self.member_here()
        if builtin := self.builtin_value(name, length):
            return builtin
        self.index += length
        if self.at("(") and not self.lenient:
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

    def builtin_value(self, name: str, length: int) -> Node | None:
        """A built-in function handed over as a value; where names are checked, as an argument only."""
        if name not in BUILTINS or self.peek(length).text == "(":
            return None
        before = self.tokens[self.index - 1].text if self.index else ""
        if self.checked and before not in {"(", ",", ":"}:
            return None
        place = self.token.place
        self.index += length
        return BuiltinName(place, name, member=self.members_open > 0)

    def member_here(self) -> tuple[str, int]:
        """The name of a member at this token: the longest known one, else the adjacent words."""
        words = joined_words(self.tokens, self.index)
        known = self.members.longest(self.tokens, self.index)
        return known if known and known[1] > words[1] else words

    def refuse_call(self, name: str, place: Place) -> None:
        raise FeelError(f"「{name[:40]}」という関数はありません。{suggestion(name, BUILTINS)}", *place)
