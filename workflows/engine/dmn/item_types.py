"""Item definitions as types of FEEL, and inputs made to fit them (DMN 1.5, 7.3.3)."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeAlias

from lxml import etree

from workflows.engine.dmn.errors import DmnError
from workflows.engine.dmn.xml_reader import child, children, line_of, text_in
from workflows.engine.feel.errors import FeelError
from workflows.engine.feel.expressions import read_unary_tests
from workflows.engine.feel.scope import Frame, Run
from workflows.engine.feel.temporal import Day, Moment, Span, TimeOfDay, YearsMonths
from workflows.engine.feel.temporal_text import (
    read_date,
    read_duration,
    read_moment_or_day,
    read_temporal,
    read_time,
)
from workflows.engine.feel.type_system import (
    ANY,
    SIMPLE,
    Constrained,
    ContextType,
    FunctionType,
    ListType,
    Simple,
    Type,
    bare,
)
from workflows.engine.feel.values import ARITHMETIC, Value, finite
from workflows.engine.feel.vocabulary import Vocabulary

_OTHER_NAMES = dict.fromkeys(("integer", "long", "double", "decimal", "int", "float"), SIMPLE["number"])
_DEEPEST = 20
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,4})?", re.ASCII)
Readers: TypeAlias = Mapping[type, Callable[[str], Value]]
_READERS: Readers = {
    Day: read_date,
    TimeOfDay: read_time,
    Moment: read_moment_or_day,
    Span: read_duration,
    YearsMonths: read_duration,
}


@dataclass
class ItemTypes:
    """The item definitions of one file by name; those of imported files by `alias.name`.

    Those of files that are imported without a name are said by name, too, unless it has one of its own.
    """

    elements: dict[str, etree._Element]
    imported: dict[str, "ItemTypes"]
    lenient: bool
    nameless: list["ItemTypes"] = field(default_factory=list)
    _known: dict[str, Type] = field(default_factory=dict)
    _open: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, root: etree._Element, imported: dict[str, "ItemTypes"], *, lenient: bool) -> "ItemTypes":
        elements = {one.get("name") or "": one for one in children(root, "itemDefinition")}
        return cls(elements, imported, lenient)

    def all(self) -> dict[str, Type]:
        """Every type by the name under which this file says it."""
        found = {name: self.named(name) for one in self.together([]) for name in one.elements}
        for alias, types in self.imported.items():
            for one in types.together([]):
                found |= {f"{alias}.{name}": types.named(name) for name in one.elements}
        return found

    def together(self, found: list["ItemTypes"]) -> list["ItemTypes"]:
        """These and those of files that are imported without a name, in the order in which they hold."""
        if not any(one is self for one in found):
            found.append(self)
            for other in self.nameless:
                other.together(found)
        return found

    def members(self) -> set[str]:
        """The names of all components, so that those with signs are read as one name."""
        names: set[str] = set()
        passed: list[ItemTypes] = []
        waiting = [self]
        while waiting:
            types = waiting.pop()
            if not any(one is types for one in passed):
                passed.append(types)
                waiting += [*types.imported.values(), *types.nameless]
                names |= {
                    str(part.get("name")) for one in types.elements.values() for part in _components(one)
                }
        return names

    def named(self, reference: str | None, line: int | None = None) -> Type:
        """The type that a typeRef means; Any for none. Raises DmnError for one that nobody knows."""
        if not reference:
            return ANY
        name = reference.strip()
        if name in self._known:
            return self._known[name]
        found = self._found(name, line)
        self._known[name] = found
        return found

    def _found(self, name: str, line: int | None) -> Type:
        if name in self.elements:
            return self._defined(name)
        for types in self.together([])[1:]:
            if name in types.elements:
                return types.named(name, line)
        alias, _, rest = name.rpartition(".")
        if alias in self.imported and any(rest in one.elements for one in self.imported[alias].together([])):
            return self.imported[alias].named(rest, line)
        plain = name.rpartition(":")[2]
        if plain != name:
            return self.named(plain, line)
        if plain in SIMPLE:
            return SIMPLE[plain]
        if plain in _OTHER_NAMES:
            return _OTHER_NAMES[plain]
        if self.lenient:
            return ANY
        raise DmnError(f"型「{name[:40]}」がありません。", line=line)

    def _defined(self, name: str) -> Type:
        element = self.elements[name]
        if name in self._open or len(self._open) > _DEEPEST:
            raise DmnError(f"型「{name[:40]}」の定義が循環しています。", line=line_of(element))
        self._open.append(name)
        try:
            return self.of_definition(name, element)
        finally:
            self._open.pop()

    def of_definition(self, name: str, element: etree._Element) -> Type:
        parts = list(children(element, "itemComponent"))
        function = child(element, "functionItem")
        base: Type
        if parts:
            base = ContextType(
                name,
                {str(part.get("name")): self.of_definition(str(part.get("name")), part) for part in parts},
            )
        elif function is not None:
            base = self._function(name, function)
        else:
            reference = child(element, "typeRef")
            base = self.named(None if reference is None else reference.text, line_of(element))
        base = self._constrained(name, base, element, "allowedValues")
        if element.get("isCollection") == "true":
            base = ListType(name, base)
        return self._constrained(name, base, element, "typeConstraint")

    def _function(self, name: str, element: etree._Element) -> Type:
        """A type of functions; a parameter without a type demands none."""
        parameters = {
            str(one.get("name")): self.named(one.get("typeRef"), line_of(one)) if one.get("typeRef") else None
            for one in children(element, "parameters")
        }
        result = self.named(element.get("outputTypeRef"), line_of(element))
        return FunctionType(name, tuple(parameters.values()), result, tuple(parameters))

    def _constrained(self, name: str, base: Type, element: etree._Element, kind: str) -> Type:
        text = text_in(child(element, kind))
        if not text:
            return base
        try:
            tests = read_unary_tests(text, Vocabulary(types=SIMPLE, lenient=self.lenient))
        except FeelError as error:
            raise DmnError(f"型「{name[:40]}」: {error}", line=line_of(element)) from error

        def allows(value: Value) -> bool:
            return tests.value(Frame(Run({}, (), None), {"?": value})) is True

        if kind == "allowedValues" and isinstance(base, Constrained):
            base = bare(base)  # they are all values of the type, instead of those of its base (7.3.3)
        return Constrained(name, base, allows)


def _components(element: etree._Element) -> Iterator[etree._Element]:
    for part in children(element, "itemComponent"):
        yield part
        yield from _components(part)


def typed(wanted: Type, value: Value, readers: Readers = _READERS) -> Value:
    """Data as the type wants it where JSON has text only: days, times and durations, also inside."""
    while isinstance(wanted, Constrained):
        wanted = wanted.base
    if isinstance(value, str):
        kind = wanted.kind if isinstance(wanted, Simple) else object if wanted is ANY else str
        return readers[kind](value) if kind in readers else value
    if isinstance(wanted, ListType) and isinstance(value, list):
        return [typed(wanted.item, item, readers) for item in value]
    if isinstance(wanted, ContextType) and isinstance(value, dict):
        return {
            key: typed(wanted.members[key], item, readers) if key in wanted.members else item
            for key, item in value.items()
        }
    return value


def typed_from_text(wanted: Type, value: Value) -> Value:
    """The same where numbers and truth may be text, too, and days and the like are text of any type."""
    return typed(wanted, value, _TEXT_READERS)


def _read_number(text: str) -> Value:
    return finite(ARITHMETIC.create_decimal(text)) if _NUMBER.fullmatch(text) else text


def _read_truth(text: str) -> Value:
    return {"true": True, "false": False}.get(text, text)


def _read_temporal(text: str) -> Value:
    return read_temporal(text) or text


_TEXT_READERS: Readers = {**_READERS, Decimal: _read_number, bool: _read_truth, object: _read_temporal}
