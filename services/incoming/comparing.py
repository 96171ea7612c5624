"""What a file would change: each line is new, changed, unchanged, or cannot be applied by itself (J5).

A source has its own comparing with what is on record (`Target`); everything else is the same for all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select, text

from models.incoming import IncomingFile
from services.context import Context
from services.incoming import others_told, tax_incomes
from services.incoming.tax_incomes import KNOWN

NEW, CHANGED, UNCHANGED, CONFLICTING = "new", "changed", "unchanged", "conflicting"
OUTCOMES = {
    NEW: ("新規", "New"),
    CHANGED: ("変更", "Changed"),
    UNCHANGED: ("変更なし", "Unchanged"),
    CONFLICTING: ("差異(手で処理)", "Conflicting"),
}


@dataclass(frozen=True)
class Target:
    """How the lines of a source meet the record.

    `outcomes` selects (line, key, person_id, outcome): one of `OUTCOMES`, or the code of a difference.
    `at_a_glance` selects how many lines have each, without their amounts, where that can be told apart;
    what has to be looked at is `KNOWN`.
    `apply` applies the lines from first to last. `changes` tells the fields of a line: before and after.
    """

    outcomes: Callable[[IncomingFile], Select[Any]]
    apply: Callable[[Context, IncomingFile, int, int], None]
    changes: Callable[[Context, IncomingFile, int, int], list[tuple[str, str, str]]]
    at_a_glance: Callable[[IncomingFile], Select[Any]] | None = None


_TOLD = Target(others_told.outcomes_of, others_told.apply_nothing, others_told.no_changes)
TARGETS: Mapping[str, Target] = {
    "tax_income": Target(
        tax_incomes.outcomes, tax_incomes.apply, tax_incomes.changes, tax_incomes.counts_at_a_glance
    ),
    "resident_change": _TOLD,
    "address_answer": _TOLD,
    "network_answer": Target(others_told.outcomes_of, others_told.answer_questions, others_told.no_changes),
}


def count(ctx: Context, file: IncomingFile) -> dict[str, int]:
    """How many lines have which outcome; differences are counted together.

    A file of a new year meets nothing on record: that is seen without its amounts.
    """
    join_whole(ctx)
    target = TARGETS[file.source]
    found = _at_a_glance(ctx, target, file)
    if found is None:
        told = target.outcomes(file).subquery()
        rows = select(told.c.outcome, func.count().label("number")).group_by(told.c.outcome)
        found = {row.outcome: row.number for row in ctx.session.execute(rows)}
    counts = dict.fromkeys(OUTCOMES, 0)
    for outcome, number in found.items():
        counts[outcome if outcome in OUTCOMES else CONFLICTING] += number
    return counts


def _at_a_glance(ctx: Context, target: Target, file: IncomingFile) -> dict[str, int] | None:
    if target.at_a_glance is None:
        return None
    found = dict(ctx.session.execute(target.at_a_glance(file)).mappings().one())
    return None if found.pop(KNOWN) else found


def join_whole(ctx: Context) -> None:
    """Join thousands of lines at once and in memory, whatever the server remembers of tables that grew.

    Rows that were just added are no reason for it to take one process only: it knows nothing of them yet.
    """
    if ctx.session.get_bind().dialect.name == "postgresql":
        ctx.session.execute(text("SET LOCAL enable_nestloop = off"))
        ctx.session.execute(text("SET LOCAL work_mem = '64MB'"))
        ctx.session.execute(text("SET LOCAL jit = off"))  # what may not be joined singly seems dear to it
        ctx.session.execute(text("SET LOCAL min_parallel_table_scan_size = 0"))
        ctx.session.execute(text("SET LOCAL parallel_setup_cost = 0"))
        ctx.session.execute(text("SET LOCAL parallel_tuple_cost = 0"))


def join_singly(ctx: Context) -> None:
    """Join single lines again, each by the indexes."""
    if ctx.session.get_bind().dialect.name == "postgresql":
        ctx.session.execute(text("SET LOCAL enable_nestloop = on"))
