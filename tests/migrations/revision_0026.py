"""The journal goes on as it is; absences, deputies and notices can be kept after it, nothing of it before."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Connection, MetaData, Table, inspect, select, text
from sqlalchemy.exc import IntegrityError

AT = datetime(2026, 11, 30, 1, 0, tzinfo=UTC)
NEW = {"absence", "stand_in", "notice"}


def load_before(connection: Connection) -> None:
    assert not NEW & set(inspect(connection).get_table_names())
    office = {"id": 1, "code": "01", "name": "課", "name_en": "", "telephone": "", "address": ""}
    connection.execute(table(connection, "office").insert(), office | {"active": True})
    for number in (1, 2):
        user = {"id": number, "first_name": "花子", "last_name": "窓口", "username": f"u{number}"}
        connection.execute(
            table(connection, "ab_user").insert(), user | {"email": f"u{number}@example.invalid"}
        )
    definition = {"id": 1, "slug": "loss", "version": 1, "hash": "h", "content": b"x", "state": "published"}
    connection.execute(table(connection, "definition").insert(), definition)
    case = {"id": 1, "slug": "loss", "definition_hash": "h", "office_id": 1, "state": "open", "version": 1}
    connection.execute(table(connection, "workflow_case").insert(), case | {"started_at": moment(connection)})
    connection.execute(table(connection, "case_event").insert(), line(connection, 1))


def check_after(connection: Connection) -> None:
    journal, absences = table(connection, "case_event"), table(connection, "absence")
    connection.execute(journal.insert(), line(connection, 2) | {"for_id": 2})
    told = select(journal.c.for_id).order_by(journal.c.id)
    assert connection.execute(told).scalars().all() == [None, 2]
    away = {
        "id": 1,
        "user_id": 1,
        "office_id": 1,
        "deputy_id": 2,
        "set_by_id": 1,
        "set_at": moment(connection),
    }
    days = {"from_on": date(2026, 12, 1), "until_on": date(2026, 12, 3)}
    connection.execute(absences.insert(), away | days)
    for wrong in ({"deputy_id": 1}, {"until_on": date(2026, 11, 30)}):
        with pytest.raises(IntegrityError), connection.begin_nested():
            connection.execute(absences.insert(), away | days | {"id": 2} | wrong)
    notice = {"user_id": 1, "kind": "nobody", "key": "nobody:1", "number": 3, "at": moment(connection)}
    connection.execute(table(connection, "notice").insert(), notice)
    with pytest.raises(IntegrityError), connection.begin_nested():
        connection.execute(table(connection, "notice").insert(), notice)
    if connection.dialect.name == "sqlite":  # the table was made anew: its partial index still is one
        made = text("SELECT sql FROM sqlite_master WHERE name = 'ix_case_event_service'")
        assert "WHERE" in connection.execute(made).scalar_one()


def check_before(connection: Connection) -> None:
    assert not NEW & set(inspect(connection).get_table_names())
    journal = table(connection, "case_event")
    assert "for_id" not in journal.c
    assert connection.execute(select(journal.c.kind).order_by(journal.c.id)).scalars().first() == "started"


def line(connection: Connection, number: int) -> dict[str, object]:
    told = {"id": number, "case_id": 1, "at": moment(connection), "staff_number": "1", "kind": "started"}
    return told | {"element_id": "", "title_ja": "", "title_en": ""}


def moment(connection: Connection) -> datetime:
    return AT if connection.dialect.name == "postgresql" else AT.replace(tzinfo=None)


def table(connection: Connection, name: str) -> Table:
    schema = MetaData()
    schema.reflect(connection, only=[name])
    return schema.tables[name]
