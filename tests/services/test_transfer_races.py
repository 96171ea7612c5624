"""Approve, revoke, edit, withdraw and send at the same moment: no file without a valid approval (M34)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Barrier, Thread

import pytest
from sqlalchemy import select

from models import blobs, registry
from models.audit.event import AuditEvent
from models.audit.tags import Tag
from models.crypto.keyring import Keyring
from models.data_use import DataTransfer, DataUseApplication, DataUseApproval, DataUseDecision
from models.document import StoredBlob
from services import audit, data_use, data_use_decisions, transfers, unit_of_work
from services.context import SYSTEM, Actor, Context
from services.errors import ServiceError
from services.transfers import Outcome
from tests.factories.data_use import content, handed_in, publish
from tests.factories.jobs import sessions_of
from tests.factories.staff import employ
from tests.fixtures.databases import load_keys
from workflows import data_use_cases

pytestmark = pytest.mark.postgresql
AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
NOVEMBER = date(2026, 11, 1)
ROUNDS, PATIENCE = 3, 60
Deed = Callable[[Context], object]


@dataclass(frozen=True)
class City:
    """Who works in it, each with a session of his own for each deed."""

    citizen: Actor
    manager: Actor
    other_manager: Actor

    def do(self, actor: Actor, deed: Deed) -> object:
        with unit_of_work.unit_of_work(actor, AT) as ctx:
            return deed(ctx)

    def apply(self) -> int:
        """An application that waits for its judgement."""
        with unit_of_work.unit_of_work(self.citizen, AT) as ctx:
            return handed_in(ctx).id

    def approve(self, application_id: int) -> Deed:
        return lambda ctx: data_use_cases.judge(ctx, application_id, "approve", "合う", basis_fits=True)

    def approved(self) -> int:
        application_id = self.apply()
        self.do(self.manager, self.approve(application_id))
        return application_id

    def send(self, month: date) -> Deed:
        return lambda ctx: transfers.send_month(ctx, "citizen", "12", month)

    def at_once(self, *deeds: tuple[Actor, Deed]) -> list[object]:
        """Do deeds at the same moment; answers what came of each, in their order."""
        start, came = Barrier(len(deeds)), dict[int, object]()

        def run(place: int, actor: Actor, deed: Deed) -> None:
            start.wait(PATIENCE)
            try:
                came[place] = self.do(actor, deed)
            except Exception as error:  # noqa: BLE001 - looked at by the test
                came[place] = error

        threads = [Thread(target=run, args=(place, *one)) for place, one in enumerate(deeds)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE)
        return [came[place] for place in range(len(deeds))]


@pytest.fixture
def city(fresh_url: str, keys: Keyring, tmp_path: Path, blob_folder: Path) -> Iterator[City]:
    del keys, blob_folder
    load_keys(f"sqlite:///{tmp_path / 'keys.sqlite3'}")  # threads share it
    assert registry.TABLES
    before = unit_of_work._factory[:]
    factory = sessions_of(fresh_url)
    unit_of_work.configure(factory)
    with unit_of_work.unit_of_work(SYSTEM, AT) as ctx:
        publish(ctx)
    with factory() as session:
        yield City(
            employ(session, "receiving_section", office_code="12"),
            employ(session, "data_protection_manager"),
            employ(session, "data_protection_manager", "s-second-manager"),
        )
    unit_of_work._factory[:] = before


def events() -> list[str]:
    """The tags of what happened, in the order in which it was committed."""
    with unit_of_work.unit_of_work(SYSTEM, AT) as ctx:
        return list(ctx.session.scalars(select(AuditEvent.tag).order_by(AuditEvent.id)))


def rows(table: type) -> list[object]:
    with unit_of_work.unit_of_work(SYSTEM, AT) as ctx:
        return list(ctx.session.scalars(select(table)))


def end_by(way: str, application_id: int) -> tuple[str, Deed]:
    """A way to end an approval: the event that it leaves, and the deed."""
    ways: dict[str, tuple[str, Deed]] = {
        "revoke": (
            Tag.DATA_USE_REVOKED.value,
            lambda ctx: data_use_decisions.revoke(ctx, application_id, "目的が終わった"),
        ),
        "withdraw": (
            Tag.DATA_USE_WITHDRAWN.value,
            lambda ctx: data_use_cases.withdraw(ctx, application_id, "不要になった"),
        ),
        "edit": (
            Tag.DATA_USE_CHANGED.value,
            lambda ctx: data_use.change(
                ctx, application_id, content(items=("addressee_number", "acquired_on"))
            ),
        ),
    }
    return ways[way]


@pytest.mark.parametrize("way", ["revoke", "withdraw", "edit"])
def test_what_ends_an_approval_comes_before_the_file_or_after_it(city: City, way: str) -> None:
    for place in range(ROUNDS):
        application_id, month, seen = city.approved(), date(2027, 1 + place, 1), len(events())
        ended, deed = end_by(way, application_id)
        who = city.manager if way == "revoke" else city.citizen
        outcome, done = city.at_once((city.citizen, city.send(month)), (who, deed))
        assert isinstance(outcome, Outcome), outcome
        assert not isinstance(done, Exception), done
        told = [one for one in events()[seen:] if one in {ended, Tag.TRANSFER_SENT, Tag.TRANSFER_REFUSED}]
        assert told in (
            [Tag.TRANSFER_SENT, ended],
            [ended, Tag.TRANSFER_REFUSED],
            [Tag.TRANSFER_REFUSED, ended],
        )
        assert (outcome.sent is not None) == (told[0] == Tag.TRANSFER_SENT)
    sent = [one for one in events() if one == Tag.TRANSFER_SENT]
    assert len(rows(DataTransfer)) == len(sent)


@pytest.mark.parametrize("way", ["revoke", "withdraw", "edit"])
def test_an_approval_that_ends_while_the_file_is_being_written_stops_it(
    city: City, way: str, monkeypatch: pytest.MonkeyPatch, blob_folder: Path
) -> None:
    """The run was let through when it began; at the moment of sending it is asked again."""
    application_id = city.approved()
    ended, deed = end_by(way, application_id)
    write = transfers._write

    def ended_meanwhile(*arguments: object) -> object:
        written = write(*arguments)  # type: ignore[arg-type]
        city.do(city.manager if way == "revoke" else city.citizen, deed)
        return written

    monkeypatch.setattr(transfers, "_write", ended_meanwhile)
    outcome = city.do(city.citizen, city.send(NOVEMBER))
    assert isinstance(outcome, Outcome)
    assert outcome.refused is not None
    expected = {"revoke": "revoked", "withdraw": "withdrawn", "edit": "content_changed"}
    assert outcome.refused.missing == expected[way]
    assert events()[-2:] == [ended, Tag.TRANSFER_REFUSED]
    assert rows(DataTransfer) == []
    assert not [path for path in blob_folder.rglob("*") if path.is_file()]


def test_an_approval_that_is_just_being_given_carries_the_file_or_comes_too_late(city: City) -> None:
    for place in range(ROUNDS):
        application_id, month, seen = city.apply(), date(2027, 1 + place, 1), len(events())
        outcome, judged = city.at_once(
            (city.citizen, city.send(month)), (city.manager, city.approve(application_id))
        )
        assert isinstance(outcome, Outcome), outcome
        assert judged is True
        told = [
            one
            for one in events()[seen:]
            if one in {Tag.DATA_USE_GRANTED, Tag.TRANSFER_SENT, Tag.TRANSFER_REFUSED}
        ]
        assert Tag.DATA_USE_GRANTED in told
        assert outcome.sent is None or told == [Tag.DATA_USE_GRANTED, Tag.TRANSFER_SENT]
        city.do(city.manager, end_by("revoke", application_id)[1])


def test_three_senders_of_a_month_make_one_file(city: City) -> None:
    city.approved()
    came = city.at_once(*[(city.citizen, city.send(NOVEMBER))] * 3)
    assert all(isinstance(one, Outcome) for one in came), came
    files = rows(DataTransfer)
    assert len(files) == 1
    assert {one.sent.id for one in came if isinstance(one, Outcome) and one.sent} == {files[0].id}  # type: ignore[attr-defined]
    assert sorted(one.is_new for one in came if isinstance(one, Outcome)) == [False, False, True]


def test_two_senders_under_two_approvals_make_one_file(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    """A renewal is approved between the beginnings of two runs, so that each goes under its own approval."""
    city.approved()
    write = transfers._write

    def overtaken(*arguments: object) -> object:
        written = write(*arguments)  # type: ignore[arg-type]
        monkeypatch.setattr(transfers, "_write", write)
        city.approved()
        city.do(city.citizen, city.send(NOVEMBER))
        return written

    monkeypatch.setattr(transfers, "_write", overtaken)
    outcome = city.do(city.citizen, city.send(NOVEMBER))
    assert isinstance(outcome, Outcome)
    assert outcome.is_new is False
    assert [one.sequence for one in rows(DataTransfer)] == [1]  # type: ignore[attr-defined]


def test_two_deciders_at_once_make_one_decision(city: City) -> None:
    application_id = city.apply()
    deed = city.approve(application_id)
    came = city.at_once((city.manager, deed), (city.other_manager, deed))
    refused = [one for one in came if isinstance(one, Exception)]
    assert len(refused) == 1
    assert isinstance(refused[0], ServiceError), refused
    assert (len(rows(DataUseDecision)), len(rows(DataUseApproval))) == (1, 1)
    (application,) = rows(DataUseApplication)
    assert application.state == "approved"  # type: ignore[attr-defined]


def test_bytes_that_are_erased_and_sent_at_once_are_kept_for_who_was_sent_them(city: City) -> None:
    """Two months without a change are the same bytes: what erases the one must not take the other's."""

    def put(ctx: Context) -> str:
        return blobs.put(ctx.session, b"same", AT)

    def destroy(ctx: Context) -> bool:
        return blobs.destroy(ctx.session, digest)

    for _ in range(ROUNDS):
        digest = str(city.do(SYSTEM, lambda ctx: _recorded(ctx, put)))
        came = city.at_once(
            (SYSTEM, lambda ctx: _recorded(ctx, put)), (SYSTEM, lambda ctx: _recorded(ctx, destroy))
        )
        assert not [one for one in came if isinstance(one, Exception)], came
        with unit_of_work.unit_of_work(SYSTEM, AT) as ctx:
            try:
                assert blobs.get(ctx.session, digest) == b"same"
            except blobs.BlobMissing:
                assert ctx.session.get(StoredBlob, digest) is None, "a row without its file"


def _recorded(ctx: Context, deed: Deed) -> object:
    came = deed(ctx)
    audit.record(ctx, Tag.HOUSE_KEPT)
    return came
