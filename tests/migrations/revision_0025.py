"""A draft goes on as it is; one plan of it can stand at a time."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Connection, MetaData, Table, inspect, select
from sqlalchemy.exc import IntegrityError

AT = datetime(2026, 11, 30, 1, 0, tzinfo=UTC)
NEW = {"definition_plan", "replay_run", "replay_result"}


def load_before(connection: Connection) -> None:
    person = {
        "id": 1,
        "username": "kanri",
        "first_name": "修",
        "last_name": "管理",
        "email": "k@example.invalid",
    }
    connection.execute(table(connection, "ab_user").insert(), person)
    draft = {"id": 1, "slug": "loss", "author_id": 1, "based_on": 2, "content": b"x", "lock_version": 1}
    connection.execute(table(connection, "definition_draft").insert(), draft | {"saved_at": at(connection)})


def check_after(connection: Connection) -> None:
    plans = table(connection, "definition_plan")
    plan = {
        "draft_id": 1,
        "slug": "loss",
        "draft_count": 1,
        "comes_on": date(2026, 12, 1),
        "reason": "改正",
        "author_id": 1,
        "planned_by_id": 1,
        "planned_staff_number": "1002",
        "planned_at": at(connection),
        "state": "cancelled",
        "told_ja": "",
        "told_en": "",
    }
    connection.execute(plans.insert(), plan)
    connection.execute(plans.insert(), plan | {"state": "planned"})
    with pytest.raises(IntegrityError), connection.begin_nested():
        connection.execute(plans.insert(), plan | {"state": "planned"})
    run = {
        "draft_id": 1,
        "draft_count": 1,
        "slug": "loss",
        "content": b"x",
        "from_on": date(2026, 4, 1),
        "to_on": date(2026, 9, 30),
        "total": 0,
        "counts": {},
        "passes": {},
        "asked_at": at(connection),
        "asked_by_id": 1,
    }
    connection.execute(table(connection, "replay_run").insert(), run)
    connection.execute(table(connection, "definition_draft").delete())
    assert connection.execute(select(table(connection, "replay_run").c.draft_id)).scalars().all() == [None]


def check_before(connection: Connection) -> None:
    assert not NEW & set(inspect(connection).get_table_names())
    assert "definition_draft" in inspect(connection).get_table_names()


def at(connection: Connection) -> datetime:
    return AT if connection.dialect.name == "postgresql" else AT.replace(tzinfo=None)


def table(connection: Connection, name: str) -> Table:
    schema = MetaData()
    schema.reflect(connection, only=[name])
    return schema.tables[name]
