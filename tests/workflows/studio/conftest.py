"""Two administrators, the law, and the shipped procedures in force."""

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from rules.law import Law
from services import statute
from services.context import SYSTEM, Actor
from tests.factories.cases import UnitOfWork
from tests.factories.staff import employ
from workflows import catalog
from workflows.studio import drafts

ROLES = frozenset({"counter", "verifier", "certificate_clerk", "section_chief", "auditor", "administrator"})


@pytest.fixture(autouse=True)
def law() -> Iterator[None]:
    before = statute._law[:]
    statute.configure(Law.load())
    yield
    statute._law[:] = before


@pytest.fixture
def author(session: Session) -> Actor:
    return employ(session, "administrator", "1001")


@pytest.fixture
def second(session: Session) -> Actor:
    return employ(session, "administrator", "1002")


@pytest.fixture
def draft_id(uow: UnitOfWork, author: Actor) -> int:
    """A draft of the acquisition by the author."""
    catalog.load_handlers()
    with uow(SYSTEM) as ctx:
        catalog.publish_shipped(ctx)
    with uow(author) as ctx:
        return drafts.begin(ctx, "acquisition", 1).id
