"""Two ceiling-amount certificates of one person decided at once: the later one ends the earlier one."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from models.enrolment import Enrolment
from models.notification import Notification
from rules.benefits.ceilings import Granted
from rules.certificates import CertificateKind
from services import unit_of_work
from services.ceiling_certificates.assessing import held_now
from services.ceiling_certificates.issuing import issue
from services.context import Actor, Context
from tests.factories.at_once import at_once
from tests.factories.registry import a_notification, a_person, register_acquisition
from tests.factories.staff import employ
from tests.fixtures.databases import connect
from tests.workflows.engine.real_office import open_for_deeds

KIND = CertificateKind.CEILING_CERTIFICATE
LAST_OF_YEAR = datetime(2027, 3, 31, 1, 0, tzinfo=UTC)
FIRST_OF_NEXT = datetime(
    2027, 4, 1, 1, 0, tzinfo=UTC
)  # serials of another series: nothing else holds them up


@pytest.fixture
def lasting(fresh_url: str, keys: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """A database that keeps what is committed, with a session of its own for each deed."""
    del keys
    engine = connect(fresh_url)
    monkeypatch.setattr(unit_of_work, "_factory", [open_for_deeds(engine)])
    yield engine
    engine.dispose()


def test_of_two_certificates_that_are_issued_at_once_one_stays_out(lasting: Engine, clock: datetime) -> None:
    with Session(lasting, expire_on_commit=False) as session:
        counter: Actor = employ(session, "counter")
        session.commit()

    def press(at: datetime, does: Callable[[Context], Any]) -> Any:
        with unit_of_work.unit_of_work(counter, at) as ctx:
            return does(ctx)

    person_id = press(clock, lambda ctx: register_acquisition(ctx, [a_person()]).person_ids[0])

    def give(notification_id: int) -> Callable[[Context], int]:
        def deed(ctx: Context) -> int:
            period = ctx.session.scalars(select(Enrolment).where(Enrolment.person_id == person_id)).one()
            granted = Granted(KIND, date(2026, 12, 1), date(2027, 7, 31))
            notification = ctx.session.get_one(Notification, notification_id)
            return issue(ctx, period, granted, "ウ", (), notification, "counter")[0].id

        return deed

    first, second = (
        press(clock, lambda ctx: a_notification(ctx, "ceiling_certificate", "ceiling").id) for _ in range(2)
    )
    issued = at_once(lambda: press(LAST_OF_YEAR, give(first)), lambda: press(FIRST_OF_NEXT, give(second)))
    out = press(FIRST_OF_NEXT, lambda ctx: [one.id for one in held_now(ctx, person_id)])
    assert len(out) == 1
    assert out[0] in issued
