"""The cells of a decision table: `-`, `not(…)`, mixed lists of tests, `?` (DMN 1.5, 10.3.1.2)."""

from workflows.engine.feel.parser import Parser
from workflows.engine.feel.syntax import Cell, ConditionTest, Test, ValueTest


def parse_cell(parser: Parser) -> Cell:
    """The whole text as one cell. An empty cell and `-` match everything."""
    parser.in_cell = True
    place = parser.token.place
    if parser.token.kind == "end" or (parser.at("-") and parser.peek().kind == "end"):
        return Cell(place, (), negated=False)
    negated = _negates_the_whole(parser)
    if negated:
        parser.index += 2
    tests = [_test(parser)]
    while parser.accept(","):
        tests.append(_test(parser))
    if negated:
        parser.expect(")")
    parser.finish()
    return Cell(place, tuple(tests), negated)


def _negates_the_whole(parser: Parser) -> bool:
    """`not(` … `)` around the whole cell negates its tests; `not(a) and b` is an ordinary condition."""
    if not (parser.at("not") and parser.peek().text == "("):
        return False
    opened: list[str] = []
    for position, token in enumerate(parser.tokens):
        if token.kind == "sign":
            _follow(opened, token.text, parser.tokens[position + 1].text)
            if not opened:
                return parser.tokens[position + 1].kind == "end"
    return True  # never closed: let the parser say so


def _follow(opened: list[str], sign: str, after: str) -> None:
    """Keep which brackets are open; those of a range need not be alike: `[1..5)`, `]1..5[`."""
    if sign == ".." and opened:
        opened[-1] = sign
    elif opened and opened[-1] == ".." and (sign in {")", "]"} or (sign == "[" and after in {",", ")"})):
        opened.pop()
    elif sign in {"(", "[", "{"} or (sign == "]" and opened and opened[-1] != "["):
        opened.append(sign)
    elif sign in {")", "]", "}"} and opened:
        opened.pop()


def _test(parser: Parser) -> Test:
    parser.subject_said = False
    test = parser.test(0)
    if isinstance(test, ValueTest) and parser.subject_said:
        return ConditionTest(test.at, test.operand)
    return test
