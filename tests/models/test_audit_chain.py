"""The record cannot be changed unseen; nothing is done that it cannot take up (M15, T15, d-09, d-10)."""

import hmac
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import Connection, Engine, NullPool, event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from models.audit import anchor, chain, verify, writer
from models.audit.chain import Entry
from models.audit.pseudonym import pseudonym_of
from models.audit.tags import Tag
from models.crypto import audit_keys
from models.crypto.audit_keys import AuditKeys, AuditKeyUnknown, AuditKeyWrong
from models.masters import Holiday
from services import audit
from services.context import Context
from tests.factories.audit import told
from tests.fixtures.databases import AUDIT_KEYS, UnitOfWork, connect
from tests.models.audit_attacks import ATTACKS, take_the_locks_off

AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
ROWS = 60
ATTEMPTS = 50
OTHER = bytes(range(128, 160))
ENTRY = Entry(
    at=chain.moment_text(AT),
    actor_id=1,
    staff_number="10001",
    office_id=None,
    terminal="192.0.2.1",
    tag="person:read",
    subject="person:ab",
    case_id=None,
    purpose="",
    result="done",
    detail=chain.detail_text({"of": "資格", "count": 3}),
)


@pytest.fixture
def connection(engine: Engine, keys: object) -> Iterator[Connection]:
    """A connection whose record holds some events; all is taken back at the end."""
    del keys
    with engine.connect() as opened, opened.begin() as transaction:
        for number in range(ROWS // 3):
            entry = replace(ENTRY, subject=f"attachment:{number}", actor_id=number)
            writer.append(opened, [entry, replace(entry, tag="case:read"), entry])
        yield opened
        transaction.rollback()


def rotated(current: str = "next") -> AuditKeys:
    return AuditKeys(AUDIT_KEYS.chain_keys | {"next": OTHER}, current, AUDIT_KEYS.pseudonym_key)


def test_a_record_that_nobody_touched_is_whole(connection: Connection) -> None:
    assert verify.verify(connection) == verify.Verdict(ROWS, ROWS, None)
    assert verify.verify(connection, start=ROWS - 10) == verify.Verdict(10, ROWS, None)


def test_each_of_fifty_attacks_of_six_kinds_is_found_with_its_row(connection: Connection) -> None:
    take_the_locks_off(connection)
    for attempt in range(ATTEMPTS):
        name = list(ATTACKS)[attempt % len(ATTACKS)]
        savepoint = connection.begin_nested()
        row_id = ATTACKS[name](connection, Random(attempt), ROWS)
        fault = verify.verify(connection).fault
        assert (fault and fault.row_id) == row_id, f"{name} {attempt}"
        savepoint.rollback()
    assert verify.verify(connection).fault is None


def chained_before(connection: Connection, rows: int) -> None:
    """Events as they were recorded before tokens, and an end as it was sealed then."""
    key, head = AUDIT_KEYS.chain_keys["test"], writer.read_head(connection)
    write = writer._write_postgresql if connection.dialect.name == "postgresql" else writer._write_sqlite
    for row_id in range(head.last_id + 1, head.last_id + rows + 1):
        content = chain.content_of(ENTRY, row_id, "test")
        mac = chain.mac_of_before(key, head.mac, content)
        told = f"head:{row_id}:{mac.hex()}:test".encode()
        after = chain.Head(row_id, mac, "test", hmac.digest(key, told, "sha256"))
        assert write(connection, [(*content, mac)], head, after)
        head = after


def test_a_record_begun_before_tokens_goes_on_and_each_attack_on_it_is_found(connection: Connection) -> None:
    chained_before(connection, 10)
    writer.append(connection, [ENTRY] * 5)
    last = ROWS + 15
    assert verify.verify(connection) == verify.Verdict(last, last, None)
    take_the_locks_off(connection)
    for attempt in range(ATTEMPTS):
        name = list(ATTACKS)[attempt % len(ATTACKS)]
        savepoint = connection.begin_nested()
        row_id = ATTACKS[name](connection, Random(attempt), last)
        fault = verify.verify(connection).fault
        assert (fault and fault.row_id) == row_id, f"{name} {attempt}"
        savepoint.rollback()


def test_an_end_of_before_tokens_that_somebody_else_sealed_is_refused(connection: Connection) -> None:
    chained_before(connection, 1)
    take_the_locks_off(connection)
    connection.execute(text("UPDATE audit_head SET seal = :seal"), {"seal": bytes(32)})
    with pytest.raises(AuditKeyWrong):
        writer.append(connection, [ENTRY])


def test_a_code_that_is_kept_is_no_token_of_its_event(connection: Connection) -> None:
    """Who reads the whole database cannot take a row out and chain the next one behind another."""
    key, found = AUDIT_KEYS.chain_keys["test"], writer.read_head(connection)
    token = chain.token_of(key, chain.content_of(ENTRY, 0, "test"))
    kept = connection.execute(text("SELECT mac FROM audit_event")).scalars().all()
    assert token not in {bytes(one) for one in kept}
    assert token not in {found.mac, found.seal, found.seal[chain.NONCE :]}
    assert chain.token_of(OTHER, chain.content_of(ENTRY, 0, "test")) != token


def test_a_tail_cut_with_an_old_end_put_back_is_found_by_the_second_place(connection: Connection) -> None:
    old = writer.read_head(connection)
    writer.append(connection, [ENTRY])
    seen = anchor.anchor_of(writer.read_head(connection), AT)
    take_the_locks_off(connection)
    connection.execute(text("DELETE FROM audit_event WHERE id > :last"), {"last": old.last_id})
    values = {"last": old.last_id, "mac": old.mac, "seal": old.seal}
    connection.execute(text("UPDATE audit_head SET last_id = :last, mac = :mac, seal = :seal"), values)
    assert verify.verify(connection).fault is None, "the database alone cannot know"
    fault = verify.verify(connection, anchors=[seen]).fault
    assert fault is not None
    assert (fault.row_id, fault.kind) == (old.last_id + 1, "anchor_missing")


def test_gaps_in_the_ids_are_no_fault(connection: Connection) -> None:
    head = writer.read_head(connection)
    key = AUDIT_KEYS.chain_keys["test"]
    row_id = head.last_id + 40
    mac = chain.mac_of(key, head.mac, chain.content_of(ENTRY, row_id, "test"))
    after = chain.Head(row_id, mac, "test", chain.seal_of(key, row_id, mac, "test"))
    rows = [(*chain.content_of(ENTRY, row_id, "test"), mac)]
    write = writer._write_postgresql if connection.dialect.name == "postgresql" else writer._write_sqlite
    assert write(connection, rows, head, after)
    assert verify.verify(connection) == verify.Verdict(ROWS + 1, row_id, None)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET staff_number = '2' WHERE id = 1",
        "DELETE FROM audit_event WHERE id = 1",
        "DELETE FROM audit_head",
        "UPDATE audit_head SET last_id = last_id - 1",
    ],
)
def test_the_database_refuses_to_change_the_record(connection: Connection, statement: str) -> None:
    with pytest.raises(DBAPIError, match="only added to"), connection.begin_nested():
        connection.execute(text(statement))


