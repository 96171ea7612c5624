"""The door to FEEL: text in, a checked and compiled expression out, kept in a bounded cache.

`names` are the names that the data brings; an expression that says another is refused with line and column.
With `names=None` nothing is checked and an unknown name is null: for try-outs, not for definitions.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Unpack

from workflows.engine.feel import limits
from workflows.engine.feel.compiler import compile_node
from workflows.engine.feel.errors import FeelError, FeelLimitError, Notice
from workflows.engine.feel.evaluating import Evaluating, When
from workflows.engine.feel.parser import Parser
from workflows.engine.feel.scope import ClosedDays, Closure, Frame, Run, release
from workflows.engine.feel.syntax import ContextOf, Node
from workflows.engine.feel.unary_tests import parse_cell
from workflows.engine.feel.values import Value, admit
from workflows.engine.feel.vocabulary import Vocabulary, of_data

_TOO_DEEP = "式の入れ子が深すぎます。分けてください。"


@dataclass(frozen=True, slots=True)
class Traced:
    """A result, and why values became null on the way to it."""

    value: Any
    notices: tuple[Notice, ...]


@dataclass(frozen=True, slots=True)
class Compiled:
    """What expressions and cells share. `names` must be brought by the data, `reads` may be."""

    text: str
    names: frozenset[str]
    reads: frozenset[str]
    closure: Closure

    def value(self, frame: Frame) -> Value:
        """Evaluate inside a run of someone else (a decision table); raises FeelLimitError only."""
        try:
            return self.closure(frame)
        except RecursionError as error:
            raise FeelLimitError(_TOO_DEEP, 1, 1) from error

    def run(
        self, variables: Mapping[str, Any], clock: datetime | None, closed_days: ClosedDays | None = None
    ) -> Run:
        return Run(variables, self.reads, clock, closed_days)


@dataclass(frozen=True, slots=True)
class Expression(Compiled, Evaluating):
    """A checked expression. `entries` are the keys when it is a context, as every script task is."""

    entries: tuple[str, ...] = ()

    def evaluate_traced(self, variables: Mapping[str, Any], **when: Unpack[When]) -> Traced:
        """The value with its notices. Bad data gives null, never an error; only a limit raises."""
        run = self.run(variables, when.get("clock"), when.get("closed_days"))
        value = release(run, self.value(Frame(run, {})))
        return Traced(value, tuple(run.notices))


@dataclass(frozen=True, slots=True)
class UnaryTests(Compiled):
    """A checked cell of a decision table."""

    def matches(self, value: Any, variables: Mapping[str, Any], *, clock: datetime | None = None) -> bool:
        """Whether the value passes; a test without an answer (null) is not passed."""
        run = self.run(variables, clock)
        return self.value(Frame(run, {"?": admit(value, run.note)})) is True


def compile_expression(text: str, names: Collection[str] | None) -> Expression:
    """A gateway's condition, a cell's result, a timer. Raises FeelError with line and column.

    A leading `=`, by which Camunda 8 marks its expressions, is read over.
    """
    return _expression(_without_mark(text), None if names is None else frozenset(names))


def compile_context(text: str, names: Collection[str] | None) -> Expression:
    """A script task: one context, whose entries become case data; it may begin with `=`, too."""
    return _context(_without_mark(text), None if names is None else frozenset(names))


def compile_unary_tests(text: str, names: Collection[str] | None) -> UnaryTests:
    """A cell of a decision table: `-`, `"01", "02"`, `[5..7]`, `not(…)`, a condition with `?`."""
    return _unary_tests(text, None if names is None else frozenset(names))


def read_expression(text: str, vocabulary: Vocabulary) -> Expression:
    """An expression of a decision file, with all that may be said in it; kept by whoever asks."""
    parser, node = _parsed(text, vocabulary, _whole)
    entries = tuple(key for key, _ in node.entries) if isinstance(node, ContextOf) else ()
    return Expression(text, frozenset(parser.free), _reads(parser), compile_node(node), entries)


def read_unary_tests(text: str, vocabulary: Vocabulary) -> UnaryTests:
    """A cell of a decision file, with all that may be said in it; kept by whoever asks."""
    parser, node = _parsed(text, vocabulary, parse_cell)
    return UnaryTests(text, frozenset(parser.free), _reads(parser), compile_node(node))


@lru_cache(maxsize=limits.COMPILED_KEPT)
def _expression(text: str, names: frozenset[str] | None) -> Expression:
    return read_expression(text, of_data(names))


@lru_cache(maxsize=limits.COMPILED_KEPT)
def _context(text: str, names: frozenset[str] | None) -> Expression:
    _parser, node = _parsed(text, of_data(names), _whole)
    if not isinstance(node, ContextOf):
        raise FeelError("スクリプトは { 名前: 式, … } の形で書いてください。", *node.at)
    return _expression(text, names)


@lru_cache(maxsize=limits.COMPILED_KEPT)
def _unary_tests(text: str, names: frozenset[str] | None) -> UnaryTests:
    return read_unary_tests(text, of_data(names))


def _without_mark(text: str) -> str:
    """The text with a blank in the place of a leading `=`, so that lines and columns stay as they are."""
    start = len(text) - len(text.lstrip())
    return f"{text[:start]} {text[start + 1 :]}" if text.startswith("=", start) else text


def _whole(parser: Parser) -> Node:
    node = parser.expression()
    parser.finish()
    return node


def _reads(parser: Parser) -> frozenset[str]:
    return frozenset(parser.free | parser.perhaps)


def _parsed(text: str, vocabulary: Vocabulary, parse: Callable[[Parser], Node]) -> tuple[Parser, Node]:
    parser = Parser(text, vocabulary)
    try:
        return parser, parse(parser)
    except RecursionError as error:
        raise FeelLimitError(_TOO_DEEP, 1, 1) from error
