"""Incomes stay as they are, without a file; files can be kept after it, one of a source and a number."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, MetaData, Table, inspect, select
from sqlalchemy.exc import IntegrityError

from models.income import AMOUNTS

AT = datetime(2026, 11, 30, 1, 0, tzinfo=UTC)
NEW = {"incoming_file", "incoming_part", "incoming_error", "incoming_row", "incoming_difference"}


def load_before(connection: Connection) -> None:
    assert not NEW & set(inspect(connection).get_table_names())
    at = moment(connection)
    person = {"id": 1, "addressee_number": "0000001", "created_at": at}
    connection.execute(table(connection, "person").insert(), person)
    told = {"taxed_municipality_code": "", "declaration_kind": "1", "resident_tax_kind": ""}
    known = {"person_id": 1, "income_year": 2025, "recorded_at": at} | told | dict.fromkeys(AMOUNTS, 7)
    connection.execute(table(connection, "income").insert(), known)


def check_after(connection: Connection) -> None:
    incomes, files = table(connection, "income"), table(connection, "incoming_file")
    assert connection.execute(select(incomes.c.salary_gross, incomes.c.source_file_id)).all() == [(7, None)]
    told = {"source": "tax_income", "sequence": 1, "name": "f", "told_rows": 1, "told_sha256": "0" * 64}
    found = {"rows": 1, "sha256": "0" * 64, "size": 1, "errors": 0, "counts": {}, "decided_words": ""}
    row = told | found | {"state": "ready", "taken_at": moment(connection)}
    connection.execute(files.insert(), row)
    with pytest.raises(IntegrityError), connection.begin_nested():
        connection.execute(files.insert(), row)
    connection.execute(files.insert(), row | {"state": "quarantined"})
    connection.execute(incomes.update().values(source_file_id=1, source_line=2))
    connection.execute(incomes.update().values(source_file_id=None, source_line=None))
    connection.execute(files.delete())


def check_before(connection: Connection) -> None:
    assert not NEW & set(inspect(connection).get_table_names())
    assert connection.execute(select(table(connection, "income").c.salary_gross)).scalars().all() == [7]


def moment(connection: Connection) -> datetime:
    return AT if connection.dialect.name == "postgresql" else AT.replace(tzinfo=None)


def table(connection: Connection, name: str) -> Table:
    schema = MetaData()
    schema.reflect(connection, only=[name])
    return schema.tables[name]
