"""The operands of expressions: literals, lists and ranges, contexts, functions, loops, calls."""

from typing import Literal, cast

from workflows.engine.feel.builtins_table import BUILTINS
from workflows.engine.feel.errors import FeelError
from workflows.engine.feel.lexer import Token, string_value
from workflows.engine.feel.name_reader import FUNCTIONS
from workflows.engine.feel.names import KEYWORDS, NameTable, joined_words
from workflows.engine.feel.syntax import (
    Call,
    Conditional,
    Constant,
    ContextOf,
    FunctionOf,
    Invoke,
    ListOf,
    Loop,
    Name,
    Node,
    RangeOf,
    Void,
)
from workflows.engine.feel.temporal_text import read_temporal
from workflows.engine.feel.type_reader import TypeReader
from workflows.engine.feel.values import ARITHMETIC

SIGNS_OF_TEST = ("<", "<=", ">", ">=", "=", "!=")
COMPARE_LEVEL = 3
_CONSTANT_WORDS = {"true": True, "false": False, "null": None}


class OperandReader(TypeReader):
    """What stands between operators."""

    in_cell = False
    subject_said = False

    def primary(self) -> Node:
        token = self.token
        if token.kind == "number":
            return self.number()
        if token.kind == "string":
            return Constant(self.advance().place, string_value(token, lenient=self.lenient))
        if token.kind == "sign":
            return self.signed(token)
        if token.kind == "word":
            return self.worded(token)
        return self.unexpected("値")

    def number(self) -> Node:
        token = self.advance()
        value = ARITHMETIC.create_decimal(token.text)
        if not value.is_finite():
            raise FeelError("数が大きすぎます。", *token.place)
        return Constant(token.place, value)

    def signed(self, token: Token) -> Node:
        if token.text == "(":
            return self.bracketed()
        if token.text in {"[", "]"}:
            return self.list_or_range()
        if token.text == "{":
            return self.context()
        if token.text == "@":
            return self.temporal()
        if token.text == "?" and self.in_cell:
            self.advance()
            self.subject_said = True
            return Name(token.place, "?", local=True)
        if token.text in SIGNS_OF_TEST and not self.lenient:
            raise FeelError(
                f"「{token.text}」の左に値がありません。左を省けるのは決定表のセル、in、丸括弧の中だけです。",
                *token.place,
            )
        return self.open_range() if token.text in SIGNS_OF_TEST else self.unexpected("値")

    def temporal(self) -> Node:
        place = self.advance().place
        if self.token.kind != "string":
            self.unexpected('@ の後に "2026-04-01" のような文字列')
        value = read_temporal(string_value(self.token, lenient=self.lenient))
        if value is None and self.lenient:
            self.advance()
            return Void(place, "@ の日付・日時・期間として読めないので、")
        if value is None:
            raise FeelError(
                "@ の日付・日時・期間として読めません。"
                '@"2026-04-01"、@"2026-04-01T09:00:00+09:00"、@"P14D" のように書いてください。',
                *self.token.place,
            )
        self.advance()
        return Constant(place, value)

    # Brackets

    def bracketed(self) -> Node:
        """`(a)`, `(a..b)` and `(< 5)` begin alike; what follows the first expression tells them apart."""
        opening = self.advance()
        if self.at(*SIGNS_OF_TEST):
            node = self.open_range()
            self.expect(")")
            return node
        low = self.expression()
        if self.at(".."):
            return self.range_from(opening, low)
        self.expect(")")
        return low

    def open_range(self) -> Node:
        sign = self.advance()
        bound = self.expression(COMPARE_LEVEL)
        if sign.text in {"=", "!="}:
            return RangeOf(sign.place, bound, bound, low_closed=True, high_closed=True, kind=sign.text)
        closed = sign.text not in {"<", ">"}
        low = None if sign.text in {"<", "<="} else bound
        high = None if sign.text in {">", ">="} else bound
        return RangeOf(sign.place, low, high, closed and low is not None, closed and high is not None)

    def list_or_range(self) -> Node:
        opening = self.advance()
        items: list[Node] = []
        if opening.text == "[" and self.accept("]"):
            return ListOf(opening.place, ())
        while True:
            items.append(self.expression())
            if len(items) == 1 and self.at(".."):
                return self.range_from(opening, items[0])
            if opening.text == "]":
                self.unexpected("範囲の「..」")
            if not self.accept(","):
                break
        self.expect("]")
        return ListOf(opening.place, tuple(items))

    def range_from(self, opening: Token, low: Node) -> Node:
        self.expect("..")
        high = self.expression(COMPARE_LEVEL, range_end=True)
        if not self.at("]", ")", "["):
            self.unexpected("範囲を閉じる「]」か「)」")
        closing = self.advance()
        return RangeOf(opening.place, low, high, opening.text == "[", closing.text == "]")

    def context(self) -> Node:
        opening = self.advance()
        entries: list[tuple[str, Node]] = []
        earlier = NameTable(())
        self.locals.append(earlier)
        doubled = ""
        while not self.at("}"):
            place = self.token.place
            key = self.key()
            if any(key == name for name, _ in entries):
                doubled = f"項目「{key[:40]}」が二度あります。"
                if not self.lenient:
                    raise FeelError(doubled, *place)
            self.expect(":")
            if self.at("function"):
                earlier.add(key)  # a function may call itself
            entries.append((key, self.expression()))
            earlier.add(key)
            self.members.add(key)
            if not self.accept(","):
                break
        self.locals.pop()
        self.expect("}")
        return Void(opening.place, doubled) if doubled else ContextOf(opening.place, tuple(entries))

    def key(self) -> str:
        """The name of an entry: a string, or the tokens up to the colon as they were typed."""
        first = self.token
        if first.kind == "string":
            return string_value(self.advance(), lenient=self.lenient)
        if first.kind != "word":
            self.unexpected("項目の名前")
        while (
            not self.at(":") and self.token.kind in {"word", "number", "sign"} and not self.at("{", "}", ",")
        ):
            self.advance()
        return " ".join(self.text[first.start : self.tokens[self.index - 1].end].split())

    # Words

    def worded(self, token: Token) -> Node:
        name = self.known_name()
        if call := self.call(name):
            return call
        if name and name[1] > 1:
            return self.named(*name)
        if token.text in _CONSTANT_WORDS:
            return Constant(self.advance().place, _CONSTANT_WORDS[token.text])
        if token.text == "if":
            return self.conditional()
        if token.text in {"for", "some", "every"}:
            return self.loop()
        if token.text == "function":
            return self.function()
        if token.text in KEYWORDS:
            self.unexpected("値")
        return self.named(*name) if name else self.unknown_name()

    def conditional(self) -> Node:
        place = self.advance().place
        condition = self.expression()
        self.expect("then")
        then = self.expression()
        self.expect("else")
        return Conditional(place, condition, then, self.expression())

    def loop(self) -> Node:
        opening = self.advance()
        kind = cast("Literal['for', 'some', 'every']", opening.text)
        iterators: list[tuple[str, Node]] = []
        while True:
            name = self.new_name("繰り返しの名前")
            if kind != "for" and self.accept(":"):
                self.type_expression()
            self.expect("in")
            iterators.append((name, self.domain()))
            self.locals.append(NameTable([name]))
            if not self.accept(","):
                break
        self.expect("return" if kind == "for" else "satisfies")
        self.locals.append(NameTable(["partial"] if kind == "for" else []))
        body = self.expression()
        del self.locals[-len(iterators) - 1 :]
        return Loop(opening.place, kind, tuple(iterators), body)

    def new_name(self, wanted: str) -> str:
        """The name of a loop or a parameter: adjacent words."""
        if self.token.kind != "word" or self.token.text in KEYWORDS:
            self.unexpected(wanted)
        name, length = joined_words(self.tokens, self.index)
        self.index += length
        return name

    def domain(self) -> Node:
        """What a loop walks over: a list, or `1..5` without brackets."""
        low = self.expression()
        if not self.at(".."):
            return low
        place = self.advance().place
        return RangeOf(place, low, self.expression(), low_closed=True, high_closed=True, kind="steps")

    def function(self) -> Node:
        place = self.advance().place
        self.expect("(")
        parameters = []
        while not self.at(")"):
            parameters.append((self.new_name("引数の名前"), self.parameter_type()))
            if not self.accept(","):
                break
        self.expect(")")
        if self.at("external"):
            return self.external(place)
        self.locals.append(NameTable([name for name, _ in parameters]))
        body = self.expression()
        self.locals.pop()
        return FunctionOf(place, tuple(parameters), body)

    def external(self, place: tuple[int, int]) -> Node:
        """Functions of other languages are not run: refused, or null for a lenient reader."""
        if not self.lenient:
            raise FeelError("他の言語の関数(external)は使えません。", *place)
        at = self.advance().place
        self.expression()
        return Void(at, "他の言語の関数(external)は使えないので、")

    # Calls

    def call(self, name: tuple[str, int] | None) -> Node | None:
        """A built-in function that is called here, unless a longer or equal name of our own is."""
        found = FUNCTIONS.longest(self.tokens, self.index)
        if not found or self.peek(found[1]).text != "(":
            return None
        if name and name[1] >= found[1] and self.callable_name(name):
            return None
        place = self.token.place
        builtin = BUILTINS[found[0]]
        self.index += found[1]
        names, arguments = self.arguments()
        problem = builtin.refuses(len(arguments)) if names is None else builtin.refuses_names(names)
        if problem and not self.lenient:
            raise FeelError(problem, *place)
        return Void(place, problem) if problem else Call(place, builtin.name, tuple(arguments), names)

    def invocation(self, callee: Node) -> Node:
        place = self.token.place
        names, arguments = self.arguments()
        return Invoke(place, callee, tuple(arguments), names)

    def arguments(self) -> tuple[tuple[str, ...] | None, list[Node]]:
        """`(a, b)` by position or `(name: a, other name: b)` by name."""
        self.expect("(")
        names: list[str] = []
        arguments: list[Node] = []
        by_name = self.names_an_argument()
        while not self.at(")"):
            if by_name:
                if not self.names_an_argument():
                    self.unexpected("引数の名前と「:」")
                names.append(self.argument_name())
            arguments.append(self.expression())
            if not self.accept(","):
                break
        self.expect(")")
        return (tuple(names) if by_name else None), arguments

    def names_an_argument(self) -> bool:
        """Whether words up to a colon stand here; looks ahead only."""
        ahead = 0
        while self.peek(ahead).kind in {"word", "number"} or (
            ahead and self.peek(ahead).text in {"-", "+", "'"}
        ):
            ahead += 1
        return ahead > 0 and self.token.kind == "word" and self.peek(ahead).text == ":"

    def argument_name(self) -> str:
        start = self.token.start
        while not self.at(":"):
            self.advance()
        name = " ".join(self.text[start : self.tokens[self.index - 1].end].split())
        self.expect(":")
        return name
