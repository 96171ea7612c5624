"""What if: one figure of the ordinance changed for the whole city, computed while one waits (issue 7).

The persons are those of the run over the city that is in force; they never change, so that a process keeps
the last ones that it has read. Nothing is put on record, and nobody is named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from sqlalchemy import select

from models.assessment import (
    CITY,
    FINAL,
    PERSON_AMOUNTS,
    PERSON_MONTHS,
    AssessedPerson,
    Assessment,
    AssessmentRun,
)
from models.columns import Column, read
from rules.periods import FiscalYear
from rules.premium.amounts import UNIT, Mask, rate_of
from rules.premium.assessment import assess
from rules.premium.columns import Households
from rules.premium.figures import Figures
from rules.premium.terms import PARTS, PremiumTerms, terms_of
from services.assessing.computing import persons_of_rows
from services.context import Context
from services.errors import RuleBroken
from services.statute import all_law

FIGURES: Final = {
    "income_rate": ("所得割の率(%)", "Income rate (%)"),
    "per_capita": ("均等割額(円)", "Per-capita levy (yen)"),
    "household": ("平等割額(円)", "Per-household levy (yen)"),
    "cap": ("賦課限度額(円)", "Cap (yen)"),
}
MOST_YEN: Final = 10_000_000
INCOMES: Final = (0, 1_000_000, 2_000_000, 3_000_000, 5_000_000, 7_000_000)
DIFFERENCES: Final = (-50_000, -20_000, -10_000, -5_000, 0, 5_000, 10_000, 20_000, 50_000)
TYPES: Final = {
    "child": ("未就学児のいる世帯", "With a child before school"),
    "one_young": ("1人・65歳未満", "One, under 65"),
    "one_old": ("1人・65歳以上", "One, 65 or more"),
    "two": ("2人", "Two"),
    "more": ("3人以上", "Three or more"),
}
_kept: list[tuple[tuple[str, int, str], Households]] = []


@dataclass(frozen=True)
class Wish:
    """The figure that is changed: of which part, which one, as it was typed."""

    part: str
    figure: str
    typed: str


@dataclass(frozen=True)
class Group:
    """Households of one kind: how many, how many pay more and less, yen before and after."""

    households: int
    more: int
    less: int
    before: int
    after: int


@dataclass(frozen=True)
class Answer:
    """What the change comes to. `now` is the figure in force; `spread` counts households by difference."""

    run: AssessmentRun
    now: str
    all: Group
    by_income: Sequence[Group]
    by_type: Mapping[str, Group]
    by_reduction: Mapping[int, Group]
    spread: Sequence[int]


def answer(ctx: Context, wish: Wish) -> Answer:
    """Compute the city with one figure changed, beside the same city with the figures in force.

    Raises:
        RuleBroken: no run over the city is in force, or the figure cannot be read.
    """
    run = find_run(ctx)
    if run is None:
        raise RuleBroken(
            "確定した市全体の賦課がないため、試せません。先に賦課を確定してください。",
            "No run over the city is in force. Make one final first.",
        )
    terms = terms_of(all_law(ctx), FiscalYear(run.fiscal_year))
    changed, now = _changed(terms, wish)
    households = _households(ctx, run)
    before, after = assess(households, terms), assess(households, changed)
    return _told(run, now, households, before, after)


def find_run(ctx: Context) -> AssessmentRun | None:
    """The latest run over the city that is in force."""
    statement = select(AssessmentRun).where(AssessmentRun.scope == CITY, AssessmentRun.state == FINAL)
    latest = (AssessmentRun.fiscal_year.desc(), AssessmentRun.ended_at.desc(), AssessmentRun.id.desc())
    return ctx.session.scalars(statement.order_by(*latest)).first()


def _changed(terms: PremiumTerms, wish: Wish) -> tuple[PremiumTerms, str]:
    part = terms.parts.get(wish.part)
    if part is None or wish.figure not in FIGURES or wish.part not in PARTS:
        raise RuleBroken("変える基準値を一覧から選んでください。", "Choose the figure from the list.")
    typed = wish.typed.replace(",", "").strip()
    try:
        value = rate_of(typed) if wish.figure == "income_rate" else int(typed)
    except ValueError as error:
        raise _unreadable() from error
    if not 0 <= value <= MOST_YEN:
        raise _unreadable()
    now = getattr(part, wish.figure)
    told = f"{now / 1_000:.2f}" if wish.figure == "income_rate" else f"{now:,}"
    parts = dict(terms.parts) | {wish.part: replace(part, **{wish.figure: value})}
    return replace(terms, parts=parts), told


def _unreadable() -> RuleBroken:
    return RuleBroken(
        "値を読めません。率は「8.04」のように20以下・小数3けたまで、額は0円から10,000,000円までで入れてください。",
        "It cannot be read. A rate is a number like 8.04 up to 20, an amount 0 to 10,000,000 yen.",
    )


def _households(ctx: Context, run: AssessmentRun) -> Households:
    """The persons of a run as columns; the last run that was read stays in this process."""
    key = (str(ctx.session.get_bind().engine.url), run.id, run.begun_at.isoformat())
    for known, households in _kept:
        if known == key:
            return households
    names = ("household_id", "place", *PERSON_AMOUNTS, *PERSON_MONTHS, "flags")
    persons = select(*(getattr(AssessedPerson, name) for name in names))
    rows = read(ctx.session, persons.where(AssessedPerson.run_id == run.id))
    order = np.lexsort((rows["place"], rows["household_id"]))
    rows = {name: column[order] for name, column in rows.items()}
    names_of_home = ("household_id", "specified", "continuing", "exemption")
    months = select(*(getattr(Assessment, name) for name in names_of_home))
    homes = read(ctx.session, months.where(Assessment.run_id == run.id))
    ids, place = np.unique(rows["household_id"], return_inverse=True)
    by_id = np.argsort(homes["household_id"])
    found = by_id[np.searchsorted(homes["household_id"][by_id], ids)]
    households = Households(
        persons_of_rows(rows, place.astype(np.int64)), *(homes[name][found] for name in names_of_home[1:])
    )
    _kept[:] = [(key, households)]
    return households


def _told(run: AssessmentRun, now: str, households: Households, before: Figures, after: Figures) -> Answer:
    yen = before["total"] // UNIT, after["total"] // UNIT
    income = households.sum(before["leviable_income"])
    classes = np.searchsorted(np.array(INCOMES), income, side="left")
    types = _types(households)
    spread = np.searchsorted(np.array(DIFFERENCES), yen[1] - yen[0], side="left")
    changed = yen[1] != yen[0]
    return Answer(
        run,
        now,
        _group(np.ones(len(income), dtype=np.bool_), *yen),
        [_group(classes == one, *yen) for one in range(len(INCOMES) + 1)],
        {name: _group(mine, *yen) for name, mine in types.items()},
        {percent: _group(before["reduction"] == percent, *yen) for percent in (70, 50, 20, 0)},
        [int(one) for one in np.bincount(spread[changed], minlength=len(DIFFERENCES) + 1)],
    )


def _group(mine: Mask, before: Column, after: Column) -> Group:
    left, right = before[mine], after[mine]
    return Group(
        int(mine.sum()),
        int((right > left).sum()),
        int((right < left).sum()),
        int(left.sum()),
        int(right.sum()),
    )


def _types(households: Households) -> dict[str, Any]:
    persons = households.persons
    insured = persons.insured > 0
    count = households.sum(insured.astype(np.int64))
    old = households.sum((insured & persons.is_65).astype(np.int64)) > 0
    child = households.sum((insured & persons.is_preschool).astype(np.int64)) > 0
    rest = ~child
    return {
        "child": child,
        "one_young": rest & (count == 1) & ~old,
        "one_old": rest & (count == 1) & old,
        "two": rest & (count == 2),
        "more": rest & (count > 2),
    }
