"""Two desks write the same number at once: one is linked, the other waits on the list (A7)."""

from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier, Thread

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import registry
from models.confirmation import ConfirmationRow
from models.crypto.keyring import Keyring
from models.person import Person
from models.vault_table import IndividualNumber
from services import number_linking, numbers_vault
from services.context import SYSTEM, Context
from services.numbers_vault import NumberPolicy
from tests.fixtures.databases import connect, load_keys

AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
NUMBER, OTHER = "000000000019", "000000000027"


@pytest.fixture
def engine_of_its_own(fresh_url: str, keys: Keyring, tmp_path: Path):
    del keys
    load_keys(f"sqlite:///{tmp_path / 'keys.sqlite3'}")  # threads share it
    assert registry.TABLES
    engine = connect(fresh_url)
    with Session(engine) as session, session.begin():
        session.add_all(Person(id=one, addressee_number=f"{one:015}", created_at=AT) for one in (1, 2))
    yield engine
    engine.dispose()


@pytest.mark.parametrize(
    ("writes", "kind"),
    [
        ([(1, NUMBER), (2, NUMBER)], "held_by_another"),
        ([(1, NUMBER), (1, OTHER)], "person_has_another"),
    ],
    ids=["one number, two persons", "one person, two numbers"],
)
def test_of_two_writes_at_once_one_is_linked_and_one_is_held(engine_of_its_own, writes, kind, monkeypatch):
    monkeypatch.setattr(numbers_vault, "_policy", [NumberPolicy.DEMONSTRATION])
    both, failures = Barrier(2), []

    def write(person_id: int, digits: str) -> None:
        try:
            with Session(engine_of_its_own) as session:
                if session.get_bind().dialect.name == "sqlite":
                    session.connection().exec_driver_sql("COMMIT")
                    both.wait(20)
                    session.connection().exec_driver_sql("BEGIN IMMEDIATE")
                else:
                    both.wait(20)
                ctx = Context(session, SYSTEM, AT)
                reference = numbers_vault.receive(ctx, digits)
                number_linking.write_all(ctx, {person_id: reference}, None)
                session.commit()
        except Exception as error:  # noqa: BLE001 - shown by the assertion below
            failures.append(error)

    threads = [Thread(target=write, args=one) for one in writes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    with Session(engine_of_its_own) as session:
        states = session.scalars(select(IndividualNumber.state)).all()
        assert sorted(states) == ["confirmed", "provisional"]
        assert session.scalars(select(ConfirmationRow.kind)).all() == [kind]
