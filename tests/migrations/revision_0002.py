"""Timers, waiting events and incidents: empty before; after it a timer without a moment to wake is kept."""

from datetime import UTC, datetime

from sqlalchemy import Connection, MetaData, Table, inspect, select

AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
NEW = {"case_waiting", "incident"}


def load_before(connection: Connection) -> None:
    assert set(inspect(connection).get_table_names()) & NEW == set()


def check_after(connection: Connection) -> None:
    schema = MetaData()
    schema.reflect(connection)
    at = AT if connection.dialect.name == "postgresql" else AT.replace(tzinfo=None)
    timer: Table = schema.tables["case_timer"]
    office, case = schema.tables["office"], schema.tables["workflow_case"]
    connection.execute(office.insert(), {column.name: value(column, at) for column in required(office)})
    facts = {column.name: value(column, at) for column in required(case)}
    connection.execute(case.insert(), facts | {"office_id": 1})
    suspended = {"case_id": 1, "task_guid": "g", "element_id": "wait", "due_at": at, "attempts": 0}
    connection.execute(timer.insert(), suspended)
    assert connection.execute(select(timer.c.wake_at)).scalars().all() == [None]
    assert set(schema.tables) >= NEW


def required(table: Table) -> list[object]:
    return [column for column in table.columns if not column.nullable]


def value(column: object, at: datetime) -> object:
    kind = column.type.python_type
    return {int: 1, str: "1", bool: True, datetime: at}[kind]


def check_before(connection: Connection) -> None:
    assert set(inspect(connection).get_table_names()) & NEW == set()
    names = {column["name"] for column in inspect(connection).get_columns("case_timer")}
    assert names == {"id", "case_id", "element_id", "due_at"}
