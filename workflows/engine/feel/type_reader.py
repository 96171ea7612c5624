"""Type expressions, after `instance of` and behind parameters: `list<number>`, `function<date> -> string`."""

from workflows.engine.feel.errors import FeelError
from workflows.engine.feel.name_reader import NameReader
from workflows.engine.feel.names import NameTable, joined_words, suggestion
from workflows.engine.feel.syntax import Node
from workflows.engine.feel.type_system import (
    ANY,
    SIMPLE,
    ContextType,
    FunctionType,
    ListType,
    Nothing,
    RangeType,
    Type,
)

_SIMPLE_NAMES = NameTable(SIMPLE)


class TypeReader(NameReader):
    """Reads a type where one is expected."""

    def type_expression(self) -> Type:
        with self.nested():
            own = NameTable(self.vocabulary.types).longest(self.tokens, self.index)
            if own:
                self.index += own[1]
                return self.vocabulary.types[own[0]]
            found = _SIMPLE_NAMES.longest(self.tokens, self.index)
            if not found:
                return self._unknown_type()
            name, length = found
            self.index += length
            return self._parametrised(name) if self.at("<") else SIMPLE[name]

    def _unknown_type(self) -> Type:
        if self.token.kind != "word":
            self.unexpected("型の名前")
        place = self.token.place
        name, length = joined_words(self.tokens, self.index)
        self.index += length
        while self.at(".") and self.peek().kind == "word":
            self.index += 2
        if self.checked:
            known = (*SIMPLE, *self.vocabulary.types)
            raise FeelError(f"「{name[:40]}」という型はありません。{suggestion(name, known)}", *place)
        return Nothing(name)

    def _parametrised(self, name: str) -> Type:
        place = self.advance().place
        if name == "context":
            return self._context_type()
        if name == "function":
            return self._function_type()
        if name not in {"list", "range"}:
            raise FeelError(f"型「{name}」に < > は付けられません。", *place)
        inner = self.type_expression()
        self.expect(">")
        return ListType("list", inner) if name == "list" else RangeType("range", inner)

    def _context_type(self) -> Type:
        members: dict[str, Type] = {}
        while not self.at(">"):
            name, length = joined_words(self.tokens, self.index)
            self.index += length
            self.expect(":")
            members[name] = self.type_expression()
            if not self.accept(","):
                break
        self.expect(">")
        return ContextType("context", members)

    def _function_type(self) -> Type:
        parameters: list[Type] = []
        while not self.at(">"):
            parameters.append(self.type_expression())
            if not self.accept(","):
                break
        self.expect(">")
        result = ANY
        if self.at("-") and self.peek().text == ">":
            self.index += 2
            result = self.type_expression()
        return FunctionType("function", tuple(parameters), result)

    def parameter_type(self) -> Type | None:
        """`: number` behind a parameter."""
        return self.type_expression() if self.accept(":") else None

    def expression(self, floor: int = 0, *, range_end: bool = False) -> Node:
        """An expression whose operators bind tighter than `floor` (parser)."""
        raise NotImplementedError
