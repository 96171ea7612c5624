"""What becomes of a file: made up for after an outage, fetched, traced, erased with proof (J3, M36, N07)."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from interchange.transfers import manifest
from models import blobs, manifests
from models.audit.tags import Tag
from models.case import Case, list_open_items
from models.crypto.keyring import Keyring
from models.data_use import DataTransfer, DataTransferFetch
from models.job import Job
from models.masters import Posting
from models.notice import Notice
from models.person import Person, get_current
from portal.job_catalog import CALENDAR
from services import (
    data_use,
    data_use_endings,
    periodic,
    person_bits,
    protective_marks,
    transfer_files,
    transfer_pages,
    transfers,
)
from services.batch import transferring
from services.context import SYSTEM, Context
from services.errors import NotFound, RuleBroken, SomebodyElseWasFaster
from services.job_kinds import Work
from services.transfer_files import FileGone
from tests.factories.audit import told
from tests.factories.data_use import approved, as_of, content, handed_in, publish
from tests.factories.people import someone
from tests.factories.registry import a_person, register_acquisition
from tests.factories.staff import employ
from workflows import data_use_cases
from workflows.engine import messaging

NOVEMBER = date(2026, 11, 1)
PLACE = "見本県見本市秘密町9丁目9番9号"


@pytest.fixture(autouse=True)
def sealed(keys: Keyring, blob_folder: Path) -> None:
    del keys, blob_folder


@pytest.fixture
def citizen(ctx: Context) -> Context:
    publish(ctx)
    return as_of(ctx, employ(ctx.session, "receiving_section", office_code="12"))


@pytest.fixture
def manager(citizen: Context) -> Context:
    return as_of(citizen, employ(citizen.session, "data_protection_manager"))


def insured(ctx: Context) -> int:
    counter = as_of(ctx, employ(ctx.session, "counter", "s-registering"))
    return register_acquisition(counter, [a_person()]).person_ids[0]


def later(ctx: Context, **passed: int) -> Context:
    return Context(ctx.session, ctx.actor, ctx.at + timedelta(**passed))


def sent(ctx: Context, month: date = NOVEMBER) -> DataTransfer:
    found = transfers.send_month(ctx, "citizen", "12", month).sent
    assert found is not None
    return found


def fetched(ctx: Context, transfer_id: int, what: str = "file") -> bytes:
    """What the section gets, whole."""
    found = transfer_files.fetch(ctx, transfer_id, what)
    content = b"".join(found.pieces)
    assert found.size == len(content)
    return content


def run_job(ctx: Context, period: str) -> list[str]:
    """The month's job, every step; what it left out."""
    checkpoint: dict[str, object] = {}
    skipped: list[str] = []
    finished = False
    while not finished:
        done = int(str(checkpoint.get("at", 0)))
        step = transferring.send_month(ctx, Work(1, {"period": period}, checkpoint, done, None, 1))
        checkpoint, finished = dict(step.checkpoint), step.finished
        skipped += [one.reason_ja for one in step.skipped]
    return skipped


