"""Run beside a portal's data: thirty notifications under way, and a second version of their procedure.

`python -m tests.scenarios.running_cases 30` takes in thirty acquisitions whose identity check is recorded in
the background; the first goes on to it. Then a version with another title for the verification is in force.
"""

import sys
from dataclasses import replace
from datetime import date

from sqlalchemy import select

from models.staff import User, find_posting
from portal import clock
from portal.app import create_app
from portal.settings import load_settings
from services.context import SYSTEM, Actor
from services.unit_of_work import unit_of_work
from tests.factories.cases import IDENTITY
from tests.factories.registry import an_acquisition
from workflows import catalog
from workflows.engine import definitions, runner
from workflows.engine.bundle import Bundle

TITLE = '<spiffworkflow:property name="title_en" value="Record and match" />'
IN_THE_BACKGROUND = f"""{TITLE}<spiffworkflow:property name="async" value="true" />
<spiffworkflow:property name="retries" value="0" />"""
OLD, NEW = "照合(紙の届出書から入力)", "二人目の照合"


def first() -> Bundle:
    """The acquisition, whose identity check is recorded in the background."""
    shipped = catalog.shipped_bundle("acquisition")
    source = shipped.bpmn["identity_check"]
    assert TITLE in source
    return replace(shipped, bpmn={**shipped.bpmn, "identity_check": source.replace(TITLE, IN_THE_BACKGROUND)})


def second() -> Bundle:
    """The same with another title for the verification."""
    before = first()
    assert OLD in before.bpmn["verification"]
    return replace(
        before, bpmn={**before.bpmn, "verification": before.bpmn["verification"].replace(OLD, NEW)}
    )


def publish(bundle: Bundle) -> None:
    with unit_of_work(SYSTEM, clock.now()) as ctx:
        row = definitions.publish_shipped(ctx, bundle)
        assert row is not None
        definitions.publish_draft(ctx, row.slug, row.version)


def clerk(account: str) -> Actor:
    with unit_of_work(SYSTEM, clock.now()) as ctx:
        user = ctx.session.scalars(select(User).where(User.username == account)).one()
        posting = find_posting(ctx.session, user.id, ctx.today)
        assert posting is not None
        return Actor(user.id, posting.staff_number, user.username, posting.office_id, frozenset({"counter"}))


def take_in(actor: Actor, count: int, day: date) -> int:
    """So many acquisitions; the task of the first one's identity check."""
    items = []
    entry = an_acquisition(received_on=day.isoformat(), event_on=day.isoformat())
    for _ in range(count):
        with unit_of_work(actor, clock.now()) as ctx:
            done = runner.start(ctx, "acquisition", entry["reason"], entry, {"office_id": actor.office_id})
            items.append(done.opened[0].id)
    return items[0]


def main(count: int) -> None:
    app = create_app(load_settings())
    with app.app_context():
        publish(first())
        actor = clerk("sato")
        item = take_in(actor, count, clock.today())
        with unit_of_work(actor, clock.now()) as ctx:
            runner.complete(ctx, item, IDENTITY)
        publish(second())


if __name__ == "__main__":
    main(int(sys.argv[1]))
