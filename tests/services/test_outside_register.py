"""Persons outside the resident register go to the address system on each registration or update (J1)."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from models import blobs
from models.audit.tags import Tag
from models.crypto.keyring import Keyring
from models.data_use import DataTransfer, DataTransferRefusal
from models.job import Job
from models.person import Person, get_current
from services import (
    addresses,
    data_use_decisions,
    outside_register,
    person_bits,
    persons,
    transfer_pages,
)
from services.addresses import AddressFacts
from services.batch import transferring
from services.context import JST, SYSTEM, Context
from services.job_kinds import Progress, Work
from services.persons import PersonFacts
from tests.factories.audit import told
from tests.factories.data_use import approved, as_of, publish
from tests.factories.staff import employ

OUTSIDE = PersonFacts("見本　一", "1985-07-08", "2", "ミホン　ハジメ", resident_kind="3")
HOME, NEW_HOME = AddressFacts("見本県隣市1番1号"), AddressFacts("見本県隣市2番2号")
ITEMS = ("addressee_number", "name", "address")


@pytest.fixture(autouse=True)
def sealed(keys: Keyring, blob_folder: Path) -> None:
    del keys, blob_folder


@pytest.fixture
def counter(ctx: Context) -> Context:
    publish(ctx)
    return as_of(ctx, employ(ctx.session, "counter", "s-window"))


@pytest.fixture
def manager(counter: Context) -> Context:
    return as_of(counter, employ(counter.session, "data_protection_manager"))


def approve(counter: Context, manager: Context, **more: Any) -> int:
    number = f"s-section-{len(again_asked(counter))}"
    section = as_of(counter, employ(counter.session, "receiving_section", number, office_code="11"))
    return approved(
        section,
        manager,
        transfer="address_system",
        recipient="11",
        basis="my_number_address",
        items=ITEMS,
        person_range="outside_register",
        frequency="each_time",
        **more,
    ).id


def register(ctx: Context, facts: PersonFacts = OUTSIDE) -> int:
    """A person and where he lives, taken in by one deed."""
    person_id = persons.create(ctx, facts, None).id
    addresses.move_all(ctx, [person_id], HOME, date(2026, 11, 1), None, newcomers=[person_id])
    return person_id


def later(ctx: Context, minutes: int = 1) -> Context:
    return Context(ctx.session, ctx.actor, ctx.at + timedelta(minutes=minutes))


def asked(ctx: Context) -> list[Job]:
    found = select(Job).where(Job.kind == outside_register.KIND).order_by(Job.id)
    return list(ctx.session.scalars(found))


def done(ctx: Context, job: Job) -> Progress:
    system = Context(ctx.session, SYSTEM, ctx.at)
    return transferring.send_event(system, Work(job.id, job.payload, {}, 0, None, 1))


def again_asked(ctx: Context) -> list[Job]:
    found = select(Job).where(Job.kind == outside_register.AGAIN).order_by(Job.id)
    return list(ctx.session.scalars(found))


def send_again(ctx: Context, job: Job) -> Progress:
    system = Context(ctx.session, SYSTEM, ctx.at)
    return transferring.send_again(system, Work(job.id, job.payload, {}, 0, None, 1))


def lines_of(ctx: Context) -> list[str]:
    """What was sent, one line for each file."""
    rows = ctx.session.scalars(select(DataTransfer).order_by(DataTransfer.id)).all()
    files = [blobs.get(ctx.session, row.file_sha256).decode().splitlines() for row in rows]
    assert all(len(file) == len(("head", "person")) for file in files)
    return [file[1] for file in files]


def test_each_registration_and_update_is_a_file_of_that_person_alone(
    counter: Context, manager: Context
) -> None:
    approve(counter, manager)
    bystander = register(counter, replace(OUTSIDE, name="別人　二"))
    person_id = register(later(counter))
    second, third = later(counter, 2), later(counter, 3)
    persons.revise(second, person_id, {"name": "見本　改"}, None, None)
    addresses.move(third, person_id, NEW_HOME, date(2026, 11, 20), None)
    jobs = [one for one in asked(counter) if one.payload["person_id"] == person_id]
    number = counter.session.get_one(Person, person_id).addressee_number
    assert len(jobs) == len(("registered", "renamed", "moved"))
    for job in jobs:
        assert done(third, job).message_ja == "送付しました。"
    assert lines_of(counter) == [f"{number},見本　改,見本県隣市2番2号"] * 3
    rows = counter.session.scalars(select(DataTransfer)).all()
    assert all(person_bits.holds(row.persons, person_id) for row in rows)
    assert not any(person_bits.holds(row.persons, bystander) for row in rows)
    assert sorted(row.sequence for row in rows) == [1, 2, 3]


def test_a_person_and_his_address_of_one_deed_are_one_event_and_a_repeated_try_sends_nothing_more(
    counter: Context, manager: Context
) -> None:
    approve(counter, manager)
    register(counter)
    (job,) = asked(counter)
    for _ in range(2):
        assert done(counter, job).finished
    assert len(lines_of(counter)) == 1


def test_whoever_is_registered_is_no_event_and_what_changes_nothing_is_none(counter: Context) -> None:
    resident = register(counter, replace(OUTSIDE, resident_kind="1"))
    persons.revise(later(counter), resident, {"name": "見本　改"}, None, None)
    addresses.move(later(counter), resident, NEW_HOME, date(2026, 11, 20), None)
    assert asked(counter) == []
    outside = register(counter)
    persons.revise(later(counter), outside, {"name": OUTSIDE.name}, None, None)
    addresses.move(later(counter), outside, HOME, date(2026, 11, 20), None)
    assert len(asked(counter)) == 1


def test_without_an_approval_it_is_refused_on_record_and_the_registration_stays(
    counter: Context, manager: Context
) -> None:
    person_id = register(counter)
    (job,) = asked(counter)
    came = done(counter, job)
    assert came.finished
    assert came.message_ja.endswith(": データ利用の承認がありません")
    assert [one.detail["missing"] for one in told(counter.session, Tag.TRANSFER_REFUSED)] == ["no_approval"]
    application = approve(counter, manager)
    data_use_decisions.revoke(manager, application, "目的が終わった")
    addresses.move(later(counter), person_id, NEW_HOME, date(2026, 11, 20), None)
    done(counter, asked(counter)[-1])
    refused = counter.session.scalars(select(DataTransferRefusal).order_by(DataTransferRefusal.id)).all()
    assert [one.missing for one in refused] == ["no_approval", "revoked"]
    assert counter.session.scalars(select(DataTransfer)).all() == []
    assert get_current(counter.session, person_id).name == OUTSIDE.name


def test_what_was_refused_is_sent_once_when_an_approval_comes_into_force(
    counter: Context, manager: Context
) -> None:
    people = [register(later(counter, n), replace(OUTSIDE, name=f"見本　{n}")) for n in range(3)]
    for job in asked(counter):
        assert done(counter, job).skipped
    persons.revise(later(counter, 5), people[2], {"resident_kind": "1"}, None, None)
    application = approve(counter, manager)
    (again,) = again_asked(counter)
    assert (again.payload, again.next_at) == ({"transfer": "address_system", "recipient": "11"}, manager.at)
    came = send_again(counter, again)
    assert (came.finished, came.message_ja) == (True, "承認がなく送付できなかった異動2件を送付しました。")
    sent = [line.split(",")[1] for line in lines_of(counter)]
    assert sent == ["見本　0", "見本　1"]
    assert send_again(counter, again).message_en.startswith("0 events")
    for job in asked(counter)[:2]:
        assert done(counter, job).finished
    data_use_decisions.revoke(manager, application, "目的が終わった")
    approve(counter, manager)
    assert send_again(counter, again_asked(counter)[-1]).done == 0
    assert len(lines_of(counter)) == len(sent)


def test_what_waits_is_sent_on_the_first_day_of_the_approval_and_stays_where_it_is_gone_by_then(
    counter: Context, manager: Context
) -> None:
    register(counter)
    done(counter, asked(counter)[0])
    first_day = date(2026, 12, 1)
    application = approve(counter, manager, from_on=first_day)
    (again,) = again_asked(counter)
    assert again.next_at.astimezone(JST) == datetime(2026, 12, 1, tzinfo=JST)
    data_use_decisions.revoke(manager, application, "目的が終わった")
    on_that_day = Context(counter.session, counter.actor, again.next_at)
    came = send_again(on_that_day, again)
    assert (came.finished, came.done) == (True, 0)
    assert came.skipped[0].reason_ja.endswith(": 承認が取り消されています")
    assert lines_of(counter) == []


def test_an_approval_of_a_monthly_transfer_asks_for_nothing_again(counter: Context, manager: Context) -> None:
    approved(as_of(counter, employ(counter.session, "receiving_section", office_code="12")), manager)
    assert again_asked(counter) == []


def test_who_is_registered_by_the_time_of_sending_is_not_sent(counter: Context, manager: Context) -> None:
    approve(counter, manager)
    person_id = register(counter)
    persons.revise(later(counter), person_id, {"resident_kind": "1"}, None, None)
    (job,) = asked(counter)
    assert "住民登録のある人" in done(later(counter), job).message_ja
    assert lines_of(counter) == []


def test_a_refused_event_of_somebody_who_is_registered_by_now_waits_for_no_approval(
    counter: Context, manager: Context
) -> None:
    person_id, other = register(counter), register(later(counter))
    for job in asked(counter):
        done(counter, job)
    assert transfer_pages.overview(manager).over == frozenset()
    persons.revise(later(counter, 2), person_id, {"resident_kind": "1"}, None, None)
    page = transfer_pages.overview(manager)
    first, second = sorted(page.refused, key=lambda one: one.id)
    assert (page.is_over(first), page.is_over(second)) == (True, False)
    assert get_current(counter.session, other).resident_kind == "3"