@pytest.mark.postgresql
@pytest.mark.parametrize("table", ["audit_event", "audit_head"])
def test_the_database_refuses_to_empty_the_record(connection: Connection, table: str) -> None:
    with pytest.raises(DBAPIError, match="only added to"), connection.begin_nested():
        connection.execute(text(f"TRUNCATE {table}"))


def a_deed(ctx: Context) -> None:
    ctx.session.add(Holiday(day=ctx.today, name="市制記念日"))
    audit.record(ctx, Tag.MASTER_CHANGED, "holiday:1")


def holidays(session: Session) -> int:
    return int(session.execute(text("SELECT count(*) FROM holiday")).scalar_one())


def test_a_deed_does_not_happen_when_its_event_cannot_be_written(session: Session, uow: UnitOfWork) -> None:
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(
            text(
                "CREATE FUNCTION disk_full() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN RAISE EXCEPTION 'disk full'; END $$"
            )
        )
        connection.execute(
            text(
                "CREATE TRIGGER disk_full BEFORE INSERT ON audit_event "
                "FOR EACH ROW EXECUTE FUNCTION disk_full()"
            )
        )
    else:
        connection.execute(
            text(
                "CREATE TRIGGER disk_full BEFORE INSERT ON audit_event "
                "BEGIN SELECT RAISE(ABORT, 'disk full'); END"
            )
        )
    session.commit()
    with pytest.raises(DBAPIError, match="disk full"), uow() as ctx:
        a_deed(ctx)
    assert holidays(session) == 0


