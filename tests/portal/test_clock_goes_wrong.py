"""The clock jumps ahead, goes back by an hour, or the machine stands in another time zone (d-12, d-13)."""

import os
import subprocess
import sys
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from models.audit import verify
from models.audit.event import AuditEvent
from portal import clock
from portal.extensions import db
from portal.security.factors import code_at
from tests.architecture.tree import ROOT
from tests.portal.conftest import SECRET, Visitor

HOUR = timedelta(hours=1)


@pytest.fixture
def shifted(monkeypatch: pytest.MonkeyPatch):
    """Set the clock off by so much against now."""
    began = clock.now()

    def shift(by: timedelta) -> None:
        monkeypatch.setattr(clock, "now", lambda: began + by)

    shift(timedelta(0))
    return shift


def enter(visitor: Visitor) -> str:
    """Sign in with the code of now, as the person's own app shows it; the code."""
    code = code_at(SECRET, clock.now())
    address = visitor.show_password("counter").location
    assert visitor.post(address, code=code).status_code == 302
    return code


def test_a_code_is_taken_once_and_not_again_when_the_clock_goes_back(app: Flask, shifted) -> None:
    code = enter(Visitor(app))
    for by in (timedelta(0), timedelta(seconds=29), -timedelta(seconds=29), -HOUR):
        shifted(by)
        again = Visitor(app)
        address = again.show_password("counter").location
        assert again.post(address, code=code).status_code == 401
        assert again.post(address, code=code_at(SECRET, clock.now())).status_code in {401, 302}
        shifted(timedelta(0))


def test_while_the_clock_is_back_an_older_code_opens_nothing_and_later_ones_do(app: Flask, shifted) -> None:
    enter(Visitor(app))
    shifted(-HOUR)
    back = Visitor(app)
    address = back.show_password("counter").location
    assert back.post(address, code=code_at(SECRET, clock.now())).status_code == 401
    shifted(timedelta(minutes=1))
    assert enter(Visitor(app))


def test_a_code_of_another_time_opens_nothing(app: Flask, shifted) -> None:
    early = code_at(SECRET, clock.now() + timedelta(minutes=3))
    late = code_at(SECRET, clock.now() - timedelta(minutes=3))
    shifted(timedelta(0))
    visitor = Visitor(app)
    address = visitor.show_password("counter").location
    assert [visitor.post(address, code=code).status_code for code in (early, late)] == [401, 401]


def test_a_clock_that_jumps_ahead_locks_the_screen_and_ends_nothing_else(app: Flask, shifted) -> None:
    visitor = Visitor(app)
    enter(visitor)
    shifted(HOUR)
    answer = visitor.get("/profile/")
    assert answer.status_code == 303
    assert "/lock/" in answer.location
    shifted(timedelta(days=1))
    assert "/login/" in visitor.get("/profile/").location


def test_a_clock_that_goes_back_gives_nobody_more_time(app: Flask, shifted) -> None:
    visitor = Visitor(app)
    enter(visitor)
    shifted(-HOUR)
    assert visitor.get("/profile/").status_code == 200
    shifted(timedelta(minutes=11))
    assert "/lock/" in visitor.get("/profile/").location


def test_the_audit_record_goes_by_its_numbers_not_by_the_clock(app: Flask, shifted) -> None:
    enter(Visitor(app))
    shifted(-HOUR)
    Visitor(app).show_password("verifier")
    with app.app_context():
        rows = db.session.execute(select(AuditEvent.id, AuditEvent.at).order_by(AuditEvent.id)).all()
        assert [row.at for row in rows] != sorted(row.at for row in rows)
        with db.engine.connect() as connection:
            assert verify.verify(connection).fault is None
        db.session.remove()


PROGRAM = """
import json
from datetime import UTC, datetime
from portal.security.factors import code_at
from services.context import JST, SYSTEM, Context
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
moments = [
    datetime(2027, 3, 31, 14, 59, 59, tzinfo=UTC), datetime(2027, 3, 31, 15, 0, tzinfo=UTC),
    datetime(2026, 3, 8, 7, 30, tzinfo=UTC), datetime(2026, 11, 1, 6, 30, tzinfo=UTC),
]
told = [
    [Context(None, SYSTEM, at).today.isoformat(), at.astimezone(JST).isoformat(), code_at(SECRET, at)]
    for at in moments
]
print(json.dumps(told))
"""


def test_the_machine_may_stand_in_any_time_zone() -> None:
    """New York changes its clock on two of these days; Japan never does."""
    told = {
        zone: subprocess.run(
            [sys.executable, "-c", PROGRAM],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], "TZ": zone},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for zone in ("Asia/Tokyo", "America/New_York", "UTC")
    }
    assert len(set(told.values())) == 1
    assert '["2027-03-31", "2027-03-31T23:59:59+09:00"' in told["UTC"]
    assert '["2027-04-01", "2027-04-01T00:00:00+09:00"' in told["UTC"]
