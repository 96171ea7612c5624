"""Tokens to tree: a Pratt parser (feel.md, recommendation 1). It never goes back; it looks ahead instead.

Binding, loosest first: or, and, comparison/between/in, + -, * /, ** (left-associative), unary minus, instance
of, then path, filter and call. Names are resolved on the way (name_reader), so that an unknown one is refused
when a definition is uploaded.
"""

from typing import Literal

from workflows.engine.feel import limits
from workflows.engine.feel.errors import FeelError, FeelLimitError
from workflows.engine.feel.names import KEYWORDS, NameTable
from workflows.engine.feel.operand_reader import COMPARE_LEVEL, SIGNS_OF_TEST, OperandReader
from workflows.engine.feel.syntax import (
    Between,
    Chain,
    Comparison,
    Descendants,
    Filter,
    InstanceOf,
    Junction,
    Membership,
    Negation,
    Node,
    Path,
    SignTest,
    Test,
    ValueTest,
)

_OR, _AND, _COMPARE, _ADD, _MULTIPLY, _POWER = 1, 2, COMPARE_LEVEL, 4, 5, 6
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
_STARTING_SIGNS = frozenset("([{@-?")
_STARTING_WORDS = frozenset({"if", "for", "some", "every", "null", "true", "false", "function"})


class Parser(OperandReader):
    """One text, read once."""

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
        if self.level() == _COMPARE and not self.lenient:
            raise FeelError(
                "比較は続けて書けません。「x between 1 and 5」か「1 < x and x < 5」と書いてください。",
                *self.token.place,
            )
        return node

    def unary(self, *, range_end: bool) -> Node:
        if not self.at("-"):
            node = self.postfix(self.primary(), range_end=range_end)
            while self.at("instance") and self.peek().text == "of":
                place = self.advance().place
                self.advance()
                node = InstanceOf(place, node, self.type_expression())
            return node
        sign = self.advance()
        with self.nested():
            return Negation(sign.place, self.unary(range_end=range_end))

    def postfix(self, node: Node, *, range_end: bool) -> Node:
        steps = 0
        while True:
            if self.at("."):
                place = self.advance().place
                node = Path(place, node, self.member())
            elif self.at("..."):
                place = self.advance().place
                node = Descendants(place, node, self.member())
            elif self.at("[") and not (range_end and self.closes_range()):
                node = self.filtered(node)
            elif self.at("("):
                node = self.invocation(node)
            else:
                return node
            steps += 1
            if steps > limits.NESTING:
                raise FeelLimitError(f"「.」と「[ ]」が{limits.NESTING}個を超えて続いています。", *node.at)

    def closes_range(self) -> bool:
        """The `[` of `]1..5[` closes the range: nothing that could be a filter follows it."""
        after = self.peek()
        if after.kind == "word":
            return after.text in KEYWORDS - _STARTING_WORDS
        return after.kind == "end" or (after.kind == "sign" and after.text not in _STARTING_SIGNS)

    def member(self) -> str:
        if self.token.kind != "word":
            self.unexpected("項目の名前")
        name, length = self.member_here()
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
