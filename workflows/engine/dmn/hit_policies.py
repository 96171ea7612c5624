"""How the rules that matched make one result (DMN 1.5, 8.2.8).

UNIQUE and ANY give null with a notice when they are violated: the table is wrong, the case must not go on by
chance. PRIORITY and OUTPUT ORDER sort by the order of the output values, column by column from the left.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from workflows.engine.feel.builtins_call import Invocation
from workflows.engine.feel.builtins_table import BUILTINS
from workflows.engine.feel.errors import Place
from workflows.engine.feel.operators import equal
from workflows.engine.feel.scope import Run
from workflows.engine.feel.values import Value

_TABLE: Final = Place(1, 1)
AGGREGATIONS = {"SUM": "sum", "COUNT": "count", "MIN": "min", "MAX": "max"}


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule that matched: its number from 1, and its outputs from left to right."""

    rule: int
    outputs: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Columns:
    """What the policies need to know of the outputs: names, and the order of their values where it counts."""

    names: tuple[str, ...]
    orders: tuple[tuple[Value, ...], ...]

    def result(self, outputs: Sequence[Value]) -> Value:
        """One output is a value, several are a context."""
        return outputs[0] if len(self.names) == 1 else dict(zip(self.names, outputs, strict=True))

    def rank(self, hit: Hit) -> tuple[int, ...]:
        """The place of each output among its values; what is not listed comes last."""
        return tuple(
            next((i for i, one in enumerate(order) if type(one) is type(value) and one == value), len(order))
            for value, order in zip(hit.outputs, self.orders, strict=True)
        )


Policy = Callable[[Run, Columns, list[Hit]], Value]


def _unique(run: Run, columns: Columns, hits: list[Hit]) -> Value:
    if len(hits) > 1:
        run.warn(_TABLE, f"規則{_numbers(hits)}が同時に当てはまり(UNIQUE)、結果を空(null)にしました。")
        return None
    return columns.result(hits[0].outputs)


def _any(run: Run, columns: Columns, hits: list[Hit]) -> Value:
    first = columns.result(hits[0].outputs)
    for hit in hits[1:]:
        if equal(run, _TABLE, first, columns.result(hit.outputs)) is not True:
            run.warn(_TABLE, f"規則{_numbers(hits)}の結果が異なり(ANY)、結果を空(null)にしました。")
            return None
    return first


def _first(_run: Run, columns: Columns, hits: list[Hit]) -> Value:
    return columns.result(hits[0].outputs)


def _priority(_run: Run, columns: Columns, hits: list[Hit]) -> Value:
    return columns.result(min(hits, key=columns.rank).outputs)


def _rule_order(_run: Run, columns: Columns, hits: list[Hit]) -> Value:
    return [columns.result(hit.outputs) for hit in hits]


def _output_order(_run: Run, columns: Columns, hits: list[Hit]) -> Value:
    return [columns.result(hit.outputs) for hit in sorted(hits, key=columns.rank)]


def aggregated(aggregation: str) -> Policy:
    """COLLECT with SUM, COUNT, MIN or MAX: the built-in function over the list of outputs."""
    builtin = BUILTINS[AGGREGATIONS[aggregation]]

    def policy(run: Run, columns: Columns, hits: list[Hit]) -> Value:
        values: list[Value] = [columns.result(hit.outputs) for hit in hits]
        return builtin.function(Invocation(builtin.name, _TABLE, run), values)

    return policy


def _numbers(hits: list[Hit]) -> str:
    return "・".join(str(hit.rule) for hit in hits)


POLICIES: dict[str, Policy] = {
    "UNIQUE": _unique,
    "FIRST": _first,
    "ANY": _any,
    "PRIORITY": _priority,
    "COLLECT": _rule_order,
    "RULE ORDER": _rule_order,
    "OUTPUT ORDER": _output_order,
}
SORTED_BY_OUTPUT = frozenset({"PRIORITY", "OUTPUT ORDER"})
