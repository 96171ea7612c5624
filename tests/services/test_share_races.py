"""A share is put on record while another deed changes or merges the record of the person: PostgreSQL only."""

import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session

from models.person import get_current
from models.share_entry import ShareEntry
from services import merging, persons, share_entries, unit_of_work
from services.context import Actor, Context
from services.errors import SomebodyElseWasFaster
from services.share_entries import Told
from tests.factories.registry import a_loss, a_person, register_acquisition, register_loss
from tests.factories.staff import employ
from tests.fixtures.databases import connect
from tests.workflows.engine.real_office import open_for_deeds

pytestmark = pytest.mark.postgresql
HIGH = Told("3", "R8.8.1", "所得情報の画面")
REASON = "住民票と転入届の写しで同じ方と確かめた"


@pytest.fixture
def lasting(fresh_url: str, keys: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """A database that keeps what is committed, with a session of its own for each deed."""
    del keys
    engine = connect(fresh_url)
    monkeypatch.setattr(unit_of_work, "_factory", [open_for_deeds(engine)])
    yield engine
    engine.dispose()


@pytest.fixture
def desks(lasting: Engine) -> tuple[Actor, Actor]:
    """One who enters and one who checks."""
    with Session(lasting, expire_on_commit=False) as session:
        both = employ(session, "counter"), employ(session, "verifier")
        session.commit()
    return both


def until_somebody_waits(engine: Engine) -> None:
    """Return once another session of this database waits for a lock."""
    waits = text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as look:
        for _ in range(20_000):
            if look.execute(waits).scalar_one():
                return
    raise AssertionError("nobody waits")


def while_open(engine: Engine, actor: Actor, at: datetime, deed: Callable[[Context], Any], other: Any) -> Any:
    """What another deed gives that waits for this one, which ends only once the other waits."""
    got: list[Any] = []

    def press() -> None:
        try:
            got.append(other())
        except Exception as error:  # noqa: BLE001 - the test looks at whatever it was
            got.append(error)

    thread = threading.Thread(target=press)
    with unit_of_work.unit_of_work(actor, at) as ctx:
        deed(ctx)
        ctx.session.flush()
        thread.start()
        until_somebody_waits(engine)
    thread.join()
    return got[0]


def test_a_change_of_the_person_meanwhile_is_told_and_the_share_goes_on_record_after_it(
    lasting: Engine, desks: tuple[Actor, Actor], clock: datetime
) -> None:
    clerk, checker = desks
    with unit_of_work.unit_of_work(clerk, clock) as ctx:
        person_id = register_acquisition(
            ctx, [a_person(birth_date="1954-03-03")], event_on="2026-04-01"
        ).person_ids[0]
        entry_id = share_entries.enter(ctx, person_id, HIGH).id

    def approve() -> Any:
        with unit_of_work.unit_of_work(checker, clock) as ctx:
            return share_entries.decide(ctx, entry_id, approve=True, words=REASON).state

    def revise(ctx: Context) -> None:
        persons.revise(ctx, person_id, {"phone": "090-0000-0000"}, ctx.today, None)

    assert isinstance(while_open(lasting, clerk, clock, revise, approve), SomebodyElseWasFaster)
    assert approve() == "approved"
    with Session(lasting) as session:
        now = get_current(session, person_id)
        assert (now.phone, now.copay_share) == ("090-0000-0000", 3)


def test_a_merge_meanwhile_takes_the_entry_along_and_it_is_decided_of_the_record_kept(
    lasting: Engine, desks: tuple[Actor, Actor], clock: datetime
) -> None:
    clerk, checker = desks
    with unit_of_work.unit_of_work(clerk, clock) as ctx:
        before = register_acquisition(ctx, [a_person(birth_date="1954-03-03")], event_on="2026-04-01")
        register_loss(ctx, a_loss(before, 0, event_on="2026-06-01", household_part="whole"))
        again = register_acquisition(ctx, [a_person(birth_date="1954-03-03")], event_on="2026-07-01")
        kept, gone = before.person_ids[0], again.person_ids[0]
        entry_id = share_entries.enter(ctx, gone, HIGH).id
        merge_id = merging.propose(ctx, kept, gone, REASON).id

    def approve() -> Any:
        with unit_of_work.unit_of_work(checker, clock) as ctx:
            return share_entries.decide(ctx, entry_id, approve=True, words=REASON).person_id

    def merge(ctx: Context) -> None:
        merging.decide(ctx, merge_id, REASON, merges=True)

    assert isinstance(while_open(lasting, checker, clock, merge, approve), SomebodyElseWasFaster)
    assert approve() == kept
    with Session(lasting) as session:
        assert get_current(session, kept).copay_share == 3
        assert session.scalar(select(func.count(ShareEntry.id)).where(ShareEntry.person_id == gone)) == 0
