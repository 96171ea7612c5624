"""Cases of a small procedure in two versions, for the tests of what operators do."""

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.case import Definition
from services.context import SYSTEM, Actor
from tests.factories.cases import UnitOfWork, complete
from tests.factories.small_processes import Ask, a_bundle
from workflows.engine import definitions, runner
from workflows.engine.bundle import Bundle
from workflows.engine.runner import Done

ASK, CHECK, TELL, SIGN = Ask("ask", "申請"), Ask("check", "審査"), Ask("tell", "通知"), Ask("sign", "決裁")
FIRST = a_bundle("small", [ASK, CHECK, TELL])
SECOND = a_bundle("small", [ASK, CHECK, SIGN, TELL])

Publish = Callable[[Bundle], str]


@pytest.fixture
def publish(uow: UnitOfWork) -> Publish:
    """Put a version in force; answers its hash."""

    def put(bundle: Bundle) -> str:
        with uow(SYSTEM) as ctx:
            row = definitions.publish_shipped(ctx, bundle)
            assert row is not None
            if row.state == "draft":
                definitions.publish_draft(ctx, row.slug, row.version)
        return bundle.hash

    return put


def begin(uow: UnitOfWork, actor: Actor, slug: str = "small") -> Done:
    with uow(actor) as ctx:
        return runner.begin(ctx, slug, {})


def go_on(uow: UnitOfWork, actor: Actor, done: Done) -> Done:
    """Complete the one task that a deed opened."""
    (item,) = done.opened
    return complete(uow, actor, item.id, {})


def up_to_check(uow: UnitOfWork, actor: Actor) -> Done:
    """A case that waits at the check."""
    return go_on(uow, actor, begin(uow, actor))


def versions(session: Session) -> dict[str, int]:
    return dict(session.execute(select(Definition.hash, Definition.version)))
