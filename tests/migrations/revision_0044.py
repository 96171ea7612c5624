"""A decision on a ceiling-amount certificate that is issued names its certificate and its class."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, MetaData, Table, inspect, select
from sqlalchemy.exc import IntegrityError

AT = datetime(2026, 11, 30, 1, 0, tzinfo=UTC)


def load_before(connection: Connection) -> None:
    assert "ceiling_decision" not in inspect(connection).get_table_names()
    at = moment(connection)
    office = {"id": 1, "code": "01", "name": "国保年金課", "name_en": "", "telephone": "", "address": ""}
    connection.execute(table(connection, "office").insert(), office | {"active": True})
    person = {"id": 1, "addressee_number": "000000000000001", "created_at": at}
    connection.execute(table(connection, "person").insert(), person)
    household = {"id": 1, "household_number": "0000000001", "created_at": at}
    connection.execute(table(connection, "household").insert(), household)
    notification = {
        "id": 1,
        "number": "R8-000001",
        "procedure": "reissue",
        "reason": "lost",
        "way": "counter",
        "received_on": date(2026, 11, 30),
        "office_id": 1,
        "created_at": at,
    }
    connection.execute(table(connection, "notification").insert(), notification)


def check_after(connection: Connection) -> None:
    decisions = table(connection, "ceiling_decision")
    told: dict[str, Any] = {
        "notification_id": 1,
        "household_id": 1,
        "person_id": 1,
        "applied_on": date(2026, 11, 30),
        "state": "proposed",
        "income_class": "A03",
        "base_income": 3_930_000,
        "limit_amount": 85_800,
        "certificate_kind": "ceiling_certificate",
        "refusals": [],
        "cautions": [],
        "steps": [],
        "member_ids": [1],
        "barred_ids": [],
        "assessed_at": moment(connection),
        "words": "",
    }
    connection.execute(decisions.insert(), told)
    with pytest.raises(IntegrityError), connection.begin_nested():
        connection.execute(decisions.insert(), told | {"state": "issued"})
    kept = select(decisions.c.income_class, decisions.c.limit_amount)
    assert connection.execute(kept).all() == [("A03", 85_800)]
    connection.execute(decisions.delete())


def check_before(connection: Connection) -> None:
    assert "ceiling_decision" not in inspect(connection).get_table_names()
    notifications = table(connection, "notification")
    assert connection.execute(select(notifications.c.number)).scalars().all() == ["R8-000001"]


def moment(connection: Connection) -> datetime:
    return AT if connection.dialect.name == "postgresql" else AT.replace(tzinfo=None)


def table(connection: Connection, name: str) -> Table:
    schema = MetaData()
    schema.reflect(connection, only=[name])
    return schema.tables[name]
