"""The facility exception (F17, 法116条の2), drawn without code: H13, a mother who moves from home to home."""

from datetime import datetime

import pytest
from sqlalchemy import select

from models.case import Case
from models.document import PrintRequest
from models.enrolment import list_periods
from models.household import get_head
from models.person import list_addresses
from services.context import JST, SYSTEM
from services.errors import RegistrationRefused
from tests.factories.cases import IDENTITY
from tests.factories.registry import register_acquisition
from workflows.engine import runner, waking

pytestmark = pytest.mark.usefixtures("published")
MOTHER, BORN = 1, "1982-07-15"
FIRST = {"postal_code": "0000902", "address": "例示県手本市仮定町9番10号", "building": "見本苑"}
SECOND = {"postal_code": "0000903", "address": "模擬県練習市演習町11番12号", "building": "架空の里"}


@pytest.fixture
def family(uow, actor_counter):
    with uow(actor_counter) as ctx:
        return register_acquisition(ctx)


@pytest.fixture
def told(family):
    def entry(reason, household_id=None, place=FIRST, person=MOTHER, kind="special_care", **more):
        facility = {
            "facility_kind": kind,
            "facility_name": place["building"],
            "facility_address": place,
            "entered_on": "2026-11-21",
            "came_from": "home" if reason == "enter" else "facility",
            "family_left_here": True,
        }
        row = {"person_id": family.person_ids[person]} | more.pop("row", {})
        return {
            "reason": reason,
            "household_id": household_id or family.household_id,
            "event_on": "2026-11-22",
            "received_on": "2026-11-23",
            "way": "counter",
            "form_date": "2026-11-23",
            "notifier": {"name": "見本 花子", "relation": "self"},
            "phone": "000-0000-0000",
            "persons": [row],
            **(facility if reason in {"enter", "transfer"} else {}),
            **more,
        }

    return entry


@pytest.fixture
def taken(uow, actor_counter, actor_verifier):
    """Take an entry in and let it be verified; the case."""

    def take(entry):
        received = {"office_id": actor_counter.office_id}
        with uow(actor_counter) as ctx:
            done = runner.start(ctx, "facility_exception", entry["reason"], entry, received)
        with uow(actor_counter) as ctx:
            done = runner.complete(ctx, done.opened[0].id, IDENTITY)
        seen = {"reason": entry["reason"], "event_on": entry["event_on"], "persons": [{"birth_date": BORN}]}
        with uow(actor_verifier) as ctx:
            return runner.complete(ctx, done.opened[0].id, seen).case_id

    return take


@pytest.fixture
def now(session, family):
    """Household, mark and address of the mother."""

    def read():
        session.expire_all()
        person_id = family.person_ids[MOTHER]
        period = [one for one in list_periods(session, person_id) if one.superseded_at is None][-1]
        return period, list_addresses(session, person_id)[-1].address

    return read


def test_she_is_a_household_of_her_own_and_stays_ours_through_both_homes(
    session, uow, clock, family, told, taken, now
):
    first = taken(told("enter"))
    period, address = now()
    assert period.household_id != family.household_id
    assert (period.residence_exception, period.lost_on, address) == ("facility", None, FIRST["address"])
    assert get_head(session, period.household_id, clock.date()).person_id == family.person_ids[MOTHER]
    assert session.get(Case, first).state == "open"

    second = taken(told("transfer", period.household_id, SECOND))
    after, address = now()
    assert (after.household_id, after.residence_exception) == (period.household_id, "facility")
    assert (address, session.get(Case, second).state) == (SECOND["address"], "done")

    with uow(SYSTEM, datetime(2027, 7, 1, 10, tzinfo=JST)) as ctx:
        assert waking.wake(ctx, first)
    rows = session.scalars(select(PrintRequest).where(PrintRequest.document == "notice_letter")).all()
    assert [row.payload["letter"] for row in rows] == ["facility_proof_request"]


def test_who_comes_back_keeps_no_mark_and_who_stays_elsewhere_is_lost(family, told, taken, now):
    taken(told("enter"))
    period, _ = now()
    row = {"afterwards": "returned", "certificate": "collected"}
    home = {"postal_code": "0000001", "address": "見本県見本市架空町1丁目2番3号"}
    taken(told("end", period.household_id, row=row, address_after=home))
    back, address = now()
    assert (back.residence_exception, back.lost_on, address) == (None, None, home["address"])


def test_what_the_law_does_not_know_is_refused(uow, actor_counter, told):
    received = {"office_id": actor_counter.office_id}
    row = {"afterwards": "elsewhere", "certificate": "collected"}
    for entry, code in (
        (told("transfer"), "exception.not_on_record"),
        (told("end", row=row), "exception.not_on_record"),
        (told("enter", person=0), "change.no_new_head"),
    ):
        with pytest.raises(RegistrationRefused) as refused, uow(actor_counter) as ctx:
            runner.start(ctx, "facility_exception", entry["reason"], entry, received)
        assert code in [one.code for one in refused.value.findings]