def test_nothing_is_done_without_keys(
    session: Session, uow: UnitOfWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_keys, "_loaded", [])
    with pytest.raises(RuntimeError, match="no audit keys"), uow() as ctx:
        a_deed(ctx)
    assert holidays(session) == 0


def test_nothing_is_done_with_a_key_that_did_not_chain_the_record(session: Session, uow: UnitOfWork) -> None:
    with uow() as ctx:
        audit.record(ctx, Tag.LOGOUT)
    audit_keys.load(lambda: AuditKeys({"test": OTHER}, "test", OTHER))
    with pytest.raises(AuditKeyWrong), uow() as ctx:
        a_deed(ctx)
    assert holidays(session) == 0
    fault = verify.verify(session.connection()).fault
    assert fault is not None
    assert fault.row_id == 1


def test_nothing_is_done_when_the_key_of_the_end_is_gone(session: Session, uow: UnitOfWork) -> None:
    with uow() as ctx:
        audit.record(ctx, Tag.LOGOUT)
    audit_keys.load(lambda: AuditKeys({"next": OTHER}, "next", OTHER))
    with pytest.raises(AuditKeyUnknown), uow() as ctx:
        a_deed(ctx)
    assert holidays(session) == 0
    fault = verify.verify(session.connection()).fault
    assert fault is not None
    assert (fault.row_id, fault.kind) == (1, "key")


def test_a_key_that_changes_half_way_leaves_the_record_whole(connection: Connection) -> None:
    audit_keys.load(rotated)
    writer.append(connection, [ENTRY, ENTRY])
    assert verify.verify(connection) == verify.Verdict(ROWS + 2, ROWS + 2, None)
    audit_keys.load(lambda: rotated("test"))
    writer.append(connection, [ENTRY])
    assert verify.verify(connection) == verify.Verdict(ROWS + 3, ROWS + 3, None)


def test_a_process_that_does_not_know_the_new_key_yet_asks_for_it(connection: Connection) -> None:
    audit_keys.load(rotated)
    writer.append(connection, [ENTRY])
    answers = [AUDIT_KEYS, rotated()]
    audit_keys.load(lambda: answers.pop(0))
    writer.append(connection, [ENTRY])
    assert answers == []
    assert verify.verify(connection).fault is None


def test_the_order_is_that_of_the_chain_whatever_the_clocks_say(session: Session, uow: UnitOfWork) -> None:
    for shift in (0, 600, -3600, 30):
        with uow(at=AT + timedelta(seconds=shift)) as ctx:
            audit.record(ctx, Tag.LOGOUT, f"account:{shift}")
    subjects = [event.subject for event in told(session)]
    assert subjects == ["account:0", "account:600", "account:-3600", "account:30"]
    assert verify.verify(session.connection()).fault is None


def test_a_savepoint_that_is_rolled_back_takes_its_events_with_it(session: Session, uow: UnitOfWork) -> None:
    with uow() as ctx:
        audit.record(ctx, Tag.LOGOUT, "account:1")
        savepoint = ctx.session.begin_nested()
        audit.record(ctx, Tag.LOGOUT, "account:2")
        savepoint.rollback()
        with ctx.session.begin_nested():
            audit.record(ctx, Tag.LOGOUT, "account:3")
    assert [event.subject for event in told(session)] == ["account:1", "account:3"]


