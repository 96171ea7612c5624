"""Persons outside the resident register go to the address system on each registration or update (J1)."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from models import blobs
from models.audit.tags import Tag
from models.crypto.keyring import Keyring
from models.data_use import DataTransfer, DataTransferRefusal
from models.job import Job
from models.person import Person, get_current
from services import addresses, data_use_decisions, outside_register, person_bits, persons
from services.addresses import AddressFacts
from services.batch import transferring
from services.context import SYSTEM, Context
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


def approve(counter: Context, manager: Context) -> int:
    section = as_of(counter, employ(counter.session, "receiving_section", office_code="11"))
    return approved(
        section,
        manager,
        transfer="address_system",
        recipient="11",
        basis="my_number_address",
        items=ITEMS,
        person_range="outside_register",
        frequency="each_time",
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


def test_who_is_registered_by_the_time_of_sending_is_not_sent(counter: Context, manager: Context) -> None:
    approve(counter, manager)
    person_id = register(counter)
    persons.revise(later(counter), person_id, {"resident_kind": "1"}, None, None)
    (job,) = asked(counter)
    assert "住民登録のある人" in done(later(counter), job).message_ja
    assert lines_of(counter) == []
