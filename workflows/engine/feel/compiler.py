"""Tree to closures, once per published definition (feel.md, recommendation 7).

A closure takes a Frame and gives a value. It holds no state, so it may run in several threads at once.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from workflows.engine.feel import operators
from workflows.engine.feel.builtins_call import Invocation
from workflows.engine.feel.builtins_table import BUILTINS
from workflows.engine.feel.errors import Place
from workflows.engine.feel.functions import Function
from workflows.engine.feel.result_types import may_give
from workflows.engine.feel.scope import MISSING, Closure, Frame, Run
from workflows.engine.feel.syntax import (
    Between,
    BuiltinName,
    Call,
    Cell,
    Chain,
    Comparison,
    Conditional,
    ConditionTest,
    Constant,
    ContextOf,
    Descendants,
    Filter,
    FunctionOf,
    InstanceOf,
    Invoke,
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
    Void,
)
from workflows.engine.feel.type_system import Nothing, Type, coerced
from workflows.engine.feel.values import Range, Value, kind
from workflows.engine.feel.walks import compile_descendants, compile_filter, compile_loop, compile_path


def compile_node(node: Node) -> Closure:
    return _COMPILE[type(node)](node)


def _constant(node: Constant) -> Closure:
    value = node.value
    return lambda _frame: value


def _name(node: Name) -> Closure:
    name, at = node.name, node.at
    text = f"「{name[:40]}」がデータにないので、空(null)として扱いました。"

    def local(frame: Frame) -> Value:
        value = frame.find(name)
        if value is MISSING:
            frame.run.warn(at, text)
            return None
        return value  # type: ignore[return-value]

    def variable(frame: Frame) -> Value:
        variables = frame.variables
        if name in variables:
            return variables[name]
        frame.run.warn(at, text)
        return None

    return local if node.local else variable


def _chain(node: Chain) -> Closure:
    first = compile_node(node.first)
    rest = [(sign, at, compile_node(operand)) for sign, at, operand in node.rest]

    def run(frame: Frame) -> Value:
        value = first(frame)
        for sign, at, operand in rest:
            value = operators.calculate(frame.run, at, sign, value, operand(frame))
        return value

    return run


def truth(run: Run, at: Place, value: Value) -> bool | None:
    """A truth value; anything else counts as unknown, with a notice unless it is null."""
    if value is None or isinstance(value, bool):
        return value
    run.warn(at, f"{kind(value)}は真偽値ではないので、空(null)として扱いました。")
    return None


def _junction(node: Junction) -> Closure:
    operands = [(operand.at, compile_node(operand)) for operand in node.operands]
    decisive = node.word == "or"  # one true settles `or`, one false settles `and`

    def run(frame: Frame) -> Value:
        unknown = False
        for at, operand in operands:
            value = truth(frame.run, at, operand(frame))
            if value is decisive:
                return decisive
            unknown = unknown or value is None
        return None if unknown else not decisive

    return run


def _negation(node: Negation) -> Closure:
    operand, at = compile_node(node.operand), node.at
    return lambda frame: operators.negate(frame.run, at, operand(frame))


def _comparison(node: Comparison) -> Closure:
    left, right = compile_node(node.left), compile_node(node.right)
    sign, at = node.sign, node.at
    return lambda frame: operators.compare(frame.run, at, sign, left(frame), right(frame))


def _between(node: Between) -> Closure:
    subject, low, high = (compile_node(part) for part in (node.subject, node.low, node.high))
    at = node.at

    def run(frame: Frame) -> Value:
        value = subject(frame)
        return operators.all_of(
            operators.less(frame.run, at, low(frame), value, or_equal=True),
            operators.less(frame.run, at, value, high(frame), or_equal=True),
        )

    return run


def _conditional(node: Conditional) -> Closure:
    condition, then, otherwise = (compile_node(part) for part in (node.condition, node.then, node.otherwise))
    at = node.condition.at

    def run(frame: Frame) -> Value:
        chosen = then if truth(frame.run, at, condition(frame)) is True else otherwise
        return chosen(frame)

    return run


def _list(node: ListOf) -> Closure:
    items = [compile_node(item) for item in node.items]
    return lambda frame: [item(frame) for item in items]


def _context(node: ContextOf) -> Closure:
    entries = [(key, compile_node(value)) for key, value in node.entries]

    def run(frame: Frame) -> Value:
        built: dict[str, Value] = {}
        inside = frame.inside(built)  # an entry sees those before it
        for key, value in entries:
            built[key] = value(inside)
        return built

    return run


def _range(node: RangeOf) -> Closure:
    low = None if node.low is None else compile_node(node.low)
    high = None if node.high is None else compile_node(node.high)
    at, low_closed, high_closed, written = node.at, node.low_closed, node.high_closed, node.kind

    def run(frame: Frame) -> Value:
        start = None if low is None else low(frame)
        end = None if high is None else high(frame)
        if (start is None and low is not None) or (end is None and high is not None):
            frame.run.warn(at, "範囲の端が空なので、何が入るかわかりません(null)。")
            if (start is None and end is None) or written:
                return None
            return Range(
                start, end, low_closed and start is not None, high_closed and end is not None, "null"
            )
        if start is not None and end is not None and type(start) is not type(end):
            frame.run.warn(at, "範囲の両端の種類が違うので、空(null)になりました。")
            return None
        return Range(start, end, low_closed, high_closed, written)

    return run


def _call(node: Call) -> Closure:
    builtin, at, names = BUILTINS[node.function], node.at, node.names
    arguments = [compile_node(argument) for argument in node.arguments]
    signatures = builtin.signatures

    def run(frame: Frame) -> Value:
        call = Invocation(builtin.name, at, frame.run)
        return builtin.call(call, [argument(frame) for argument in arguments], names)

    def run_directly(frame: Frame) -> Value:
        values = [argument(frame) for argument in arguments]
        call = Invocation(builtin.name, at, frame.run)
        made = signatures[0].fit(values)
        if made is None:
            return builtin.call(call, values)
        return builtin.function(call, *made)

    return run_directly if names is None and len(signatures) == 1 else run


def _builtin_name(node: BuiltinName) -> Closure:
    function, name = BUILTINS[node.function].as_value(), node.function
    if not node.member:
        return lambda _frame: function

    def member(frame: Frame) -> Value:
        value = frame.find(name)
        return function if value is MISSING else value  # type: ignore[return-value]

    return member


def _invoke(node: Invoke) -> Closure:
    callee, at, names = compile_node(node.callee), node.at, node.names
    arguments = [compile_node(argument) for argument in node.arguments]

    def run(frame: Frame) -> Value:
        function = callee(frame)
        if not isinstance(function, Function):
            frame.run.warn(at, f"{kind(function)}は関数ではないので呼び出せず、空(null)になりました。")
            return None
        frame.run.charge(at, 1)
        values = [argument(frame) for argument in arguments]
        if names is None:
            return function.call(frame.run, at, values)
        return function.call_named(frame.run, at, dict(zip(names, values, strict=True)))

    return run


def fitted(run: Run, at: Place, wanted: Type | None, value: Value, what_ja: str) -> Value:
    """The value as the type wants it; null with a notice when it does not conform."""
    if wanted is None:
        return value
    made, fits = coerced(wanted, value)
    if not fits:
        run.warn(at, f"{what_ja}が型「{wanted.name}」ではないので、空(null)になりました。")
    return made


def fitted_arguments(
    run: Run, at: Place, parameters: Sequence[tuple[str, Type | None]], arguments: Sequence[Value]
) -> dict[str, Value] | None:
    """Arguments by name, each as its type wants it.

    None with a notice when one does not conform: the function is not called then (10.3.2.13.1).
    """
    found: dict[str, Value] = {}
    for (name, wanted), value in zip(parameters, arguments, strict=True):
        made, fits = (value, True) if wanted is None else coerced(wanted, value)
        if wanted is not None and not fits:
            told = f"引数「{name[:40]}」が型「{wanted.name}」ではないので、呼び出しは空(null)になりました。"
            run.warn(at, told)
            return None
        found[name] = made
    return found


def _function(node: FunctionOf) -> Closure:
    parameters, body = node.parameters, compile_node(node.body)

    def takes(count: int) -> bool:
        return count == len(parameters)

    def run(frame: Frame) -> Value:
        def call(inner: Run, at: Place, arguments: Sequence[Value]) -> Value:
            bound = fitted_arguments(inner, at, parameters, arguments)
            return None if bound is None else body(frame.inside(bound))

        return Function("function", parameters, call, takes, partial(may_give, node.body))

    return run


def _instance_of(node: InstanceOf) -> Closure:
    subject, wanted = compile_node(node.subject), node.wanted
    at = node.at
    if isinstance(wanted, Nothing) and wanted.name != "Null":

        def unknown(frame: Frame) -> Value:
            frame.run.warn(at, f"型「{wanted.name[:40]}」がないので、空(null)になりました。")
            return None

        return unknown

    def run(frame: Frame) -> Value:
        value = subject(frame)
        return wanted.holds(value) if value is not None or isinstance(wanted, Nothing) else False

    return run


def _void(node: Void) -> Closure:
    at, reason = node.at, f"{node.reason_ja}空(null)になりました。"

    def run(frame: Frame) -> Value:
        frame.run.warn(at, reason)
        return None

    return run


Tested = Callable[[Frame, Value], bool | None]


def _tested(test: Test) -> Tested:
    operand, at = compile_node(test.operand), test.at
    if isinstance(test, SignTest):
        sign = test.sign
        return lambda frame, value: operators.compare(frame.run, at, sign, value, operand(frame))
    if isinstance(test, ConditionTest):
        return lambda frame, _value: truth(frame.run, at, operand(frame))
    return lambda frame, value: operators.matches(frame.run, at, value, operand(frame))


def _one_of(tests: tuple[Test, ...]) -> Tested:
    closures = [_tested(test) for test in tests]

    def run(frame: Frame, value: Value) -> bool | None:
        answer: bool | None = False
        for closure in closures:
            found = closure(frame, value)
            if found is True:
                return True
            answer = None if found is None else answer
        return answer

    return run


def _membership(node: Membership) -> Closure:
    subject, one_of = compile_node(node.subject), _one_of(node.tests)
    return lambda frame: one_of(frame, subject(frame))


def _cell(node: Cell) -> Closure:
    if not node.tests:
        return lambda _frame: True
    one_of, negated = _one_of(node.tests), node.negated

    def run(frame: Frame) -> Value:
        answer = one_of(frame, frame.names["?"])
        return operators.opposite(answer) if negated else answer

    return run


def _path(node: Path) -> Closure:
    return compile_path(node, compile_node(node.base))


def _descendants(node: Descendants) -> Closure:
    return compile_descendants(node, compile_node(node.base))


def _filter(node: Filter) -> Closure:
    return compile_filter(node, compile_node(node.base), compile_node(node.condition))


def _loop(node: Loop) -> Closure:
    domains = [compile_node(domain) for _, domain in node.iterators]
    return compile_loop(node, domains, compile_node(node.body))


_COMPILE: dict[type[Node], Callable[[Any], Closure]] = {
    Between: _between,
    BuiltinName: _builtin_name,
    Call: _call,
    Cell: _cell,
    Chain: _chain,
    Comparison: _comparison,
    Conditional: _conditional,
    Constant: _constant,
    ContextOf: _context,
    Filter: _filter,
    FunctionOf: _function,
    InstanceOf: _instance_of,
    Invoke: _invoke,
    Junction: _junction,
    ListOf: _list,
    Loop: _loop,
    Membership: _membership,
    Name: _name,
    Negation: _negation,
    Path: _path,
    Descendants: _descendants,
    RangeOf: _range,
    Void: _void,
}
