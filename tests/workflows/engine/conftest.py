"""What the engine's tests are given: the law, the policy of numbers, the register by file, the procedures."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from interchange.juki.gateway import COLUMNS, FileRegister
from rules.law import Law
from services import identity, numbers_vault, statute
from services.context import SYSTEM
from services.numbers_vault import NumberPolicy
from services.unit_of_work import unit_of_work
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
    with unit_of_work(SYSTEM, clock) as ctx:
        catalog.publish_shipped(ctx)
