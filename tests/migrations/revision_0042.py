"""A person has one open question to the network; none is sent but by a transfer."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, MetaData, Table, inspect
from sqlalchemy.exc import IntegrityError

AT = datetime(2026, 11, 30, 1, 0, tzinfo=UTC)
NAMES = {"username": "madoguchi", "first_name": "花子", "last_name": "窓口", "email": "m@example.invalid"}


def load_before(connection: Connection) -> None:
    assert "network_question" not in inspect(connection).get_table_names()
    connection.execute(table(connection, "ab_user").insert(), {"id": 1} | NAMES)
    person = {"id": 1, "addressee_number": "000000000000001", "created_at": moment(connection)}
    connection.execute(table(connection, "person").insert(), person)


def check_after(connection: Connection) -> None:
    questions = table(connection, "network_question")
    told = {
        "person_id": 1,
        "purpose": "loss",
        "state": "asked",
        "asked_at": moment(connection),
        "asked_by_id": 1,
        "asked_by_number": "30012",
        "covers": [],
    }
    connection.execute(questions.insert(), told)
    for wrong in (told, told | {"state": "answered"}):
        with pytest.raises(IntegrityError), connection.begin_nested():
            connection.execute(questions.insert(), wrong)
    connection.execute(questions.update().values(state="withdrawn"))
    connection.execute(questions.insert(), told)
    connection.execute(questions.delete())


def check_before(connection: Connection) -> None:
    assert "network_question" not in inspect(connection).get_table_names()


def moment(connection: Connection) -> datetime:
    return AT if connection.dialect.name == "postgresql" else AT.replace(tzinfo=None)


def table(connection: Connection, name: str) -> Table:
    schema = MetaData()
    schema.reflect(connection, only=[name])
    return schema.tables[name]