def test_after_an_outage_each_missed_month_is_sent_once(
    citizen: Context, manager: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    (monthly,) = (one for one in CALENDAR if one.name == "monthly_transfers")
    monkeypatch.setattr(periodic, "CALENDAR", {monthly.name: monthly})
    person_id = insured(citizen)
    approved(citizen, manager, from_on=date(2026, 11, 1), until_on=date(2027, 3, 31))
    system = Context(citizen.session, SYSTEM, citizen.at.replace(day=1))
    periodic.ask_due(system)
    back = Context(citizen.session, SYSTEM, system.at.replace(year=2027, month=1, day=20))
    for _ in range(2):
        periodic.ask_due(back)
    asked = back.session.scalars(select(Job.payload).where(Job.kind == transferring.MONTH).order_by(Job.id))
    periods = [one["period"] for one in asked]
    assert periods == ["2026-11", "2026-12", "2027-01"]
    for period in (*periods, *periods):
        skipped = run_job(back, period)
        assert len(skipped) == len(("13", "14", "15", "16"))
        assert all(one.endswith(": データ利用の承認がありません") for one in skipped)
    files = back.session.scalars(select(DataTransfer).order_by(DataTransfer.id)).all()
    assert [(one.period, one.sequence) for one in files] == list(zip(periods, (1, 2, 3), strict=True))
    assert all(person_bits.holds(one.persons, person_id) for one in files)


def test_a_value_too_long_stops_its_own_file_and_no_other(
    citizen: Context, manager: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    insured(citizen)
    approved(citizen, manager)
    broken = transfers.LayoutRefused("1行目の項目が収まりません。", "Too long.")

    def refuse(*_arguments: object) -> object:
        raise broken

    monkeypatch.setattr(transfers, "_write", refuse)
    skipped = run_job(citizen, "2026-11")
    assert skipped[0] == "市民課への資格情報の移転(第12課): 1行目の項目が収まりません。"
    assert len(skipped) == 5
    assert citizen.session.scalars(select(DataTransfer)).all() == []
    monkeypatch.undo()
    assert len(run_job(citizen, "2026-11")) == 4


def test_a_file_is_erased_with_proof_when_its_time_is_over(
    citizen: Context, manager: Context, blob_folder: Path
) -> None:
    insured(citizen)
    approved(citizen, manager)
    row = sent(citizen)
    assert transfer_files.fetch(citizen, row.id, "file").name == row.file_name
    content = fetched(citizen, row.id)
    last_day, after = later(citizen, days=30), later(citizen, days=31)
    assert transfer_files.erase_expired(last_day) == 0
    assert fetched(last_day, row.id) == content
    with pytest.raises(FileGone):  # its time is over although nothing erased it yet
        transfer_files.fetch(after, row.id, "file")
    assert transfer_files.erase_expired(after) == 1
    assert transfer_files.erase_expired(after) == 0
    assert row.erased_at == after.at
    assert [path for path in blob_folder.rglob("*") if path.is_file()] == []
    with pytest.raises(FileGone):
        transfer_files.fetch(after, row.id, "file")
    (event,) = told(citizen.session, Tag.TRANSFER_ERASED)
    assert (event.detail["gone"], event.detail["shared"]) == (True, False)
    document = fetched(after, row.id, "manifest")
    assert manifest.check(document, content, manifests.is_signed).told["file"]["sha256"] == row.file_sha256


def test_bytes_that_two_months_share_stay_until_the_last_of_them_ends(
    citizen: Context, manager: Context
) -> None:
    approved(citizen, manager)
    first, second = sent(citizen), sent(later(citizen, days=10), date(2026, 12, 1))
    assert first.file_sha256 == second.file_sha256
    transfer_files.erase_expired(later(citizen, days=31))
    assert fetched(later(citizen, days=31), second.id)
    with pytest.raises(FileGone):
        transfer_files.fetch(later(citizen, days=31), first.id, "file")
    transfer_files.erase_expired(later(citizen, days=41))
    with pytest.raises(blobs.BlobMissing):
        blobs.get(citizen.session, first.file_sha256)


def test_a_person_who_was_moved_to_another_section_fetches_nothing_of_the_old_one(
    citizen: Context, manager: Context
) -> None:
    approved(citizen, manager)
    row = sent(citizen)
    elsewhere = employ(citizen.session, "receiving_section", "s-moved", office_code="16")
    for what in ("file", "manifest"):
        with pytest.raises(NotFound):
            transfer_files.fetch(as_of(citizen, elsewhere), row.id, what)
    with pytest.raises(NotFound):
        transfer_files.fetch(manager, row.id, "file")
    assert citizen.session.scalars(select(DataTransferFetch)).all() == []


def test_protected_places_are_left_out_of_the_file_itself(citizen: Context, manager: Context) -> None:
    section = as_of(citizen, employ(citizen.session, "receiving_section", "s-address", office_code="11"))
    seen, hidden = (
        someone(citizen, name, "ミホン", "1985-07-08", PLACE) for name in ("見本　一", "見本　二")
    )
    for one in (seen, hidden):
        get_current(citizen.session, one).resident_kind = "3"
    protective_marks.mark(citizen, hidden, kind="dv", ground="申出書", from_on=citizen.today, until_on=None)
    approved(
        section,
        manager,
        transfer="address_system",
        recipient="11",
        basis="my_number_address",
        items=("addressee_number", "name", "postal_code", "address", "address_building"),
        person_range="outside_register",
        frequency="each_time",
    )
    row = transfers.send_month(section, "address_system", "11", NOVEMBER).sent
    assert row is not None
    file = fetched(section, row.id).decode()
    lines = {line.split(",")[1]: line.split(",")[2:] for line in file.splitlines()[1:]}
    assert lines["見本　二"] == ["", "", ""]
    assert lines["見本　一"][1] == PLACE
    assert file.count(PLACE) == 1
    assert (row.hidden_places, row.rows, row.replaced) == (1, 2, [])


def test_a_withdrawal_ends_the_case_that_waits_and_nobody_judges_it_any_more(
    citizen: Context, manager: Context
) -> None:
    application = handed_in(citizen)
    assert application.case_id is not None
    assert len(list_open_items(citizen.session, application.case_id)) == 1
    data_use_cases.withdraw(citizen, application.id, "不要になった")
    with pytest.raises(SomebodyElseWasFaster):  # at once, before the message has reached the case
        data_use_cases.judge(manager, application.id, "approve", "合う", basis_fits=True)
    (message,) = citizen.session.scalars(select(Job).where(Job.kind == messaging.DELIVER))
    messaging.deliver_step(
        Context(citizen.session, SYSTEM, citizen.at), Work(message.id, message.payload, {}, 0, None, 1)
    )
    assert citizen.session.get_one(Case, application.case_id).state == "done"
    assert list_open_items(citizen.session, application.case_id) == []
    with pytest.raises(SomebodyElseWasFaster):
        data_use_cases.judge(manager, application.id, "approve", "合う", basis_fits=True)
    outcome = transfers.send_month(citizen, "citizen", "12", NOVEMBER)
    assert outcome.refused is not None
    with pytest.raises(SomebodyElseWasFaster):
        data_use_cases.withdraw(citizen, application.id, "もう一度")


def test_the_auditor_goes_from_a_person_to_every_file_that_held_him(
    citizen: Context, manager: Context
) -> None:
    person_id = insured(citizen)
    approved(citizen, manager)
    first, second = sent(citizen), sent(citizen, date(2026, 12, 1))
    auditor = as_of(citizen, employ(citizen.session, "auditor"))
    number = citizen.session.get_one(Person, person_id).addressee_number
    assert [one.id for one in transfer_pages.trace(auditor, number)] == [second.id, first.id]
    other = someone(citizen, "別人　一", "ベツ", "1990-01-01", PLACE)
    number = citizen.session.get_one(Person, other).addressee_number
    assert transfer_pages.trace(auditor, number) == []
    assert [event.detail["found"] for event in told(citizen.session, Tag.TRANSFER_TRACED)] == [2, 0]
    page = transfer_pages.read_transfer(auditor, first.id)
    assert page.standing.application.recipient == "12"


def test_an_approval_that_ends_within_a_month_is_told_once_to_section_and_managers(
    citizen: Context, manager: Context
) -> None:
    application = approved(citizen, manager, until_on=citizen.today + timedelta(days=60))
    other = employ(citizen.session, "receiving_section", "s-other", office_code="13")
    gone = employ(citizen.session, "receiving_section", "s-gone", office_code="12")
    citizen.session.scalars(
        select(Posting).where(Posting.user_id == gone.staff_id)
    ).one().until_on = citizen.today
    system = Context(citizen.session, SYSTEM, citizen.at)
    assert data_use_endings.run(later(system, days=29)) == 0
    near = later(system, days=30)
    assert [data_use_endings.run(near), data_use_endings.run(near)] == [1, 0]
    told_to = {row.user_id for row in citizen.session.scalars(select(Notice))}
    assert told_to == {citizen.actor.staff_id, manager.actor.staff_id}
    assert other.staff_id not in told_to
    assert {row.number for row in citizen.session.scalars(select(Notice))} == {application.id}
    (event,) = told(citizen.session, Tag.DATA_USE_ENDING)
    assert event.detail["until"] == str(application.until_on)


def test_a_renewal_takes_an_approval_off_the_list_of_those_that_end_soon(
    citizen: Context, manager: Context
) -> None:
    first = approved(citizen, manager, until_on=citizen.today + timedelta(days=20))
    (standing,) = transfer_pages.overview(citizen).ending
    assert standing.application is first
    renewal = data_use.draft(citizen, content(), renews_id=first.id)
    data_use_cases.submit(citizen, renewal.id)
    assert len(transfer_pages.overview(manager).ending) == 1, "not yet approved"
    data_use_cases.judge(manager, renewal.id, "approve", "続けてよい", basis_fits=True)
    assert transfer_pages.overview(manager).ending == []
    assert data_use_endings.run(Context(citizen.session, SYSTEM, citizen.at)) == 0
    after = later(citizen, days=40)
    row = transfers.send_month(after, "citizen", "12", date(2027, 1, 1)).sent
    assert row is not None
    assert transfer_pages.read_transfer(after, row.id).standing.application is renewal


def test_a_run_by_hand_is_for_a_month_that_has_begun_and_a_recipient_of_the_transfer(
    manager: Context,
) -> None:
    asked = transferring.ask_one(manager, "citizen:12", "2026-11")
    assert asked.payload == {"transfer": "citizen", "recipient": "12", "period": "2026-11"}
    for month in ("2026-12", "202611", "2026-13"):
        with pytest.raises(RuleBroken):
            transferring.ask_one(manager, "citizen:12", month)
    for pair in ("citizen:13", "nothing:12", "address_system:11"):
        with pytest.raises(NotFound):
            transferring.ask_one(manager, pair, "2026-11")
