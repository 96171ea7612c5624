"""An assessment beside the one in force: who changes, by how much, and by which rule (D1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from models.assessment import FINAL, INSTALMENTS, Assessment, AssessmentRun
from models.columns import Column, Columns, read
from services.assessing.register_facts import Range

SAME, NEW, PERSONS, INCOME, REDUCTION, SPECIFIED, OTHER, GONE, EXEMPTION = range(9)
CAUSES: Final = {
    NEW: ("新たに賦課", "Newly assessed"),
    GONE: ("賦課がなくなる", "Not assessed any more"),
    PERSONS: ("加入者・加入月数", "Insured persons or months"),
    INCOME: ("所得", "Incomes"),
    REDUCTION: ("軽減の判定", "Test of the reduction"),
    SPECIFIED: ("特定世帯", "Specified household"),
    EXEMPTION: ("減免", "Reduction on application"),
    OTHER: ("料率・年齢・事由", "Rates, ages, circumstances"),
    SAME: ("変わらない", "Unchanged"),
}
_REGULAR: Final = tuple(f"instalment_{number}" for number in range(1, INSTALMENTS + 1))
_READ: Final = (
    *("total", "insured", "months", "leviable_income", "household_test_income", "reduction"),
    *("specified", "continuing", "exemption", *_REGULAR, "late_before", "late"),
)


@dataclass(frozen=True)
class Base:
    """What a run is compared with: the final runs of a year in their order, the latest last."""

    runs: tuple[AssessmentRun, ...]

    @property
    def last_id(self) -> int | None:
        return self.runs[-1].id if self.runs else None


def base_of(session: Session, fiscal_year: int) -> Base:
    """All that is or was in force of the year."""
    statement = select(AssessmentRun).where(
        AssessmentRun.fiscal_year == fiscal_year, AssessmentRun.state == FINAL
    )
    return Base(tuple(session.scalars(statement.order_by(AssessmentRun.ended_at, AssessmentRun.id))))


def in_force(
    session: Session, base: Base, within: Range | None = None, names: Sequence[str] = _READ
) -> Columns:
    """The rows in force of a range of households (None: all), one for each, in the order of households."""
    statement: Select[Any] = select(
        Assessment.run_id, Assessment.household_id, *(getattr(Assessment, name) for name in names)
    ).where(Assessment.run_id.in_([run.id for run in base.runs]))
    if within is not None:
        statement = statement.where(Assessment.household_id.between(within.first, within.last))
    rows = read(session, statement)
    if not base.runs:
        return rows
    ids = np.array([run.id for run in base.runs], dtype=np.int64)
    by_id = np.argsort(ids)  # the place of each run in the order of time, by its id
    when = by_id[np.searchsorted(ids[by_id], rows["run_id"])]
    order = np.lexsort((when, rows["household_id"]))
    households = rows["household_id"][order]
    last = np.r_[households[1:] != households[:-1], True] if len(order) else order.astype(np.bool_)
    return {name: column[order][last] for name, column in rows.items()}


def beside(households: Column, before: Columns) -> Columns:
    """The rows in force in the order of `households`; nothing and `known` 0 where there is none."""
    ids = before["household_id"]
    place = np.minimum(np.searchsorted(ids, households), max(len(ids) - 1, 0))
    found = ids[place] == households if len(ids) else np.zeros(len(households), dtype=np.bool_)
    empty = np.zeros(len(households), dtype=np.int64)
    told = {name: np.where(found, column[place], 0) if len(ids) else empty for name, column in before.items()}
    return told | {"known": found.astype(np.int64)}


def compared(rows: Columns, known: Columns) -> Columns:
    """What was in force, and the first rule by which the total differs from it."""

    def differ(*names: str) -> Any:
        return np.any([rows[name] != known[name] for name in names], axis=0)

    cause = np.select(
        [
            known["known"] == 0,
            rows["total"] == known["total"],
            rows["persons"] == 0,
            differ("insured", "months"),
            differ("leviable_income", "household_test_income"),
            differ("reduction"),
            differ("specified", "continuing"),
            differ("exemption"),
        ],
        [NEW, SAME, GONE, PERSONS, INCOME, REDUCTION, SPECIFIED, EXEMPTION],
        OTHER,
    )
    return {"before_total": known["total"], "cause": cause}


def late_paid(base: Base, rows: Columns, decided_on: date) -> Column:
    """What instalments after the regular ones came to that are due by `decided_on`: they stay as they are."""
    due = [run.id for run in base.runs if run.late_due_on <= decided_on]
    return rows["late_before"] + np.where(np.isin(rows["run_id"], due), rows["late"], 0)
