"""Several changes at once do what they say, and meet as many rows as they must, on both databases."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from sqlalchemy import select
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session

from models.batch import Adding, Change, Changing, Missed, Removing, write
from models.case import Draft
from models.masters import Holiday
from services.context import Actor
from tests.fixtures.statements import counted

AT = datetime(2026, 11, 23, 10, 0, tzinfo=timezone(timedelta(hours=9)))


def drafts(session: Session) -> list[tuple[str | None, dict[str, object]]]:
    session.expire_all()
    return [(row.procedure, row.data) for row in session.scalars(select(Draft).order_by(Draft.id))]


def a_draft(actor: Actor, procedure: str, **data: object) -> dict[str, object]:
    return {"owner_id": actor.staff_id, "procedure": procedure, "data": data, "saved_at": AT}


@pytest.fixture
def two(session: Session, actor_counter: Actor) -> list[int]:
    """The ids of two drafts."""
    rows = [a_draft(actor_counter, "loss", name="見本"), a_draft(actor_counter, "change")]
    (ids,) = write(session, [Adding(Draft, rows, tell_ids=True)])
    return ids


def test_new_rows_tell_their_ids_in_order(session: Session, two: list[int]) -> None:
    assert [session.get_one(Draft, number).procedure for number in two] == ["loss", "change"]
    assert drafts(session)[0] == ("loss", {"name": "見本"})
    assert session.get_one(Draft, two[0]).saved_at == AT.astimezone(UTC)


def test_changes_of_several_tables_are_made_together(
    session: Session, actor_counter: Actor, two: list[int]
) -> None:
    changes: list[Change] = [
        Changing(Draft, {"data": {"a": [1, None]}}, {"id": two[0], "work_item_id": None}, must=1),
        Removing(Draft, {"id": (two[1],)}),
        Adding(Holiday, [{"day": date(2026, 12, 29), "name": "年末"}]),
        Adding(Holiday, []),
    ]
    with counted(session.get_bind()) as seen:
        assert write(session, changes) == [[], [], [], []]
    assert drafts(session) == [("loss", {"a": [1, None]})]
    assert session.scalars(select(Holiday.name).where(Holiday.day == date(2026, 12, 29))).all() == ["年末"]
    together = session.get_bind().dialect.name == "postgresql"
    assert len(seen) == (1 if together else 3)


def test_a_change_that_meets_no_row_says_which(session: Session, two: list[int]) -> None:
    change = Changing(Draft, {"procedure": "reissue"}, {"id": two[0], "procedure": "change"}, must=1)
    with pytest.raises(Missed) as missed, session.begin_nested():
        write(session, [change])
    assert missed.value.change is change
    assert [procedure for procedure, _ in drafts(session)] == ["loss", "change"]


def test_many_rows_are_met_by_a_list(session: Session, two: list[int]) -> None:
    write(session, [Changing(Draft, {"procedure": "reissue"}, {"id": tuple(two)}, must=2)])
    assert [procedure for procedure, _ in drafts(session)] == ["reissue", "reissue"]


def test_a_moment_without_a_zone_is_refused(session: Session, actor_counter: Actor) -> None:
    naive = a_draft(actor_counter, "loss") | {"saved_at": AT.replace(tzinfo=None)}
    with pytest.raises((ValueError, StatementError), match="time zone"):
        write(session, [Adding(Draft, [naive])])


def test_nothing_to_write_asks_nothing(session: Session) -> None:
    with counted(session.get_bind()) as seen:
        assert write(session, [Adding(Holiday, [])]) == [[]]
    assert seen == []
