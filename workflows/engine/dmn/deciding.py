"""Evaluating the elements of decision files within one run: each decision once, each in its own scope."""

from collections.abc import Callable, Mapping, Sequence

from workflows.engine.dmn.errors import DmnError
from workflows.engine.dmn.item_types import typed
from workflows.engine.dmn.model import (
    DecisionNode,
    InputNode,
    Key,
    KnowledgeNode,
    Node,
    Requirement,
    ServiceNode,
)
from workflows.engine.dmn.reading import START
from workflows.engine.feel.compiler import fitted, fitted_arguments
from workflows.engine.feel.errors import Place
from workflows.engine.feel.functions import Function
from workflows.engine.feel.scope import Frame, Run
from workflows.engine.feel.values import Value

Given = Callable[[InputNode], Value]


class Deciding:
    """One evaluation: where inputs come from, which decisions are handed in, what is known already."""

    def __init__(self, run: Run, given: Given, known: Mapping[Key, Value] | None = None) -> None:
        self.run = run
        self.given = given
        self.known: dict[Key, Value] = dict(known or {})
        self.inputs: dict[Key, Value] = {}

    def decision(self, node: DecisionNode) -> Value:
        """The result of a decision. Raises DmnError when a limit is met."""
        if node.key not in self.known:
            scope = self.scope(node.requires)
            variables = {**self.run.variables, **scope} if node.borrowed else scope
            try:
                self.known[node.key] = node.logic(Frame(self.run, {}, None, variables))
            except DmnError as error:
                error.decision = error.decision or node.name
                raise
        return self.known[node.key]

    def scope(self, requires: Sequence[Requirement]) -> dict[str, Value]:
        """The variables of an element: what it requires by name, imported elements inside their alias."""
        found: dict[str, Value] = {}
        for one in requires:
            value = self.value(one.node)
            if one.alias is None:
                found[one.node.name] = value
            else:
                inside = found.setdefault(one.alias, {})
                if isinstance(inside, dict):
                    inside[one.node.name] = value
        return found

    def value(self, node: Node) -> Value:
        if isinstance(node, InputNode):
            return self.input(node)
        if isinstance(node, DecisionNode):
            return self.decision(node)
        return self.knowledge(node) if isinstance(node, KnowledgeNode) else self.service(node)

    def input(self, node: InputNode) -> Value:
        if node.key not in self.inputs:
            told = typed(node.wanted, self.given(node))
            self.inputs[node.key] = fitted(self.run, START, node.wanted, told, f"入力「{node.name}」")
        return self.inputs[node.key]

    def knowledge(self, node: KnowledgeNode) -> Function:
        def call(run: Run, _at: Place, arguments: Sequence[Value]) -> Value:
            variables = self.scope(node.requires)
            variables[node.name] = model
            bound = fitted_arguments(run, START, node.parameters, arguments)
            return None if bound is None else node.logic(Frame(run, {}, None, variables | bound))

        count = len(node.parameters)
        model = Function(node.name, node.parameters, call, lambda given: given == count)
        return model

    def service(self, node: ServiceNode) -> Function:
        """A service as a function: its inputs first, then the decisions that are handed in."""
        names = [*(one.name for one in node.inputs), *(name for _, name, _ in node.handed_in)]
        types = [*(one.wanted for one in node.inputs), *(wanted for _, _, wanted in node.handed_in)]
        parameters = tuple(zip(names, types, strict=True))

        def call(run: Run, _at: Place, arguments: Sequence[Value]) -> Value:
            return served(run, node, dict(zip(names, arguments, strict=True)))

        return Function(node.name, parameters, call, lambda given: given == len(names))


def served(run: Run, node: ServiceNode, arguments: Mapping[str, Value]) -> Value:
    """The result of a decision service: the value of its decision, or several by name."""
    wanted = {one.name: one.wanted for one in node.inputs} | {name: kind for _, name, kind in node.handed_in}
    for kinds in (node.told, wanted):
        told = [(name, kinds.get(name)) for name in arguments]
        values = [
            value if kind is None else typed(kind, value)
            for (_, kind), value in zip(told, arguments.values(), strict=True)
        ]
        bound = fitted_arguments(run, START, told, values)
        if bound is None:
            return None
        arguments = bound
    known = {key: arguments.get(name) for key, name, _ in node.handed_in}
    own = {one.key for one in node.inputs}
    inner = Deciding(run, lambda one: arguments.get(one.name) if one.key in own else None, known)
    results = {one.name: inner.decision(one) for one in node.outputs}
    value: Value = next(iter(results.values())) if len(node.outputs) == 1 else dict(results)
    return fitted(run, START, node.wanted, value, f"決定サービス「{node.name}」の結果")
