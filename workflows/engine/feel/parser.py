"""Tokens to tree: a Pratt parser (feel.md, recommendation 1). It never goes back; it looks ahead instead.

Binding, loosest first: or, and, comparison/between/in, + -, * /, ** (left-associative), unary minus, then
path, filter and call. Names are resolved on the way (name_reader), so that an unknown one is refused when a
definition is uploaded.
"""

from typing import Literal, cast

from workflows.engine.feel import limits
from workflows.engine.feel.builtins_table import BUILTINS
from workflows.engine.feel.errors import FeelError, FeelLimitError
from workflows.engine.feel.lexer import Token, string_value
from workflows.engine.feel.name_reader import NameReader
from workflows.engine.feel.names import KEYWORDS, NameTable, joined_words
from workflows.engine.feel.syntax import (
    Between,
    Call,
    Chain,
    Comparison,
    Conditional,
    Constant,
    ContextOf,
    Filter,
    Junction,
    ListOf,
    Loop,
    Membership,
    Name,
    Negation,
    Node,
    Path,
    RangeOf,
    SignTest,
    Test,
    ValueTest,
)
from workflows.engine.feel.values import ARITHMETIC, read_temporal

_OR, _AND, _COMPARE, _ADD, _MULTIPLY, _POWER = range(1, 7)
_LEVELS = {
    "or": _OR,
    "and": _AND,
    "<": _COMPARE,
    "<=": _COMPARE,
    ">": _COMPARE,
    ">=": _COMPARE,
    "=": _COMPARE,
    "!=": _COMPARE,
    "between": _COMPARE,
    "in": _COMPARE,
    "+": _ADD,
    "-": _ADD,
    "*": _MULTIPLY,
    "/": _MULTIPLY,
    "**": _POWER,
}
SIGNS_OF_TEST = ("<", "<=", ">", ">=", "=", "!=")
_CONSTANT_WORDS = {"true": True, "false": False, "null": None}
_FUNCTIONS = NameTable(BUILTINS)
_STARTING_SIGNS = frozenset("([{@-?")


