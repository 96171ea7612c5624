"""What the engine's tests are given: the law, the policy of numbers, the register by file, the procedures."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from interchange.juki.gateway import COLUMNS, FileRegister
from models.crypto import cipher
from rules.law import Law
from services import identity, numbers_vault, statute, unit_of_work
from services.context import SYSTEM
from services.numbers_vault import NumberPolicy
from tests.workflows.engine.real_office import RealOffice, open_office
from workflows import catalog

LAW = Law.load()


@pytest.fixture
def register_file(tmp_path: Path) -> Path:
    """Where the resident register's answers lie; empty but for its header."""
    path = tmp_path / "answers.csv"
    path.write_text(",".join(COLUMNS) + "\n", encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def office(register_file: Path) -> Iterator[None]:
    before = statute._law[:], numbers_vault._policy[:], identity._register[:]
    statute.configure(LAW)
    numbers_vault.configure(NumberPolicy.DEMONSTRATION)
    identity.configure(FileRegister(register_file))
    yield
    statute._law[:], numbers_vault._policy[:], identity._register[:] = before


@pytest.fixture
def published(session: Session, clock: datetime) -> None:
    """The shipped procedures, published as installing does."""
    catalog.load_handlers()
    with unit_of_work.unit_of_work(SYSTEM, clock) as ctx:
        catalog.publish_shipped(ctx)


@pytest.fixture
def real_office(fresh_url: str, tmp_path: Path) -> Iterator[RealOffice]:
    """An office whose deeds are committed; what was configured before comes back."""
    kept = (unit_of_work._factory, cipher._loaded, statute._law, numbers_vault._policy, identity._register)
    before = [one[:] for one in kept]
    office = open_office(fresh_url, tmp_path)
    yield office
    office.engine.dispose()
    for one, was in zip(kept, before, strict=True):
        one[:] = was