def test_the_end_is_locked_last_and_all_events_of_a_deed_go_in_together(
    session: Session, uow: UnitOfWork
) -> None:
    seen: list[str] = []
    engine = session.connection().engine
    event.listen(engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
    with uow() as ctx:
        a_deed(ctx)
        for number in range(20):
            audit.record(ctx, Tag.PERSON_READ, f"person:{number}")
    names = ("audit_head", "audit_event")
    places = [place for place, said in enumerate(seen) if any(name in said for name in names)]
    statements = 2 if engine.dialect.name == "postgresql" else 3
    after = [said for said in seen[places[0] :] if "SAVEPOINT" not in said]
    assert len(after) == len(places) == statements
    assert len(told(session)) == 21


@pytest.mark.postgresql
def test_a_deed_that_waits_too_long_for_the_end_does_not_happen(fresh_url: str, keys: object) -> None:
    del keys
    patient = connect(fresh_url, poolclass=NullPool)
    with patient.begin() as holder, patient.begin() as other:
        writer.read_head(holder, lock=True)
        other.execute(text("SET LOCAL lock_timeout = 50"))
        with pytest.raises(DBAPIError, match="lock timeout"), other.begin_nested():
            writer.append(other, [ENTRY])
    with patient.connect() as reader:
        assert verify.verify(reader) == verify.Verdict(0, 0, None)


@pytest.mark.postgresql
def test_the_end_is_waited_for_no_longer_than_is_said_and_only_there(
    fresh_url: str, keys: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The wait is set with the lock, in one statement, and only for that transaction."""
    del keys
    monkeypatch.setattr(writer, "_LOCKED_HEAD", writer._LOCKED_HEAD.replace(writer.LONGEST_WAIT, "40ms"))
    patient = connect(fresh_url, poolclass=NullPool)
    with patient.begin() as holder, patient.connect() as other:
        writer.read_head(holder, lock=True)
        with pytest.raises(DBAPIError) as refused, other.begin():
            writer.append(other, [ENTRY])
        assert writer.is_busy(refused.value)
        assert writer.is_of_the_record(refused.value)
        assert other.execute(text("SHOW lock_timeout")).scalar_one() == "0"
    with patient.begin() as connection:
        writer.append(connection, [ENTRY])
        assert verify.verify(connection) == verify.Verdict(1, 1, None)


def test_anchors_are_written_once_signed_and_read_again(connection: Connection, tmp_path: Path) -> None:
    path = tmp_path / "elsewhere" / "anchors.jsonl"
    first = anchor.anchor_of(writer.read_head(connection), AT)
    assert anchor.add(path, first)
    assert not anchor.add(path, replace(first, at=chain.moment_text(AT + timedelta(minutes=10))))
    writer.append(connection, [ENTRY])
    assert anchor.add(path, anchor.anchor_of(writer.read_head(connection), AT))
    anchors = anchor.read(path)
    assert [one.last_id for one in anchors] == [ROWS, ROWS + 1]
    assert verify.verify(connection, anchors=anchors).fault is None
    assert verify.verify(connection, start=ROWS, anchors=anchors).fault is None
    path.write_text(path.read_text().replace(f'"last_id": {ROWS}', f'"last_id": {ROWS - 1}', 1))
    with pytest.raises(anchor.AnchorNotValid, match="line 1"):
        anchor.read(path)


def test_a_record_made_anew_by_somebody_with_the_key_does_not_fit_the_anchor(connection: Connection) -> None:
    seen = anchor.anchor_of(writer.read_head(connection), AT)
    other = replace(seen, last_id=seen.last_id - 5)
    fault = verify.verify(connection, anchors=[other]).fault
    assert fault is not None
    assert (fault.row_id, fault.kind) == (other.last_id, "anchor")


def test_equal_persons_have_equal_pseudonyms_and_the_kind_stays_readable(keys: object) -> None:
    del keys
    one = pseudonym_of("person:12")
    assert one == pseudonym_of("person:12")
    assert one not in {pseudonym_of("person:13"), pseudonym_of("household:12")}
    assert one.startswith("person:")
    assert pseudonym_of("certificate:12") == "certificate:12"
