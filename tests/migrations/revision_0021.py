"""A waiting task of before is put off by nobody; columns of lists are kept once for each person and list."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Connection, MetaData, Table, inspect, select
from sqlalchemy.exc import IntegrityError

AT = datetime(2026, 11, 30, 1, 0, tzinfo=UTC)
TASK = {
    "case_id": 1,
    "process_slug": "loss",
    "element_id": "verify",
    "title_ja": "照合",
    "title_en": "Verification",
    "role": "verifier",
    "office_id": 1,
    "procedure": "loss",
    "notification_number": "R8-000001",
    "excluded_staff": [],
    "state": "open",
} | dict.fromkeys(("reason", "subject_name", "subject_key", "household_number", "postal_code", "way"), "")


def load_before(connection: Connection) -> None:
    at = moment(connection)
    office = {"id": 1, "code": "01", "name": "課", "name_en": "", "telephone": "", "address": ""}
    connection.execute(table(connection, "office").insert(), office | {"active": True})
    user = {"id": 1, "first_name": "花子", "last_name": "窓口", "username": "u", "email": "u@example.invalid"}
    connection.execute(table(connection, "ab_user").insert(), user)
    case = {"id": 1, "slug": "loss", "definition_hash": "h", "office_id": 1, "state": "open", "version": 2}
    connection.execute(table(connection, "workflow_case").insert(), case | {"started_at": at, "blob": b"{}"})
    connection.execute(
        table(connection, "work_item").insert(),
        TASK | {"task_guid": "one", "created_at": at, "assignee_id": 1},
    )


def check_after(connection: Connection) -> None:
    tasks, layouts = table(connection, "work_item"), table(connection, "list_layout")
    put_off = TASK | {"task_guid": "two", "created_at": moment(connection)}
    connection.execute(tasks.insert(), put_off | {"follow_up_on": date(2026, 12, 4)})
    told = connection.execute(select(tasks.c.task_guid, tasks.c.follow_up_on).order_by(tasks.c.id))
    assert [tuple(one) for one in told] == [("one", None), ("two", date(2026, 12, 4))]
    row = {"owner_id": 1, "list_name": "inbox", "columns": ["due", "name"]}
    connection.execute(layouts.insert(), row)
    connection.execute(layouts.insert(), row | {"list_name": "another"})
    with pytest.raises(IntegrityError), connection.begin_nested():
        connection.execute(layouts.insert(), row)


def check_before(connection: Connection) -> None:
    tasks = table(connection, "work_item")
    assert "follow_up_on" not in tasks.c
    assert connection.execute(select(tasks.c.task_guid, tasks.c.assignee_id).order_by(tasks.c.id)).all() == [
        ("one", 1),
        ("two", None),
    ]
    partial = {
        index["name"] for index in inspect(connection).get_indexes("work_item") if index["dialect_options"]
    }
    assert {"ix_work_item_done", "ix_work_item_open"} <= partial
    assert "list_layout" not in inspect(connection).get_table_names()


def moment(connection: Connection) -> datetime:
    return AT if connection.dialect.name == "postgresql" else AT.replace(tzinfo=None)


def table(connection: Connection, name: str) -> Table:
    schema = MetaData()
    schema.reflect(connection, only=[name])
    return schema.tables[name]
