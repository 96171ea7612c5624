"""Boxed expressions: contexts, lists, relations, invocations, functions, conditions, filters and loops.

Each is read into a function of a frame (DMN 1.5, 7.3 and 10.2.2). What an expression binds (the entries of a
context, a parameter, the name of a loop) is added to the variables of the frame that its parts see.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal

from lxml import etree

from workflows.engine.dmn.decision_tables import read_table
from workflows.engine.dmn.errors import DmnError
from workflows.engine.dmn.reading import START, Boxed, Reading, Spot, conforming
from workflows.engine.dmn.xml_reader import child, children, line_of, local_name, refuse_language, text_in
from workflows.engine.feel import limits
from workflows.engine.feel.compiler import fitted_arguments
from workflows.engine.feel.errors import FeelLimitError, Place
from workflows.engine.feel.functions import Function
from workflows.engine.feel.scope import Frame, Run
from workflows.engine.feel.type_system import Type
from workflows.engine.feel.values import Value, kind
from workflows.engine.feel.walks import by_position, walk


def read_boxed(element: etree._Element, reading: Reading, owner: str) -> Boxed:
    """The expression of an element. Raises DmnError for one that cannot be run."""
    read = READERS.get(local_name(element))
    if read is None:
        raise DmnError(f"式の書き方「{local_name(element)[:40]}」は扱えません。", line=line_of(element))
    return conforming(reading.type_of(element), read(element, reading, owner))


def expression_in(element: etree._Element) -> etree._Element | None:
    """The child that is an expression."""
    return next((one for one in element if local_name(one) in READERS), None)


def with_variables(frame: Frame, names: Mapping[str, Value]) -> Frame:
    return Frame(frame.run, {}, None, {**frame.variables, **names})


def _inner(element: etree._Element, name: str, reading: Reading, owner: str) -> Boxed:
    """The expression inside a named child, as `<if>`, `<in>` and `<return>` hold it."""
    holder = child(element, name)
    found = None if holder is None else expression_in(holder)
    if found is None:
        raise DmnError(f"「{local_name(element)}」に「{name}」の式がありません。", line=line_of(element))
    return read_boxed(found, reading, owner)


def _literal(element: etree._Element, reading: Reading, _owner: str) -> Boxed:
    refuse_language(element)
    text = text_in(element)
    if not text and reading.lenient:
        return lambda _frame: None
    return reading.expression(text, Spot(line_of(element))).evaluate


def _table(element: etree._Element, reading: Reading, owner: str) -> Boxed:
    return read_table(element, reading, owner).evaluate


def _context(element: etree._Element, reading: Reading, owner: str) -> Boxed:
    """Entries by name; one without a name is the result of the whole."""
    entries: list[tuple[str | None, Boxed]] = []
    for entry in children(element, "contextEntry"):
        variable, found = child(entry, "variable"), expression_in(entry)
        name = None if variable is None else variable.get("name")
        inside = reading.within([name]) if name and found is not None and _is_function(found) else reading
        boxed: Boxed = (lambda _frame: None) if found is None else read_boxed(found, inside, owner)
        entries.append((name, conforming(reading.type_of(variable), boxed, f"項目「{name}」")))
        if name:
            reading = reading.within([name])

    def run(frame: Frame) -> Value:
        built: dict[str, Value] = {}
        variables = {**frame.variables}
        seen = Frame(frame.run, {}, None, variables)
        for name, boxed in entries:
            value = boxed(seen)
            if name is None:
                return value
            built[name] = value
            variables[name] = value
        return built

    return run


def _is_function(element: etree._Element) -> bool:
    return local_name(element) == "functionDefinition" or text_in(element).startswith("function")


def _list(element: etree._Element, reading: Reading, owner: str) -> Boxed:
    items = [read_boxed(one, reading, owner) for one in element if local_name(one) in READERS]
    return lambda frame: [item(frame) for item in items]


def _relation(element: etree._Element, reading: Reading, owner: str) -> Boxed:
    names = [str(column.get("name")) for column in children(element, "column")]
    types = [reading.type_of(column) for column in children(element, "column")]
    rows = []
    for row in children(element, "row"):
        cells = [read_boxed(one, reading, owner) for one in row if local_name(one) in READERS]
        if len(cells) != len(names):
            raise DmnError("セルの数が列の数と合いません。", line=line_of(row))
        rows.append([conforming(wanted, cell) for wanted, cell in zip(types, cells, strict=True)])

    def run(frame: Frame) -> Value:
        return [{name: cell(frame) for name, cell in zip(names, cells, strict=True)} for cells in rows]

    return run


def _invocation(element: etree._Element, reading: Reading, owner: str) -> Boxed:
    callee = expression_in(element)
    if callee is None:
        raise DmnError("呼び出す関数がありません。", line=line_of(element))
    function = read_boxed(callee, reading, owner)
    bindings: list[tuple[str, Boxed]] = []
    for binding in children(element, "binding"):
        parameter, found = child(binding, "parameter"), expression_in(binding)
        name = "" if parameter is None else str(parameter.get("name"))
        boxed: Boxed = (lambda _frame: None) if found is None else read_boxed(found, reading, owner)
        bindings.append((name, conforming(reading.type_of(parameter), boxed, f"引数「{name}」")))

    def run(frame: Frame) -> Value:
        called = function(frame)
        if not isinstance(called, Function):
            frame.run.warn(START, "関数ではないものは呼び出せないので、空(null)になりました。")
            return None
        return called.call_named(frame.run, START, {name: value(frame) for name, value in bindings})

    return run


def read_parameters(element: etree._Element, reading: Reading) -> list[tuple[str, Type | None]]:
    return [(str(one.get("name")), reading.type_of(one)) for one in children(element, "formalParameter")]


def _function(element: etree._Element, reading: Reading, owner: str) -> Boxed:
    parameters = read_parameters(element, reading)
    found = expression_in(element)
    if found is None or element.get("kind", "FEEL") != "FEEL":
        if not reading.lenient:
            raise DmnError("関数の本体は FEEL の式だけです。", line=line_of(element))
        return lambda _frame: None
    body = read_boxed(found, reading.within([name for name, _ in parameters]), owner)

    def run(frame: Frame) -> Value:
        def call(inner: Run, _at: Place, arguments: Sequence[Value]) -> Value:
            bound = fitted_arguments(inner, START, parameters, arguments)
            return None if bound is None else body(with_variables(frame, bound))

        return Function("function", tuple(parameters), call, lambda count: count == len(parameters))

    return run


def _conditional(element: etree._Element, reading: Reading, owner: str) -> Boxed:
    """What is no truth value decides nothing; null is not true."""
    condition, then, otherwise = (_inner(element, name, reading, owner) for name in ("if", "then", "else"))

    def run(frame: Frame) -> Value:
        told = condition(frame)
        if told is None or isinstance(told, bool):
            return then(frame) if told is True else otherwise(frame)
        frame.run.warn(START, f"条件が真偽値ではなく{kind(told)}なので、空(null)になりました。")
        return None

    return run


def _filter(element: etree._Element, reading: Reading, owner: str) -> Boxed:
    source = _inner(element, "in", reading, owner)
    inside = _unchecked_members(reading.within(["item"]))
    match = _inner(element, "match", inside, owner)

    def run(frame: Frame) -> Value:
        value = source(frame)
        items: list[Value] = value if isinstance(value, list) else [] if value is None else [value]
        kept: list[Value] = []
        for index, item in enumerate(items):
            frame.run.charge(START, 1)
            members = item if isinstance(item, dict) else {}
            answer = match(with_variables(frame, {"item": item, **members}))
            if index == 0 and isinstance(answer, Decimal):
                return by_position(frame.run, START, items, answer)
            if answer is True:
                kept.append(item)
            elif answer is not False and answer is not None:
                return None
        return kept

    return run


def _unchecked_members(reading: Reading) -> Reading:
    """Inside a filter the members of the item may be said, whatever they are called."""
    return reading.within(reading.vocabulary.members)


def _iterated(element: etree._Element, reading: Reading, owner: str) -> tuple[str, Boxed]:
    name = str(element.get("iteratorVariable") or "")
    if not name:
        raise DmnError("繰り返しの名前(iteratorVariable)がありません。", line=line_of(element))
    return name, _inner(element, "in", reading, owner)


def _turns(frame: Frame, name: str, domain: Boxed, body: Boxed, partial: list[Value]) -> Iterator[Value]:
    items = walk(frame.run, START, domain(frame))
    if items is None:
        raise _NothingToWalkOverError
    for item in items:
        frame.run.charge(START, 2)
        yield body(with_variables(frame, {name: item, "partial": [*partial]}))


class _NothingToWalkOverError(Exception):
    """The domain of a loop is null: the loop is null."""


def _for(element: etree._Element, reading: Reading, owner: str) -> Boxed:
    name, domain = _iterated(element, reading, owner)
    body = _inner(element, "return", reading.within([name, "partial"]), owner)

    def run(frame: Frame) -> Value:
        gathered: list[Value] = []
        try:
            for value in _turns(frame, name, domain, body, gathered):
                gathered.append(value)
                if len(gathered) > limits.LIST_ITEMS:
                    raise FeelLimitError(f"リストが{limits.LIST_ITEMS}件を超えます。", *START)
        except _NothingToWalkOverError:
            return None
        return gathered

    return run


def _quantified(settling: bool) -> Callable[[etree._Element, Reading, str], Boxed]:
    """`some` is settled by one true, `every` by one false; by what is no truth value both are null."""

    def read(element: etree._Element, reading: Reading, owner: str) -> Boxed:
        name, domain = _iterated(element, reading, owner)
        body = _inner(element, "satisfies", reading.within([name]), owner)

        def run(frame: Frame) -> Value:
            unknown = False
            try:
                for value in _turns(frame, name, domain, body, []):
                    if value is settling:
                        return settling
                    if value is not None and not isinstance(value, bool):
                        frame.run.warn(
                            START, f"条件が真偽値ではなく{kind(value)}なので、空(null)になりました。"
                        )
                        return None
                    unknown = unknown or value is None
            except _NothingToWalkOverError:
                return None
            return None if unknown else not settling

        return run

    return read


READERS: dict[str, Callable[[etree._Element, Reading, str], Boxed]] = {
    "literalExpression": _literal,
    "decisionTable": _table,
    "context": _context,
    "list": _list,
    "relation": _relation,
    "invocation": _invocation,
    "functionDefinition": _function,
    "conditional": _conditional,
    "filter": _filter,
    "for": _for,
    "some": _quantified(settling=True),
    "every": _quantified(settling=False),
}
