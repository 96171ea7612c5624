"""`python -m benchmarks.premium_client FOLDER`: computes the city of DATABASE_URL, tells what it took.

The columns of the city and its rates are left in FOLDER for the peer that computes the same.

The plain calculation of the tests (`tests/rules/premium/oracle.py`) is compared with the run for every
household; that is not measured.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from benchmarks.bare_premium import bare
from models import registry
from models.assessment import AssessedPerson, Assessment
from portal import clock
from portal.app import create_app
from portal.extensions import db
from portal.settings import load_settings
from rules.law import Law
from rules.periods import FiscalYear
from rules.premium.amounts import RATE_UNIT, UNIT
from rules.premium.assessment import assess
from rules.premium.columns import Households, Persons
from rules.premium.dated_facts import households_of
from rules.premium.terms import PremiumTerms, terms_of
from services import statute
from services.assessing import run_pages, runs, what_if
from services.assessing.register_facts import Range, read_facts
from services.assessing.what_if import Wish
from services.context import SYSTEM
from services.job_kinds import Work
from services.unit_of_work import unit_of_work
from tests.rules.premium.oracle import owed
from tests.services.plain_register import facts_of

LAW = Law.load()
ROUNDS, OF_ORM = 5, 5_000
YEAR = FiscalYear.containing(clock.today())
NOW = clock.now()


def main(folder: Path) -> None:
    """Measure, and print it."""
    found: dict[str, float] = {}
    with create_app(load_settings()).app_context():
        found |= _durable(db.engine)
        found |= _computed(db.engine, folder)
        found |= _what_if()
        found |= _compared(db.engine)
    sys.stdout.write(json.dumps(found) + "\n")


def _durable(engine: Any) -> dict[str, float]:
    """Runs from their beginning to their sums, each step committed, in turn with their rows by the ORM."""
    rounds = []
    for _ in range(ROUNDS):
        run_id, told = _run()
        rounds.append(told | _by_objects(engine, run_id))
        with unit_of_work(SYSTEM, NOW) as ctx:
            runs.discard(ctx, run_id)
    return {name: min(told[name] for told in rounds) for name in rounds[0]}


def _run() -> tuple[int, dict[str, float]]:
    begun, spent = perf_counter(), process_time()
    with unit_of_work(SYSTEM, NOW) as ctx:
        run = runs.begin(ctx, YEAR.year)
        run_id, total = run.id, run_pages.last_household(ctx)
    done = 0
    while done < total:
        with unit_of_work(SYSTEM, NOW) as ctx:
            done = runs.step(ctx, Work(0, {"run": run_id}, {"next": done + 1}, done, total, 1)).done
    return run_id, {"run": perf_counter() - begun, "run_cpu": process_time() - spent}


def _by_objects(engine: Any, run_id: int) -> dict[str, float]:
    """Some of the rows of a run by the ORM, reckoned for all of them; none is kept."""
    with Session(engine) as session:
        rows = session.scalars(select(Assessment).where(Assessment.run_id == run_id).limit(OF_ORM)).all()
        ids = [row.household_id for row in rows]
        people = session.scalars(
            select(AssessedPerson).where(
                AssessedPerson.run_id == run_id, AssessedPerson.household_id.in_(ids)
            )
        ).all()
        values = [_values(Assessment, row) for row in rows], [_values(AssessedPerson, row) for row in people]
        households = session.scalar(select(func.count()).where(Assessment.run_id == run_id)) or 0
        session.execute(
            insert(registry.metadata.tables["assessment_run"]).from_select(
                [column.name for column in RUN.c if column.name != "id"],
                select(
                    *(
                        (RUN.c.number + "x").label("number") if column.name == "number" else column
                        for column in RUN.c
                        if column.name != "id"
                    )
                ).where(RUN.c.id == run_id),
            )
        )
        other = session.scalar(select(RUN.c.id).order_by(RUN.c.id.desc()).limit(1)) or 0
        begun = perf_counter()
        session.add_all(Assessment(**one | {"run_id": other}) for one in values[0])
        session.flush()
        session.add_all(AssessedPerson(**one | {"run_id": other}) for one in values[1])
        session.flush()
        orm = (perf_counter() - begun) * households / len(rows)
        session.rollback()
    return {"orm": orm, "households": households}


RUN = registry.metadata.tables["assessment_run"]


def _values(entity: Any, row: Any) -> dict[str, Any]:
    return {column.name: getattr(row, column.name) for column in entity.__table__.c}


def _computed(engine: Any, folder: Path) -> dict[str, float]:
    """The city and one household of it, and the city in bare numpy."""
    with Session(engine) as session:
        law = statute.law_on(YEAR.first_on)
        read = read_facts(session, YEAR, law, Range(1, 10**9), NOW)
    households, terms = households_of(read.facts, YEAR), terms_of(LAW, YEAR)
    figures = assess(households, terms)
    plain = bare(households, terms)
    if (plain * UNIT != figures["total"]).any():
        raise ValueError("the bare arithmetic does not agree with the rules")
    one = _first(households)
    _leave(folder, households, terms, plain)
    return {
        "city": _least(lambda: assess(households, terms)),
        "bare": _least(lambda: bare(households, terms)),
        "one": _least(lambda: assess(one, terms)) * 1_000,
    }


def _leave(folder: Path, households: Households, terms: PremiumTerms, total: Any) -> None:
    """The same columns and rates for the peer, and what each household owes."""
    persons = {name: getattr(households.persons, name) for name in Persons.__dataclass_fields__}
    ours = {"specified": households.specified, "continuing": households.continuing, "total": total}
    np.savez(folder / "city.npz", **persons, **ours)
    first, second, third, _ = terms.income.basic_deductions
    five, two = terms.reduction.per_head
    rates = {
        "basic_deduction": {"first": first, "second": second, "third": third},
        "reduction": {
            "pension_deduction": terms.income.pension_test_deduction,
            "base": terms.reduction.base,
            "per_earner": terms.reduction.per_earner,
            "five_tenths": five,
            "two_tenths": two,
        },
        "parts": {
            name: asdict(part) | {"income_rate": part.income_rate / RATE_UNIT}
            for name, part in terms.parts.items()
        },
    }
    (folder / "rates.json").write_text(json.dumps(rates), encoding="utf-8")


def _first(households: Households) -> Households:
    mine = households.persons.household == 0
    columns = {name: getattr(households.persons, name)[mine] for name in Persons.__dataclass_fields__}
    return Households(
        Persons(**columns), households.specified[:1], households.continuing[:1], households.exempted[:1]
    )


def _least(deed: Callable[[], object]) -> float:
    """The least CPU seconds of several rounds."""
    spent = []
    for _ in range(ROUNDS):
        begun = process_time()
        deed()
        spent.append(process_time() - begun)
    return min(spent)


def _what_if() -> dict[str, float]:
    """A changed rate from the click to the sums, first without and then with the persons in memory."""
    spent = []
    for rate in ("8.04", "8.10", "8.20", "8.30"):
        begun = perf_counter()
        with unit_of_work(SYSTEM, NOW) as ctx:
            what_if.answer(ctx, Wish("medical", "income_rate", rate))
        spent.append(perf_counter() - begun)
    return {"what_if_first": spent[0], "what_if": min(spent[1:])}


def _compared(engine: Any) -> dict[str, float]:
    """The run in force beside the plain calculation, household by household."""
    with Session(engine) as session:
        with unit_of_work(SYSTEM, NOW) as ctx:
            run = what_if.find_run(replace(ctx, session=session))
        if run is None:
            raise ValueError("no run is in force")
        facts, terms = facts_of(session, YEAR, run.as_of), terms_of(LAW, YEAR)
        totals = dict(
            session.execute(
                select(Assessment.household_id, Assessment.total).where(Assessment.run_id == run.id)
            ).all()
        )
    differ = sum(owed(one, terms).total != totals.get(place) for place, one in facts.items())
    return {"compared": len(totals), "differ": float(differ + len(totals.keys() ^ facts.keys()))}


if __name__ == "__main__":
    np.seterr(all="raise")
    main(Path(sys.argv[1]))
