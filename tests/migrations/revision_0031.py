"""Persons stay as they are; incomes can be put on record after it, one open row for a person and a year."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, MetaData, Table, inspect, select
from sqlalchemy.exc import IntegrityError

from models.income import AMOUNTS

AT = datetime(2026, 11, 30, 1, 0, tzinfo=UTC)


def load_before(connection: Connection) -> None:
    assert "income" not in inspect(connection).get_table_names()
    person = {"id": 1, "addressee_number": "0000001", "created_at": moment(connection)}
    connection.execute(table(connection, "person").insert(), person)


def check_after(connection: Connection) -> None:
    incomes = table(connection, "income")
    told = {
        "person_id": 1,
        "income_year": 2025,
        "taxed_municipality_code": "",
        "declaration_kind": "1",
        "resident_tax_kind": "",
        "recorded_at": moment(connection),
    } | dict.fromkeys(AMOUNTS, 9_999_999_999)
    connection.execute(incomes.insert(), told)
    with pytest.raises(IntegrityError), connection.begin_nested():
        connection.execute(incomes.insert(), told)
    connection.execute(incomes.update().values(superseded_at=moment(connection)))
    connection.execute(incomes.insert(), told)
    assert connection.execute(select(incomes.c.salary_gross)).scalars().all() == [9_999_999_999] * 2
    connection.execute(incomes.delete())


def check_before(connection: Connection) -> None:
    assert "income" not in inspect(connection).get_table_names()
    assert connection.execute(select(table(connection, "person").c.id)).scalars().all() == [1]


def moment(connection: Connection) -> datetime:
    return AT if connection.dialect.name == "postgresql" else AT.replace(tzinfo=None)


def table(connection: Connection, name: str) -> Table:
    schema = MetaData()
    schema.reflect(connection, only=[name])
    return schema.tables[name]
