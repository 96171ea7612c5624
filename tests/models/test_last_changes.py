"""The last changes of a deed go with its audit events, and nobody ever reads what is old (N1, Ruling 6)."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, PendingRollbackError
from sqlalchemy.orm import Session

from models import last_changes
from models.audit import seen, writer
from models.audit.tags import Tag
from models.audit.verify import verify
from models.audit.writer import ChainBroken
from models.batch import Adding, Change, Changing, Missed
from models.crypto.audit_keys import AuditKeyWrong
from models.last_changes import Last
from models.masters import Holiday
from services import audit
from services.context import Context
from services.errors import AuditMissing
from tests.factories.audit import told
from tests.fixtures.databases import UnitOfWork
from tests.fixtures.statements import counted
from tests.models.audit_attacks import take_the_locks_off
from tests.models.test_audit_chain import ENTRY

DAY, EVE = date(2026, 12, 29), date(2026, 12, 31)
pytestmark = pytest.mark.postgresql


class FasterByTest(Exception):
    """What the deeds of this file raise where a change is missed."""


def holiday(name: str = "年末", day: date = DAY) -> Last:
    changes: list[Change] = [Adding(Holiday, [{"day": day, "name": name}], tell_ids=True)]
    return Last(changes, FasterByTest)


def names(session: Session) -> list[str]:
    return list(session.scalars(select(Holiday.name).where(Holiday.day == DAY)))


def look(ctx: Context) -> None:
    """See the end of the record, as the first statement of a deed does."""
    head = writer.read_head(ctx.session.connection())
    seen.note(ctx.session, (head.last_id, head.mac, head.key_id, head.seal))


def begin(uow: UnitOfWork) -> None:
    """Let the record have an end that was set with a key."""
    with uow() as ctx:
        audit.record(ctx, Tag.LOGOUT, "account:1")


def write_last(ctx: Context, before: Callable[[Context], None] = look) -> Last:
    before(ctx)
    audit.record(ctx, Tag.MASTER_CHANGED, "holiday:1")
    last = holiday()
    last_changes.keep(ctx.session, last)
    return last


def chained(session: Session) -> list[str]:
    assert verify(session.connection()).fault is None
    return [event.subject for event in told(session)]


def test_they_go_in_one_round_trip_with_the_events(session: Session, uow: UnitOfWork) -> None:
    begin(uow)
    engine = session.connection().engine
    with counted(engine) as said, uow() as ctx:
        last = write_last(ctx)
    made, chained_there = [one for one in said if "audit_event" in one or "holiday" in one]
    assert "holiday" in made
    assert "audit_event" in chained_there
    assert last.ids
    assert names(session) == ["年末"]
    assert chained(session) == ["account:1", "holiday:1"]


def test_where_the_end_has_moved_since_it_was_seen_the_events_come_after_it(
    session: Session, uow: UnitOfWork
) -> None:
    def look_too_early(ctx: Context) -> None:
        look(ctx)
        before = seen.take(ctx.session)
        assert before
        writer.append(ctx.session.connection(), [ENTRY])
        seen.note(ctx.session, (before.last_id, before.mac, before.key_id, before.seal))

    begin(uow)
    with uow() as ctx:
        write_last(ctx, look_too_early)
    assert names(session) == ["年末"]
    assert chained(session) == ["account:1", ENTRY.subject, "holiday:1"]


def test_behind_an_end_that_nobody_with_our_keys_has_set_nothing_is_added(
    session: Session, uow: UnitOfWork
) -> None:
    def forged(ctx: Context) -> None:
        head = writer.read_head(ctx.session.connection())
        seen.note(ctx.session, (head.last_id, head.mac, head.key_id, bytes(len(head.seal))))

    begin(uow)
    with pytest.raises(AuditKeyWrong), uow() as ctx:
        write_last(ctx, forged)
    assert names(session) == []
    assert chained(session) == ["account:1"]


def test_behind_an_end_that_was_put_back_since_it_was_seen_nothing_is_added(
    session: Session, uow: UnitOfWork
) -> None:
    def cut(ctx: Context) -> None:
        look(ctx)
        take_the_locks_off(ctx.session.connection())
        ctx.session.execute(text("UPDATE audit_head SET last_id = last_id - 1"))

    begin(uow)
    begin(uow)
    with pytest.raises(ChainBroken), uow() as ctx:
        write_last(ctx, cut)
    assert names(session) == []
    assert chained(session) == ["account:1"] * 2


def test_after_a_flush_that_failed_nothing_of_the_deed_is_kept(session: Session, uow: UnitOfWork) -> None:
    def deed() -> None:
        with uow() as ctx:
            audit.record(ctx, Tag.MASTER_CHANGED, "holiday:1")
            ctx.session.add(Holiday(day=EVE, name="大晦日"))
            ctx.session.flush()
            ctx.session.add(Holiday(day=EVE, name="大晦日"))
            with suppress(IntegrityError):
                ctx.session.flush()
            last_changes.keep(ctx.session, holiday())

    with pytest.raises(PendingRollbackError):
        deed()
    assert names(session) == []
    assert session.scalars(select(Holiday.name).where(Holiday.day == EVE)).all() == []


def test_whoever_asks_the_database_finds_them_written(session: Session, uow: UnitOfWork) -> None:
    begin(uow)
    with uow() as ctx:
        last = write_last(ctx)
        assert last.ids is None
        assert names(ctx.session) == ["年末"]
        assert last.ids
    assert chained(session)[-1] == "holiday:1"


def test_a_deed_that_is_undone_leaves_nothing_of_them(session: Session, uow: UnitOfWork) -> None:
    kept: list[Last] = []

    def deed() -> None:
        with uow() as ctx:
            kept.append(write_last(ctx))
            raise FasterByTest

    with pytest.raises(FasterByTest):
        deed()
    assert kept[0].ids is None
    assert names(session) == []


def test_without_an_event_they_do_not_happen(session: Session, uow: UnitOfWork) -> None:
    with pytest.raises(AuditMissing), uow() as ctx:
        last_changes.keep(ctx.session, holiday())
    assert names(session) == []


def test_a_change_that_is_missed_gives_up_the_deed_with_its_events(session: Session, uow: UnitOfWork) -> None:
    def refused(missed: Missed) -> Exception:
        return FasterByTest(str(missed))

    def deed() -> None:
        with uow() as ctx:
            look(ctx)
            audit.record(ctx, Tag.MASTER_CHANGED, "holiday:1")
            changes: list[Change] = [*holiday().changes, Changing(Holiday, {"name": "x"}, {"id": -1}, must=1)]
            last_changes.keep(ctx.session, Last(changes, refused))

    begin(uow)
    with pytest.raises(FasterByTest, match="holiday"):
        deed()
    assert names(session) == []
    assert chained(session) == ["account:1"]


def test_within_a_savepoint_they_go_at_once_and_are_taken_back_with_it(
    session: Session, uow: UnitOfWork
) -> None:
    begin(uow)
    with uow() as ctx:
        write_last(ctx)
        savepoint = ctx.session.begin_nested()
        inner = holiday("除夜", EVE)
        last_changes.keep(ctx.session, inner)
        assert inner.ids
        savepoint.rollback()
    assert names(session) == ["年末"]
    assert session.scalars(select(Holiday.name).where(Holiday.day == EVE)).all() == []


def test_a_second_one_lets_the_first_be_written(session: Session, uow: UnitOfWork) -> None:
    with uow() as ctx:
        first = write_last(ctx)
        last_changes.keep(
            ctx.session, Last([Changing(Holiday, {"name": "除夜"}, {"day": DAY})], FasterByTest)
        )
        assert first.ids
    assert names(session) == ["除夜"]
