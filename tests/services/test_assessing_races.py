"""A rate approved while a run begins: the run has the figure that holds, or the approval is refused."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from services import parameter_entries, unit_of_work
from services.assessing import runs
from services.context import Actor, Context
from services.parameter_entries import YearAssessed
from services.parameter_reading import Told
from tests.factories.at_once import at_once
from tests.factories.staff import employ
from tests.fixtures.databases import connect
from tests.workflows.engine.real_office import open_for_deeds

RATE = "municipal/premium/medical/income_rate"
TURNS = 3
ENTERED = {"source_title": "条例", "source_article": "第12条", "source_href": "", "certainty": "verified"}


@pytest.fixture
def lasting(fresh_url: str, keys: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """A database that keeps what is committed, with a session of its own for each deed."""
    del keys
    engine = connect(fresh_url)
    monkeypatch.setattr(unit_of_work, "_factory", [open_for_deeds(engine)])
    yield engine
    engine.dispose()


def test_a_run_never_begins_with_a_rate_that_is_replaced_at_the_same_moment(
    lasting: Engine, clock: datetime
) -> None:
    with Session(lasting, expire_on_commit=False) as session:
        administrator, chief, counter = (
            employ(session, role) for role in ("administrator", "section_chief", "counter")
        )
        session.commit()

    def press(actor: Actor, does: Callable[[Context], Any]) -> Any:
        with unit_of_work.unit_of_work(actor, clock) as ctx:
            return does(ctx)

    def approve(entry_id: int) -> Any:
        def deed(ctx: Context) -> str:
            return parameter_entries.decide(ctx, entry_id, approve=True, words="写しと照合した").value

        return lambda: press(chief, deed)

    def begin(ctx: Context) -> tuple[int, str]:
        run = runs.begin(ctx, 2026)
        return run.id, str(run.parameters[RATE]["value"])

    for turn in range(1, TURNS + 1):
        told = Told(year="2026", value=f"8.0{turn}", **ENTERED)
        entry_id = press(administrator, lambda ctx: parameter_entries.enter(ctx, RATE, told).id)  # noqa: B023
        approved, begun = at_once(approve(entry_id), lambda: press(counter, begin))
        run_id, rate = begun
        if isinstance(approved, YearAssessed):
            assert rate != told.value
        else:
            assert (approved, rate) == (told.value, told.value)
        press(counter, lambda ctx: runs.discard(ctx, run_id))  # noqa: B023
        if isinstance(approved, YearAssessed):
            press(administrator, lambda ctx: parameter_entries.withdraw(ctx, entry_id))  # noqa: B023
