"""Accounts stay as they are; contractors and media can be registered after it, nothing of them before."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, MetaData, Table, inspect, select
from sqlalchemy.exc import IntegrityError

AT = datetime(2026, 11, 30, 1, 0, tzinfo=UTC)
NEW = {"contractor_firm", "contractor_contract", "contractor_link", "contractor_worker", "contractor_check"}


def load_before(connection: Connection) -> None:
    assert not {*NEW, "medium", "medium_use"} & set(inspect(connection).get_table_names())
    office = {"id": 1, "code": "01", "name": "課", "name_en": "", "telephone": "", "address": ""}
    connection.execute(table(connection, "office").insert(), office | {"active": True})
    for number in (1, 2):
        user = {"id": number, "first_name": "花子", "last_name": "窓口", "username": f"u{number}"}
        connection.execute(
            table(connection, "ab_user").insert(), user | {"email": f"{number}@example.invalid"}
        )


def check_after(connection: Connection) -> None:
    medium = {"id": 1, "number": "USB-001", "kind": "usb", "serial": "", "place": "保管庫", "office_id": 1}
    added = {"added_at": moment(connection), "added_by_id": 1, "destroyed_way": "", "destroyed_words": ""}
    connection.execute(table(connection, "medium").insert(), medium | added)
    use = {
        "medium_id": 1,
        "state": "lent",
        "what": "一覧",
        "why": "移送",
        "from_place": "課",
        "to_place": "支所",
    }
    people = {"carrier_id": 2, "asked_by_id": 1, "asked_at": moment(connection), "due_at": moment(connection)}
    words = {"decided_words": "", "file_name": "", "sha256": "", "wiped_words": ""}
    uses = table(connection, "medium_use")
    connection.execute(uses.insert(), use | people | words)
    with pytest.raises(IntegrityError), connection.begin_nested():
        connection.execute(uses.insert(), use | people | words)
    assert connection.execute(select(uses.c.state)).scalars().all() == ["lent"]
    connection.execute(uses.delete())
    connection.execute(table(connection, "medium").delete())


def check_before(connection: Connection) -> None:
    assert not {*NEW, "medium", "medium_use"} & set(inspect(connection).get_table_names())
    assert connection.execute(select(table(connection, "ab_user").c.id)).scalars().all() == [1, 2]


def moment(connection: Connection) -> datetime:
    return AT if connection.dialect.name == "postgresql" else AT.replace(tzinfo=None)


def table(connection: Connection, name: str) -> Table:
    schema = MetaData()
    schema.reflect(connection, only=[name])
    return schema.tables[name]
