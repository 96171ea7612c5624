"""Sections go on as they are; data-use applications and transfers can be kept after it, nothing before."""

from datetime import UTC, date, datetime

from sqlalchemy import Connection, MetaData, Table, inspect, select

AT = datetime(2026, 11, 30, 1, 0, tzinfo=UTC)
NEW = ("data_use_application", "data_use_approval", "data_use_decision", "data_transfer")


def load_before(connection: Connection) -> None:
    assert not set(NEW) & set(inspect(connection).get_table_names())
    office = {"id": 1, "code": "12", "name": "市民課", "name_en": "", "telephone": "", "address": ""}
    connection.execute(table(connection, "office").insert(), office | {"active": True})
    user = {"id": 1, "first_name": "花子", "last_name": "市民", "username": "u", "email": "u@example.invalid"}
    connection.execute(table(connection, "ab_user").insert(), user)


def check_after(connection: Connection) -> None:
    period = {"from_on": date(2026, 11, 1), "until_on": date(2027, 3, 31)}
    application = {
        "id": 1,
        "number": "D26-000001",
        "kind": "transfer",
        "transfer": "citizen",
        "office_id": 1,
        "recipient": "12",
        "recipient_name": "",
        "purpose": "住民票",
        "basis": "residents_act_7",
        "items": ["addressee_number"],
        "person_range": "insured_now",
        "method": "link_system",
        "frequency": "monthly",
        "with_places": False,
        "state": "approved",
        "parties": [],
        "party_ids": [],
        "made_at": moment(connection),
        "made_by_id": 1,
        "ended_reason": "",
    }
    connection.execute(table(connection, "data_use_application").insert(), application | period)
    approval = {
        "id": 1,
        "application_id": 1,
        "number": "A26-000001",
        "content_hash": "0" * 64,
        "levels": 1,
        "granted_at": moment(connection),
        "ended_reason": "",
    }
    approvals = table(connection, "data_use_approval")
    connection.execute(approvals.insert(), approval | period)
    assert connection.execute(select(approvals.c.until_on)).scalars().all() == [date(2027, 3, 31)]


def check_before(connection: Connection) -> None:
    assert not set(NEW) & set(inspect(connection).get_table_names())
    assert connection.execute(select(table(connection, "office").c.name)).scalars().all() == ["市民課"]


def moment(connection: Connection) -> datetime:
    return AT if connection.dialect.name == "postgresql" else AT.replace(tzinfo=None)


def table(connection: Connection, name: str) -> Table:
    schema = MetaData()
    schema.reflect(connection, only=[name])
    return schema.tables[name]
