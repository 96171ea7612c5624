"""Letters of a list that two ask for at the same moment: each is asked for once."""

from datetime import date, datetime

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from models.audit.tags import Tag
from models.document import PrintRequest
from models.pension_deduction import APPROVED, PROVISIONAL, PensionDeduction, PensionList
from rules.premium.pension_deduction import APRIL
from services import audit, unit_of_work
from services.context import Actor, Context
from services.pensions import letters
from services.pensions.letters import NoDeduction
from tests.factories.at_once import at_once
from tests.factories.people import a_household, someone
from tests.factories.staff import employ
from tests.fixtures.databases import connect
from tests.workflows.engine.real_office import open_for_deeds

YEAR = 2026
PLACE = "見本県見本市架空町1丁目1番1号"


def a_list(ctx: Context, maker: Actor) -> int:
    """An approved list by which April, June and August take 3,000 yen each of one household."""
    head = someone(ctx, "年金　花", "ネンキン　ハナ", "1955-01-02", PLACE)
    made = PensionList(fiscal_year=YEAR, month=APRIL, decided_on=ctx.today, made_at=ctx.at, state=APPROVED)
    made.made_by_id, made.made_by_number = maker.staff_id or 0, maker.staff_number
    made.decided_by_number = "another"
    ctx.session.add(made)
    ctx.session.flush()
    decided = PensionDeduction(
        household_id=a_household(ctx, head, insured_head=True, since=date(2020, 4, 1)).id,
        person_id=head,
        fiscal_year=YEAR,
        kind=PROVISIONAL,
        payer_code="101",
        list_id=made.id,
        deducted=[3000, 3000, 3000, 0, 0, 0],
        regular=[0] * 10,
        goes_on=True,
        is_settled=False,
        decided_on=ctx.today,
        decided_at=ctx.at,
    )
    ctx.session.add(decided)
    audit.record(ctx, Tag.PENSION_LIST_APPROVED, f"pension_list:{made.id}")
    return made.id


def test_two_who_ask_for_the_letters_of_a_list_at_once_ask_for_each_once(
    fresh_url: str, keys: object, clock: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    del keys
    engine: Engine = connect(fresh_url)
    monkeypatch.setattr(unit_of_work, "_factory", [open_for_deeds(engine)])
    with Session(engine, expire_on_commit=False) as session:
        clerk = employ(session, "certificate_clerk")
    with unit_of_work.unit_of_work(clerk, clock) as ctx:
        list_id = a_list(ctx, clerk)

    def press() -> letters.AskedOfList:
        with unit_of_work.unit_of_work(clerk, clock) as ctx:
            return letters.ask_of_list(ctx, list_id)

    came = at_once(press, press)
    assert [one for one in came if isinstance(one, letters.AskedOfList)] == [letters.AskedOfList(1, 0, 0, 0)]
    assert [type(one) for one in came if isinstance(one, Exception)] == [NoDeduction]
    with Session(engine) as session:
        assert len(session.scalars(select(PrintRequest)).all()) == 1
    engine.dispose()
