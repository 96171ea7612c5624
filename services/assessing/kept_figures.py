"""Assessments with their derivation by the figures that their run kept, for many households at once (D4).

What is printed about a decision is told by the law as it was decided, whatever was entered since.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from sqlalchemy import select

from models.assessment import (
    PERSON_AMOUNTS,
    PERSON_MONTHS,
    AssessedPerson,
    Assessment,
    AssessmentRun,
    list_persons,
)
from rules.periods import FiscalYear
from rules.premium.amounts import UNIT
from rules.premium.assessment import assess
from rules.premium.columns import Households
from rules.premium.exemptions import Kept
from rules.premium.explaining import explain
from rules.premium.terms import CHILD_PART, PremiumTerms, terms_of
from services.assessing.computing import persons_of_rows
from services.assessing.household_page import Told, as_households
from services.context import Context
from services.kept_law import law_of
from services.pensions.collected import of_rows

_UNTOLD: Final = {"article": "", "source": ("", "", "")}


@dataclass(frozen=True)
class Explained:
    """One household's assessment: what the page shows of it, and the persons as they were taken."""

    told: Told
    persons: Sequence[AssessedPerson]


def terms_of_run(run: AssessmentRun) -> PremiumTerms:
    """The figures of the law by which a run was computed."""
    year = FiscalYear(run.fiscal_year)
    kept = {name: _UNTOLD | one for name, one in run.parameters.items()}
    if "municipal/premium/child/cap" in kept:
        kept[CHILD_PART] = kept["municipal/premium/child/cap"] | {"value": 1}
    return terms_of(law_of(kept, year), year)


def kept_of(ctx: Context, run: AssessmentRun, row: Assessment) -> tuple[Kept, tuple[int, ...]]:
    """One household's assessment as the rules of reductions read it, and its persons in their order."""
    people = list_persons(ctx.session, run.id, row.household_id)
    households, terms = as_households(people, row), terms_of_run(run)
    kept = Kept(terms.year, households, assess(households, terms), tuple(terms.parts))
    return kept, tuple(one.person_id for one in people)


def explain_all(ctx: Context, run: AssessmentRun, rows: Sequence[Assessment]) -> Mapping[int, Explained]:
    """The assessments of a run by household, computed together from the persons of which they were made."""
    wanted = [row.household_id for row in rows]
    statement = select(AssessedPerson).where(
        AssessedPerson.run_id == run.id, AssessedPerson.household_id.in_(wanted)
    )
    people = list(ctx.session.scalars(statement.order_by(AssessedPerson.household_id, AssessedPerson.place)))
    collected = of_rows(ctx, run, rows)
    found = {
        row.household_id: Explained(
            Told(run, row, (), (), None, row.total == 0, collected.get(row.household_id)), ()
        )
        for row in rows
    }
    if not people:
        return found
    homes = {row.household_id: row for row in rows}
    ids = list(dict.fromkeys(one.household_id for one in people))
    place = {household: number for number, household in enumerate(ids)}
    names = (*PERSON_AMOUNTS, *PERSON_MONTHS, "flags")
    columns = {name: np.array([getattr(one, name) for one in people], dtype=np.int64) for name in names}
    households = Households(
        persons_of_rows(columns, np.array([place[one.household_id] for one in people], dtype=np.int64)),
        np.array([homes[one].specified for one in ids], dtype=np.int64),
        np.array([homes[one].continuing for one in ids], dtype=np.int64),
        np.array([homes[one].exemption for one in ids], dtype=np.int64),
    )
    terms = terms_of_run(run)
    figures = assess(households, terms)
    for number, household in enumerate(ids):
        mine = [one for one in people if one.household_id == household]
        agrees = int(figures["total"][number]) == homes[household].total * UNIT
        lines = explain(households, figures, terms, number)
        persons = tuple(one.person_id for one in mine)
        told = Told(run, homes[household], persons, lines, terms, agrees, collected.get(household))
        found[household] = Explained(told, mine)
    return found
