"""One household's assessments: each figure with its derivation, and two of them beside one another (D4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from models.assessment import (
    FINAL,
    PERSON_AMOUNTS,
    PERSON_MONTHS,
    AssessedPerson,
    Assessment,
    AssessmentRun,
    list_final,
    list_persons,
)
from models.audit.tags import Tag
from models.household import Household
from models.person import PersonRecord, list_current
from rules.periods import FiscalYear
from rules.premium.amounts import UNIT
from rules.premium.assessment import assess
from rules.premium.collection import Collection
from rules.premium.columns import Households
from rules.premium.explaining import Line, explain
from rules.premium.terms import PremiumTerms, terms_of
from services import audit
from services.assessing import run_pages
from services.assessing.computing import persons_of_rows
from services.context import Context
from services.errors import HouseholdUnknown, NotFound
from services.pensions.collected import Collected, of_rows, plain
from services.statute import all_law


@dataclass(frozen=True)
class Told:
    """An assessment with its derivation. `agrees`: the law of today still gives the total on record."""

    run: AssessmentRun
    row: Assessment
    persons: tuple[int, ...]
    lines: tuple[Line, ...]
    terms: PremiumTerms | None
    agrees: bool
    collected: Collected | None = None

    @property
    def parts(self) -> Collection:
        """How the year is collected: by instalments as assessed, or with what a pension pays."""
        return self.collected.parts if self.collected else plain(self.row)

    @property
    def late_due_on(self) -> date:
        """When the instalment after the last one is due."""
        told = self.collected.late_due_on if self.collected else None
        return told or self.run.late_due_on

    @property
    def due_dates(self) -> tuple[date, ...]:
        return tuple(date.fromisoformat(day) for day in self.run.due_dates)


@dataclass(frozen=True)
class Difference:
    """A line of which two assessments say something else; None where one of them has no such line."""

    line: Line
    person_id: int | None
    before: Line | None
    after: Line | None


@dataclass(frozen=True)
class Page:
    """A household: what is shown, what it is compared with, all that is or was in force."""

    household: Household
    told: Told | None
    other: Told | None
    differences: tuple[Difference, ...]
    history: Sequence[tuple[AssessmentRun, Assessment]]
    records: Mapping[int, PersonRecord]
    open_run: AssessmentRun | None


def read(ctx: Context, household_id: int, run_id: int | None = None, other_id: int | None = None) -> Page:
    """The assessment in force, or that of a run, beside another one (the one before, unless told).

    Raises:
        HouseholdUnknown: there is no such household.
        NotFound: the run did not assess it, or was given up.
    """
    household = ctx.session.get(Household, household_id)
    if household is None:
        raise HouseholdUnknown("この世帯はありません。", "There is no such household.")
    history = list_final(ctx.session, household_id)
    told = _told(ctx, household_id, run_id) if run_id else explained(ctx, *history[0]) if history else None
    other = None
    if told is not None:
        before = [pair for pair in history if pair[0].id != told.run.id and _is_before(pair[0], told.run)]
        if other_id:
            other = _told(ctx, household_id, other_id)
        elif before:
            other = explained(ctx, *before[0])
    people = {*(told.persons if told else ()), *(other.persons if other else ())}
    audit.record(ctx, Tag.ASSESSMENT_READ, f"household:{household_id}")
    return Page(
        household,
        told,
        other,
        differ(other, told) if told and other else (),
        history,
        list_current(ctx.session, people),
        run_pages.find_open(ctx, household_id),
    )


def _is_before(one: AssessmentRun, other: AssessmentRun) -> bool:
    return other.ended_at is None or (one.ended_at is not None and one.ended_at <= other.ended_at)


def _told(ctx: Context, household_id: int, run_id: int) -> Told:
    run, row = ctx.session.get(AssessmentRun, run_id), ctx.session.get(Assessment, (run_id, household_id))
    if run is None or row is None:
        raise NotFound("この世帯は、その賦課にありません。", "That run did not assess the household.")
    return explained(ctx, run, row)


def explained(ctx: Context, run: AssessmentRun, row: Assessment) -> Told:
    """An assessment computed anew from the persons it was made of, line by line."""
    people = list_persons(ctx.session, run.id, row.household_id)
    collected = of_rows(ctx, run, [row]).get(row.household_id)
    ids = tuple(one.person_id for one in people)
    if not people:
        return Told(run, row, (), (), None, agrees=row.total == 0, collected=collected)
    households = as_households(people, row)
    terms = terms_of(all_law(ctx), FiscalYear(run.fiscal_year))
    figures = assess(households, terms)
    agrees = int(figures["total"][0]) == row.total * UNIT
    return Told(run, row, ids, explain(households, figures, terms), terms, agrees, collected)


def as_households(people: Sequence[AssessedPerson], row: Assessment) -> Households:
    """One household as the rules read it, from the persons of its assessment."""
    names = (*PERSON_AMOUNTS, *PERSON_MONTHS, "flags")
    columns = {name: np.array([getattr(one, name) for one in people], dtype=np.int64) for name in names}
    return Households(
        persons_of_rows(columns, np.zeros(len(people), dtype=np.int64)),
        *(np.array([one], dtype=np.int64) for one in (row.specified, row.continuing, row.exemption)),
    )


def differ(before: Told, after: Told) -> tuple[Difference, ...]:
    """The lines of which two assessments do not say the same, in the order in which they are worked out."""
    left, right = _by_key(before), _by_key(after)
    keys = [*right, *(key for key in left if key not in right)]
    return tuple(
        Difference(right.get(key) or left[key], key[1], left.get(key), right.get(key))
        for key in keys
        if _value(left.get(key)) != _value(right.get(key))
    )


def _by_key(told: Told) -> dict[tuple[str, int | None], Line]:
    return {
        (line.name, None if line.person is None else told.persons[line.person]): line for line in told.lines
    }


def _value(line: Line | None) -> tuple[str, tuple[object, ...]]:
    return ("", ()) if line is None else (line.value, tuple(one.value for one in line.parameters))


def is_in_force(page: Page) -> bool:
    """Whether what is shown is what the household owes."""
    told = page.told
    return told is not None and told.run.state == FINAL and told.run.id == page.history[0][0].id
