"""The texts of a decision file: each compiled in its own vocabulary, each fault told with its spot."""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from lxml import etree

from workflows.engine.dmn.errors import DmnError
from workflows.engine.dmn.xml_reader import line_of
from workflows.engine.feel.compiler import fitted
from workflows.engine.feel.errors import FeelError, Place
from workflows.engine.feel.expressions import Compiled, read_expression, read_unary_tests
from workflows.engine.feel.scope import Frame
from workflows.engine.feel.type_system import ANY, Type
from workflows.engine.feel.values import Value
from workflows.engine.feel.vocabulary import Vocabulary

Boxed = Callable[[Frame], Value]
START = Place(1, 1)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where in the file a text stands, for messages."""

    line: int | None
    rule: int | None = None
    column: str | None = None

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Turn a fault of the expression into a fault of this cell."""
        try:
            yield
        except FeelError as error:
            raise self.fault(str(error)) from error

    def fault(self, message_ja: str) -> DmnError:
        return DmnError(message_ja, line=self.line, rule=self.rule, column=self.column)

    def evaluate(self, compiled: Compiled, frame: Frame) -> Value:
        """Evaluate the text; its notices say in which cell it stood."""
        notices = frame.run.notices
        before = len(notices)
        try:
            return compiled.value(frame)
        except FeelError as error:
            raise self.fault(str(error)) from error
        finally:
            if len(notices) > before and self.label:
                for index in range(before, len(notices)):
                    told = f"{self.label}{notices[index].message_ja}"
                    notices[index] = notices[index]._replace(message_ja=told)

    @property
    def label(self) -> str:
        places = [f"規則{self.rule}" if self.rule else "", f"列「{self.column}」" if self.column else ""]
        where = " ".join(place for place in places if place)
        return f"{where}: " if where else ""


@dataclass(frozen=True, slots=True)
class Cell:
    """A compiled text and its spot."""

    compiled: Compiled
    spot: Spot

    def evaluate(self, frame: Frame, subject: Mapping[str, Value] | None = None) -> Value:
        inside = Frame(frame.run, subject or {}, None, frame.variables)
        return self.spot.evaluate(self.compiled, inside)


@dataclass(frozen=True, slots=True)
class Reading:
    """What may be said at one place of a file.

    `free` and `reads` gather what the data must or may bring, `tables` the decision tables.
    """

    vocabulary: Vocabulary
    type_named: Callable[[str | None, int | None], Type]
    bound: frozenset[str] = frozenset()
    free: set[str] = field(default_factory=set)
    reads: set[str] = field(default_factory=set)
    tables: list[Any] = field(default_factory=list)

    @property
    def lenient(self) -> bool:
        return self.vocabulary.lenient

    def within(self, names: Collection[str]) -> "Reading":
        """The same with names that a context, a function or a loop around the text binds."""
        bound = self.bound | frozenset(names)
        return replace(self, vocabulary=self.vocabulary.with_names(names), bound=bound)

    def expression(self, text: str, spot: Spot) -> Cell:
        with spot.watched():
            return self._gathered(read_expression(text, self.vocabulary), spot)

    def tests(self, text: str, spot: Spot) -> Cell:
        with spot.watched():
            return self._gathered(read_unary_tests(text, self.vocabulary), spot)

    def _gathered(self, compiled: Compiled, spot: Spot) -> Cell:
        self.free.update(compiled.names - self.bound)
        self.reads.update(compiled.reads - self.bound)
        return Cell(compiled, spot)

    def type_of(self, element: etree._Element | None) -> Type:
        """The type that an element declares; Any when it declares none."""
        if element is None:
            return ANY
        return self.type_named(element.get("typeRef"), line_of(element))


def conforming(wanted: Type, boxed: Boxed, what_ja: str = "結果") -> Boxed:
    """The expression with its result made to fit a type."""
    if wanted is ANY:
        return boxed
    return lambda frame: fitted(frame.run, START, wanted, boxed(frame), what_ja)