class Parser(NameReader):
    """One text, read once."""

    in_cell = False
    subject_said = False

    # Operators

    def expression(self, floor: int = 0, *, range_end: bool = False) -> Node:
        """An expression whose operators bind tighter than `floor`."""
        with self.nested():
            left = self.unary(range_end=range_end)
            while (level := self.level()) > floor:
                left = self.operation(left, level, range_end=range_end)
            return left

    def level(self) -> int:
        return _LEVELS.get(self.token.text, 0) if self.token.kind in {"sign", "word"} else 0

    def operation(self, left: Node, level: int, *, range_end: bool) -> Node:
        if level == _COMPARE:
            return self.comparison(left, range_end=range_end)
        rest = []
        while self.level() == level:
            sign = self.advance()
            rest.append((sign.text, sign.place, self.expression(level, range_end=range_end)))
            if len(rest) > limits.OPERATORS_IN_ONE_CHAIN:
                raise FeelLimitError(
                    f"演算子が{limits.OPERATORS_IN_ONE_CHAIN}個を超えて続いています。分けてください。",
                    *sign.place,
                )
        if level in {_OR, _AND}:
            word: Literal["or", "and"] = "or" if level == _OR else "and"
            return Junction(left.at, word, (left, *(node for _, _, node in rest)))
        return Chain(left.at, left, tuple(rest))

    def comparison(self, left: Node, *, range_end: bool) -> Node:
        sign = self.advance()
        node: Node
        if sign.text == "between":
            low = self.expression(_COMPARE)
            self.expect("and")
            node = Between(sign.place, left, low, self.expression(_COMPARE, range_end=range_end))
        elif sign.text == "in":
            node = Membership(sign.place, left, self.tests_after_in())
        else:
            node = Comparison(sign.place, sign.text, left, self.expression(_COMPARE, range_end=range_end))
        if self.level() == _COMPARE:
            raise FeelError(
                "比較は続けて書けません。「x between 1 and 5」か「1 < x and x < 5」と書いてください。",
                *self.token.place,
            )
        return node

    def unary(self, *, range_end: bool) -> Node:
        if not self.at("-"):
            return self.postfix(self.primary(), range_end=range_end)
        sign = self.advance()
        with self.nested():
            return Negation(sign.place, self.unary(range_end=range_end))

    def postfix(self, node: Node, *, range_end: bool) -> Node:
        steps = 0
        while True:
            if self.at("."):
                place = self.advance().place
                node = Path(place, node, self.member())
            elif self.at("[") and not (range_end and self.closes_range()):
                node = self.filtered(node)
            elif self.at("("):
                raise FeelError("関数ではないものは呼び出せません。", *self.token.place)
            else:
                return node
            steps += 1
            if steps > limits.NESTING:
                raise FeelLimitError(f"「.」と「[ ]」が{limits.NESTING}個を超えて続いています。", *node.at)

    def closes_range(self) -> bool:
        """The `[` of `]1..5[` closes the range: nothing that could be a filter follows it."""
        after = self.peek()
        if after.kind == "word":
            return after.text in KEYWORDS - {
                "if",
                "for",
                "some",
                "every",
                "null",
                "true",
                "false",
                "function",
            }
        return after.kind == "end" or (after.kind == "sign" and after.text not in _STARTING_SIGNS)

    def member(self) -> str:
        if self.token.kind != "word":
            self.unexpected("項目の名前")
        name, length = joined_words(self.tokens, self.index)
        self.index += length
        return name

    def filtered(self, base: Node) -> Node:
        place = self.expect("[").place
        self.locals.append(NameTable(["item"]))
        self.members_open += 1
        condition = self.expression()
        self.members_open -= 1
        self.locals.pop()
        self.expect("]")
        return Filter(place, base, condition)

    # Operands

    def primary(self) -> Node:
        token = self.token
        if token.kind == "number":
            return self.number()
        if token.kind == "string":
            return Constant(self.advance().place, string_value(token))
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
        if token.text in SIGNS_OF_TEST:
            raise FeelError(
                f"「{token.text}」の左に値がありません。左を省けるのは決定表のセル、in、丸括弧の中だけです。",
                *token.place,
            )
        return self.unexpected("値")

    def temporal(self) -> Node:
        place = self.advance().place
        if self.token.kind != "string":
            self.unexpected('@ の後に "2026-04-01" のような文字列')
        value = read_temporal(string_value(self.token))
        if value is None:
            raise FeelError(
                "@ の日付・日時・期間として読めません。"
                '@"2026-04-01"、@"2026-04-01T09:00:00+09:00"、@"P14D" のように書いてください。',
                *self.token.place,
            )
        self.advance()
        return Constant(place, value)

    def bracketed(self) -> Node:
        """`(a)`, `(a..b)` and `(< 5)` begin alike; what follows the first expression tells them apart."""
        opening = self.advance()
        if self.at("<", "<=", ">", ">=", "="):
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
        bound = self.expression(_COMPARE)
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
        high = self.expression(_COMPARE, range_end=True)
        if not self.at("]", ")", "["):
            self.unexpected("範囲を閉じる「]」か「)」")
        closing = self.advance()
        return RangeOf(opening.place, low, high, opening.text == "[", closing.text == "]")

    def context(self) -> Node:
        opening = self.advance()
        entries: list[tuple[str, Node]] = []
        earlier = NameTable(())
        self.locals.append(earlier)
        while not self.at("}"):
            place = self.token.place
            key = self.key()
            if any(key == name for name, _ in entries):
                raise FeelError(f"項目「{key}」が二度あります。", *place)
            self.expect(":")
            entries.append((key, self.expression()))
            earlier.add(key)
            if not self.accept(","):
                break
        self.locals.pop()
        self.expect("}")
        return ContextOf(opening.place, tuple(entries))

    def key(self) -> str:
        """The name of an entry: a string, or the tokens up to the colon as they were typed."""
        first = self.token
        if first.kind == "string":
            return string_value(self.advance())
        if first.kind != "word":
            self.unexpected("項目の名前")
        while (
            not self.at(":") and self.token.kind in {"word", "number", "sign"} and not self.at("{", "}", ",")
        ):
            self.advance()
        return " ".join(self.text[first.start : self.tokens[self.index - 1].end].split())

    def worded(self, token: Token) -> Node:
        if call := self.call():
            return call
        name = self.known_name()
        if name and name[1] > 1:
            return self.named(*name)
        if token.text in _CONSTANT_WORDS:
            return Constant(self.advance().place, _CONSTANT_WORDS[token.text])
        if token.text == "if":
            return self.conditional()
        if token.text in {"for", "some", "every"}:
            return self.loop()
        if token.text == "function":
            raise FeelError("関数の定義は使えません。", *token.place)
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
        iterators: list[tuple[str, Node]] = []
        while True:
            if self.token.kind != "word" or self.token.text in KEYWORDS:
                self.unexpected("繰り返しの名前")
            name = self.member()
            self.expect("in")
            iterators.append((name, self.domain()))
            self.locals.append(NameTable([name]))
            if not self.accept(","):
                break
        self.expect("return" if opening.text == "for" else "satisfies")
        body = self.expression()
        del self.locals[-len(iterators) :]
        kind = cast("Literal['for', 'some', 'every']", opening.text)
        return Loop(opening.place, kind, tuple(iterators), body)

    def domain(self) -> Node:
        """What a loop walks over: a list, or `1..5` without brackets."""
        low = self.expression()
        if not self.at(".."):
            return low
        place = self.advance().place
        return RangeOf(place, low, self.expression(), low_closed=True, high_closed=True)

    # Tests

    def tests_after_in(self) -> tuple[Test, ...]:
        """`in (a, <5)` is a list of tests, `in (a..b]` a range, `in <5` or `in x` one test."""
        if not self.at("("):
            return (self.test(_COMPARE),)
        opening = self.advance()
        tests = [self.test(0)]
        if self.at("..") and isinstance(tests[0], ValueTest):
            return (ValueTest(opening.place, self.range_from(opening, tests[0].operand)),)
        while self.accept(","):
            tests.append(self.test(0))
        self.expect(")")
        return tuple(tests)

    def test(self, floor: int) -> Test:
        if self.at(*SIGNS_OF_TEST):
            sign = self.advance()
            return SignTest(sign.place, sign.text, self.expression(_COMPARE))
        return ValueTest(self.token.place, self.expression(floor))

    # Names

    def call(self) -> Node | None:
        found = _FUNCTIONS.longest(self.tokens, self.index)
        if not found or self.peek(found[1]).text != "(":
            return None
        place = self.token.place
        name, length = found
        self.index += length + 1
        arguments: list[Node] = []
        while not self.at(")"):
            arguments.append(self.expression())
            if not self.accept(","):
                break
        self.expect(")")
        if problem := BUILTINS[name].refuses(len(arguments)):
            raise FeelError(problem, *place)
        return Call(place, name, tuple(arguments))
